"""Who owns what: departments, categories, and the rules that lead from one to the other."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, Valid, key, key_pk, pk


class Department(Valid, Model):
    """An OPD of the city, or an owner outside it (``external``)."""

    __tablename__ = "department"

    code: Mapped[key_pk]
    name: Mapped[str]
    abbreviation: Mapped[str]
    handles: Mapped[str] = mapped_column(server_default="")
    external: Mapped[bool] = mapped_column(server_default="false")
    contact: Mapped[str] = mapped_column(server_default="")
    successor_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))


class Category(Valid, Model):
    """What an item is about.  ``emergency`` holds the words that stop the form."""

    __tablename__ = "category"
    __table_args__ = (Index("ix_category_kind_position", "kind", "position"),)

    code: Mapped[key_pk]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default="")
    name_su: Mapped[str] = mapped_column(server_default="")
    help: Mapped[str] = mapped_column(server_default="")
    complaint_class: Mapped[str] = mapped_column(server_default="")
    place_bound: Mapped[bool] = mapped_column(server_default="true")
    asks_road_class: Mapped[bool] = mapped_column(server_default="false")
    oversight: Mapped[bool] = mapped_column(server_default="false")
    emergency: Mapped[str] = mapped_column(server_default="")
    keywords: Mapped[str] = mapped_column(server_default="")
    position: Mapped[int]

    @property
    def is_about_officials(self) -> bool:
        """Does it go past the seats it may be about (*berkadar pengawasan*)?"""
        return self.oversight or self.complaint_class == "pengawasan"


class RoutingRule(Model):
    """One line of the routing table; the first that fits, by ``position``, decides."""

    __tablename__ = "routing_rule"

    id: Mapped[pk]
    position: Mapped[int] = mapped_column(unique=True)
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"), index=True)
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"))
    road_class: Mapped[str | None]
    keyword: Mapped[str | None]
    department_code: Mapped[key] = mapped_column(ForeignKey("department.code"))
    note: Mapped[str] = mapped_column(server_default="")

    department: Mapped[Department] = relationship()


class SlaPolicy(Valid, Model):
    """Working days promised for a class, category and priority; the narrowest line that fits."""

    __tablename__ = "sla_policy"

    id: Mapped[pk]
    complaint_class: Mapped[str]
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"))
    priority: Mapped[str | None]
    verify_days: Mapped[int]
    plan_days: Mapped[int]
    resolve_days: Mapped[int]


class CatalogueEntry(Model):
    """A line of the *kamus usulan*: work that can be proposed, with its unit price in rupiah."""

    __tablename__ = "catalogue_entry"

    code: Mapped[key_pk]
    bidang: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    unit_price: Mapped[int]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"))
    note: Mapped[str] = mapped_column(server_default="")
