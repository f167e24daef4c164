"""Ranked lists: what a level of a plan year wants first, and every order it ever had.

The ranks themselves stand in ``proposal_level`` (``ranking_id``, ``rank``): 1 to n without a gap.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, now, pk, ref
from .proposal import PROPOSAL_LEVELS
from .routing import Department

LIST_RULES = (
    "stop",  # at the first proposal that does not fit the list ends
    "skip",  # one that does not fit is left out; smaller ones behind it may still fit
)


class Ranking(Model):
    """The ranked list of one level: of an RW, an area, a department or the city.

    ``rule`` is what happens at the line; ``version`` counts the orders it had; from ``frozen_at``
    on nothing moves any more, because a forum has signed it.
    """

    __tablename__ = "ranking"
    __table_args__ = (
        CheckConstraint(f"level IN {PROPOSAL_LEVELS}", name="level"),
        CheckConstraint(f"rule IN {LIST_RULES}", name="rule"),
        CheckConstraint("num_nonnulls(area_code, department_code) = 1", name="whose"),
        CheckConstraint("(level = 'rw') = (rw IS NOT NULL)", name="rw"),
        UniqueConstraint(
            "plan_year",
            "level",
            "area_code",
            "rw",
            "department_code",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[pk]
    plan_year: Mapped[int]
    level: Mapped[key]
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"))
    rw: Mapped[int | None]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    rule: Mapped[key] = mapped_column(server_default="stop")
    version: Mapped[int] = mapped_column(server_default="0")
    frozen_at: Mapped[datetime | None]
    changed_at: Mapped[now]

    area: Mapped[Area | None] = relationship()
    department: Mapped[Department | None] = relationship()


class RankingVersion(Model):
    """An order a list had; append-only.

    ``ids`` are the proposals from the first rank on, ``costs`` what each cost then (rupiah, or
    NULL), ``what`` is what made it: ``reorder``, ``rule``, ``freeze``, or the name of a step.
    ``sha256`` covers the order and the hash of the version before (``app.services.ranking``).
    """

    __tablename__ = "ranking_version"
    __table_args__ = (
        UniqueConstraint("ranking_id", "number"),
        Index("ix_ranking_version_item", "item_id"),
    )

    id: Mapped[pk]
    ranking_id: Mapped[ref] = mapped_column(ForeignKey("ranking.id"))
    number: Mapped[int]
    what: Mapped[key]
    rule: Mapped[key]
    seat: Mapped[key]
    at: Mapped[now]
    reason: Mapped[str] = mapped_column(server_default="")
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"))  # whose step it was
    ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    costs: Mapped[list[int | None]] = mapped_column(ARRAY(BigInteger))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)

    ranking: Mapped[Ranking] = relationship()


__all__ = ["LIST_RULES", "Ranking", "RankingVersion"]
