"""What tells that two items may mean the same, and which were joined."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key_pk, now, pk, ref


class CategoryKinship(Model):
    """Two categories people mix up; ``closeness`` 1 means that they mean the same.

    The pair stands once, the smaller code first.
    """

    __tablename__ = "category_kinship"
    __table_args__ = (
        CheckConstraint("one_code < other_code", name="order"),
        CheckConstraint("closeness > 0 AND closeness <= 1", name="closeness"),
    )

    one_code: Mapped[key_pk] = mapped_column(ForeignKey("category.code"))
    other_code: Mapped[key_pk] = mapped_column(ForeignKey("category.code"))
    closeness: Mapped[float]


class CommonWord(Model):
    """A stem that many of the city's items have; ``share`` of them, between 0 and 1."""

    __tablename__ = "common_word"

    stem: Mapped[key_pk]
    share: Mapped[float]


class Joining(Model):
    """One item joined with another, and whether it was undone.

    ``person_ids`` are those it brings who have not said themselves that they stand behind the
    other one; several joinings may bring the same person.
    """

    __tablename__ = "joining"
    __table_args__: tuple[Any, ...] = (
        Index(
            "uq_joining_item_id_open",
            "item_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    into_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    at: Mapped[now]
    undone_at: Mapped[datetime | None]
    person_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
