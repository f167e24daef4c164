"""Who owns what: departments, categories, and the rules that lead from one to the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, Valid, key, key_pk, now, pk, ref

ORIGINS = ("city", "admin")  # from the city's files, or changed by the administration


def _of_either() -> CheckConstraint:
    return CheckConstraint(f"origin IN {ORIGINS}", name="origin")


class Department(Valid, Model):
    """An OPD of the city, or an owner outside it (``external``).

    ``contact`` and ``phone`` say how residents reach it, ``email`` where a hand-over is sent, and
    ``advice`` what residents may do meanwhile.
    """

    __tablename__ = "department"
    __table_args__ = (_of_either(),)

    code: Mapped[key_pk]
    name: Mapped[str]
    abbreviation: Mapped[str]
    handles: Mapped[str] = mapped_column(server_default="")
    external: Mapped[bool] = mapped_column(server_default="false")
    contact: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    advice: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="city")
    successor_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))


class Category(Valid, Model):
    """What an item is about.  ``emergency`` holds the words that stop the form."""

    __tablename__ = "category"
    __table_args__ = (Index("ix_category_kind_position", "kind", "position"), _of_either())

    code: Mapped[key_pk]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default="")
    name_su: Mapped[str] = mapped_column(server_default="")
    help: Mapped[str] = mapped_column(server_default="")
    help_en: Mapped[str] = mapped_column(server_default="")
    complaint_class: Mapped[str] = mapped_column(server_default="")
    place_bound: Mapped[bool] = mapped_column(server_default="true")
    asks_road_class: Mapped[bool] = mapped_column(server_default="false")
    oversight: Mapped[bool] = mapped_column(server_default="false")
    emergency: Mapped[str] = mapped_column(server_default="")
    keywords: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="city")
    position: Mapped[int]

    @property
    def is_about_officials(self) -> bool:
        """Does it go past the seats it may be about (*berkadar pengawasan*)?"""
        return self.oversight or self.complaint_class == "pengawasan"


class RoutingRule(Model):
    """One line of the routing table; the first that fits, by ``position``, decides."""

    __tablename__ = "routing_rule"
    __table_args__: tuple[Any, ...] = (_of_either(),)

    id: Mapped[pk]
    position: Mapped[int] = mapped_column(unique=True)
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"), index=True)
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"))
    road_class: Mapped[str | None]
    keyword: Mapped[str | None]
    department_code: Mapped[key] = mapped_column(ForeignKey("department.code"))
    note: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="city")
    made_at: Mapped[now]

    department: Mapped[Department] = relationship()


class PastRule(Model):
    """A routing rule as it was from ``made_at`` until ``ended_at``; kept for good."""

    __tablename__ = "past_rule"

    id: Mapped[pk]
    position: Mapped[int]
    category_code: Mapped[key | None]
    area_code: Mapped[key | None]
    road_class: Mapped[str | None]
    keyword: Mapped[str | None]
    department_code: Mapped[key]
    note: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="city")
    made_at: Mapped[datetime]
    ended_at: Mapped[now] = mapped_column(index=True)
    ended_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))


class SlaPolicy(Valid, Model):
    """Working days promised for a class, category and priority; the narrowest line that fits."""

    __tablename__ = "sla_policy"
    __table_args__ = (CheckConstraint("priority IN ('low', 'normal', 'high')", name="priority"),)

    id: Mapped[pk]
    complaint_class: Mapped[str]
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"))
    priority: Mapped[str | None]
    verify_days: Mapped[int]
    plan_days: Mapped[int]
    resolve_days: Mapped[int]
