"""Ceilings (*pagu*): how much a plan year has for an area or a department, decree by decree.

A version is a draft until it is published; what is published is never changed, only followed by
another version.  The database holds to it that the parts of an area never come to more than the
area has (trigger ``ceiling_nested``, function ``ceiling_excess``; migration 0018).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, now, pk, ref
from .routing import Department

CEILING_KINDS = ("indikatif", "penyesuaian", "final")


@dataclass(frozen=True, order=True)
class Whose:
    """Whom a ceiling is for: an area or a department, by code."""

    area_code: str = ""
    department_code: str = ""

    @classmethod
    def of(cls, row: Any) -> Whose:
        """Of a line or a row with both columns."""
        return cls(row.area_code or "", row.department_code or "")


class CeilingVersion(Model):
    """One decree over ceilings of a plan year; without ``published_at`` a draft of planners.

    ``number`` counts the published versions of the year from 1.  What a version does not name
    keeps the amount of the version before.
    """

    __tablename__ = "ceiling_version"
    __table_args__ = (
        CheckConstraint(f"kind IN {CEILING_KINDS}", name="kind"),
        CheckConstraint("(number IS NULL) = (published_at IS NULL)", name="numbered"),
        CheckConstraint("plan_year BETWEEN 2000 AND 2999", name="plan_year"),
        UniqueConstraint("plan_year", "number"),
        Index(
            "uq_ceiling_version_draft",
            "plan_year",
            unique=True,
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    plan_year: Mapped[int]
    number: Mapped[int | None]
    kind: Mapped[key] = mapped_column(server_default="indikatif")
    decree: Mapped[str] = mapped_column(server_default="")
    decree_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[key]
    revision: Mapped[int] = mapped_column(server_default="0")  # of the draft: who saved meanwhile?
    made_at: Mapped[now]
    changed_at: Mapped[now]
    published_at: Mapped[datetime | None]

    lines: Mapped[list[Ceiling]] = relationship(back_populates="version", order_by="Ceiling.id")


class Ceiling(Model):
    """What a version gives one area or one department, in whole rupiah."""

    __tablename__ = "ceiling"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("num_nonnulls(area_code, department_code) = 1", name="whose"),
        UniqueConstraint(
            "version_id", "area_code", "department_code", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[pk]
    version_id: Mapped[ref] = mapped_column(ForeignKey("ceiling_version.id", ondelete="CASCADE"))
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"), index=True)
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)

    version: Mapped[CeilingVersion] = relationship(back_populates="lines")
    area: Mapped[Area | None] = relationship()
    department: Mapped[Department | None] = relationship()


class CeilingEffect(Model):
    """A proposal that a published version moved across the line of its list; append-only.

    ``above`` says on which side it stands since; ``rank`` and ``cost`` (rupiah) are of that moment.
    """

    __tablename__ = "ceiling_effect"
    __table_args__ = (Index("ix_ceiling_effect_proposal", "proposal_id"),)

    version_id: Mapped[ref] = mapped_column(ForeignKey("ceiling_version.id"), primary_key=True)
    ranking_id: Mapped[ref] = mapped_column(ForeignKey("ranking.id"), primary_key=True)
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    rank: Mapped[int]
    cost: Mapped[int | None] = mapped_column(BigInteger)
    above: Mapped[bool]


__all__ = ["CEILING_KINDS", "Ceiling", "CeilingEffect", "CeilingVersion", "Whose"]
