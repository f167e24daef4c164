"""The *kamus usulan*: works that can be proposed, what they cost from when on, what they want."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Numeric,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, Valid, key, key_pk, now, pk, ref
from .item import STOP_WORDS
from .routing import ORIGINS, Category, Department


class CatalogueEntry(Valid, Model):
    """A work that can be proposed, with its unit, its OPD and what has to come with it.

    ``largest`` is the volume above which it is another kind of work; ``documents_wanted`` holds
    sorts of ``Document``.  What it costs stands in its prices; a unit never changes.
    """

    __tablename__ = "catalogue_entry"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint(f"origin IN {ORIGINS}", name="origin"),
        CheckConstraint("photos_wanted BETWEEN 0 AND 5", name="photos_wanted"),
        Index("ix_catalogue_entry_search", "search", postgresql_using="gin"),
    )

    code: Mapped[key_pk]
    bidang: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"))
    note: Mapped[str] = mapped_column(server_default="")
    photos_wanted: Mapped[int] = mapped_column(server_default="0")
    documents_wanted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    example: Mapped[str] = mapped_column(server_default="")
    keywords: Mapped[str] = mapped_column(server_default="")
    largest: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    origin: Mapped[str] = mapped_column(server_default="city")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "ts_delete(setweight(to_tsvector('indonesian', name), 'A') || "
            "setweight(to_tsvector('indonesian', keywords || ' ' || note || ' ' || example), 'B'), "
            f"ARRAY[{STOP_WORDS}])",
            persisted=True,
        ),
        deferred=True,
    )

    department: Mapped[Department | None] = relationship()
    category: Mapped[Category | None] = relationship()
    prices: Mapped[list[CataloguePrice]] = relationship(
        order_by="CataloguePrice.valid_from.desc().nulls_last()", passive_deletes=True
    )

    def price_on(self, day: date) -> int | None:
        """The price of one unit on that day, in rupiah; None when it has none."""
        return next((price.unit_price for price in self.prices if price.holds(day)), None)


class CataloguePrice(Valid, Model):
    """What one unit of an entry costs from a day on, in rupiah; one price a day."""

    __tablename__ = "catalogue_price"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("unit_price > 0", name="unit_price"),
        CheckConstraint("valid_from < valid_to", name="validity"),
    )

    id: Mapped[pk]
    entry_code: Mapped[key] = mapped_column(ForeignKey("catalogue_entry.code", ondelete="CASCADE"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    unit_price: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(server_default="")
    made_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[now]


CataloguePrice.__table__.append_constraint(  # type: ignore[attr-defined]
    ExcludeConstraint(
        (CataloguePrice.entry_code, "="),
        (func.daterange(CataloguePrice.valid_from, CataloguePrice.valid_to), "&&"),
        using="gist",
        name="ex_catalogue_price_one_a_day",
    )
)


class ReadinessQuestion(Valid, Model):
    """Something that must be ready before works can begin, asked with yes or no.

    It is asked for one entry, else for a ``bidang``, else ('' and None) for every proposal.
    ``missing`` says what to do when it is not ready yet.
    """

    __tablename__ = "readiness_question"

    code: Mapped[key_pk]
    bidang: Mapped[str] = mapped_column(server_default="")
    entry_code: Mapped[key | None] = mapped_column(ForeignKey("catalogue_entry.code"))
    position: Mapped[int]
    question: Mapped[str]
    missing: Mapped[str] = mapped_column(server_default="")


class RwLimit(Model):
    """How many proposals an RW may hand in for a plan year, and the money meant for each RW.

    It holds for the RW of the area; the narrowest area wins.  A trigger keeps ``most``.
    """

    __tablename__ = "rw_limit"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("most BETWEEN 1 AND 500", name="most"),
        CheckConstraint("envelope >= 0", name="envelope"),
    )

    plan_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    area_code: Mapped[key_pk] = mapped_column(ForeignKey("area.code"))
    most: Mapped[int | None]
    envelope: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(server_default="")
    made_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[now]
