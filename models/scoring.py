"""Rounds of scoring: what is judged and how much it weighs, who judged what, what came out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, now, pk, ref
from .routing import Department
from .user import User

MEASURES = ("", "beneficiaries", "support", "readiness", "equity")


class ScoringRound(Model):
    """Proposals of a plan year at one level in one area (or of one department), judged together.

    Drafted, then published with everything that counts (from then on the database refuses any
    change of it), then closed with its results.  ``least`` assessors must judge each proposal.
    ``comparisons`` holds pairs "0,1" → "3" or "1/3" where the weights come from comparing (AHP),
    ``ratio`` its consistency ratio.  ``digest`` is the SHA-256 of what was published.
    """

    __tablename__ = "scoring_round"
    __table_args__ = (
        CheckConstraint("least BETWEEN 2 AND 9", name="least"),
        CheckConstraint("(area_code IS NULL) <> (department_code IS NULL)", name="place"),
        CheckConstraint("closed_at IS NULL OR published_at IS NOT NULL", name="order"),
        Index("ix_scoring_round_list", "plan_year", "level", "area_code", "department_code"),
    )

    id: Mapped[pk]
    plan_year: Mapped[int]
    level: Mapped[key]
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"))
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    name: Mapped[str]
    least: Mapped[int] = mapped_column(server_default="2")
    comparisons: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    ratio: Mapped[float | None]
    seat: Mapped[str]
    created_at: Mapped[now]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    digest: Mapped[key] = mapped_column(server_default="")

    area: Mapped[Area | None] = relationship()
    department: Mapped[Department | None] = relationship()
    criteria: Mapped[list[ScoringCriterion]] = relationship(
        order_by="ScoringCriterion.position", cascade="all, delete-orphan"
    )
    assessors: Mapped[list[Assessor]] = relationship(
        order_by="Assessor.position", cascade="all, delete-orphan"
    )


class ScoringCriterion(Model):
    """What is judged on a fixed scale; ``weight`` in hundredths of a point.

    ``anchors`` says what each mark means.  With a ``measure`` the mark follows from a fact of the
    proposal: the lowest, and one more for each of ``limits`` it reaches; nobody marks it.
    """

    __tablename__ = "scoring_criterion"
    __table_args__ = (
        UniqueConstraint("round_id", "code"),
        CheckConstraint("low < high", name="scale"),
        CheckConstraint("weight BETWEEN 0 AND 10000", name="weight"),
        CheckConstraint(f"measure IN {MEASURES}", name="measure"),
    )

    id: Mapped[pk]
    round_id: Mapped[ref] = mapped_column(ForeignKey("scoring_round.id"))
    position: Mapped[int]
    code: Mapped[key]
    name: Mapped[str]
    weight: Mapped[int]
    low: Mapped[int] = mapped_column(server_default="1")
    high: Mapped[int] = mapped_column(server_default="5")
    anchors: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    measure: Mapped[key] = mapped_column(server_default="")
    limits: Mapped[list[int]] = mapped_column(JSONB, server_default="[]")


class Assessor(Model):
    """Somebody who judges in a round.  ``position`` is the name the public knows them by."""

    __tablename__ = "assessor"
    __table_args__ = (UniqueConstraint("round_id", "position"),)

    round_id: Mapped[ref] = mapped_column(ForeignKey("scoring_round.id"), primary_key=True)
    user_id: Mapped[ref] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    position: Mapped[int]
    seat: Mapped[str] = mapped_column(server_default="")

    user: Mapped[User] = relationship()


class Assessment(Model):
    """The marks one assessor gave one proposal; or, ``recused``, why they gave none."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("round_id", "proposal_id", "user_id"),
        ForeignKeyConstraint(
            ["round_id", "user_id"],
            ["assessor.round_id", "assessor.user_id"],
            name="fk_assessment_assessor",
        ),
        Index("ix_assessment_proposal_id", "proposal_id"),
    )

    id: Mapped[pk]
    round_id: Mapped[ref]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"))
    user_id: Mapped[ref]
    marks: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    note: Mapped[str] = mapped_column(server_default="")
    recused: Mapped[str] = mapped_column(server_default="")
    at: Mapped[now]


class ScoringResult(Model):
    """What a closed round gave a proposal: points, place, and the marks they were made of.

    ``marks`` holds the marks of each criterion in the order of the assessors, as counted;
    ``measured`` the facts behind the measured ones.
    """

    __tablename__ = "scoring_result"
    __table_args__ = (
        Index("ix_scoring_result_proposal_id", "proposal_id"),
        CheckConstraint("points BETWEEN 0 AND 100", name="points"),
    )

    round_id: Mapped[ref] = mapped_column(ForeignKey("scoring_round.id"), primary_key=True)
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    points: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    place: Mapped[int]
    marks: Mapped[dict[str, Any]] = mapped_column(JSONB)
    measured: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


__all__ = [
    "MEASURES",
    "Assessment",
    "Assessor",
    "ScoringCriterion",
    "ScoringResult",
    "ScoringRound",
]
