"""Contests: what is voted on, by whom, by which rule, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, now, pk, ref
from .item import Item
from .routing import Department
from .user import Person

# How people speak: by support of the item itself, by a secret ballot, by points under their own
# name, by a jury's marks.
CONTEST_MODES = ("support", "approval", "points", "named_points", "jury")
SECRET_MODES = ("approval", "points")
CONTEST_STATES = (
    "draft",
    "published",  # specification frozen; the roll may be disputed
    "open",
    "closed",  # nothing more is accepted
    "sealed",  # ballots fixed, without anything that leads to a person
    "tallied",
    "certified",
    "void",
)
PRECEDENCES = ("paper", "online")


class Contest(Model):
    """A vote.  From ``published`` on the database refuses any change of its specification.

    ``items`` counts what stands for choice, numbered from 1; a ballot names between ``least`` and
    ``most`` of them and, where the mode gives points, shares ``points`` among them.  ``pagu`` is
    whole rupiah.  ``rule`` is the counting rule to the letter (``app.counting``), ``terms`` what
    else was declared: reminders, late enrolment, the jury's criteria.  ``series`` groups contests
    of which a person may choose one beside their own area's.  ``spec_hash`` is the SHA-256 of all
    of it.  ``salt`` makes this contest's codes and lots its own.  ``precedence`` says which wins
    when a person has voted online and comes for paper.  Contests are never deleted.
    """

    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint(f"mode IN {CONTEST_MODES}", name="mode"),
        CheckConstraint(f"state IN {CONTEST_STATES}", name="state"),
        CheckConstraint(f"precedence IN {PRECEDENCES}", name="precedence"),
        CheckConstraint("least BETWEEN 1 AND most", name="least"),
        CheckConstraint("most BETWEEN 1 AND 200", name="most"),
        CheckConstraint("points BETWEEN 0 AND 10000", name="points"),
        CheckConstraint("items BETWEEN 0 AND 10000", name="items"),
        CheckConstraint("pagu > 0", name="pagu"),
        CheckConstraint("min_level BETWEEN 0 AND 3", name="min_level"),
        CheckConstraint("opens_at < closes_at", name="period"),
        CheckConstraint("state IN ('draft', 'void') OR spec_hash <> ''", name="frozen"),
        CheckConstraint("state <> 'void' OR void_reason <> ''", name="void"),
        CheckConstraint("(spec_hash = '') = (published_at IS NULL)", name="published"),
        Index("ix_contest_state", "state", "closes_at"),
        Index("ix_contest_series", "series", postgresql_where="series <> ''"),
    )

    id: Mapped[pk]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(server_default="")
    kind: Mapped[key]  # of the items: "musrenbang", "badami"
    level: Mapped[key] = mapped_column(server_default="")
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"), index=True)
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    plan_year: Mapped[int | None]
    series: Mapped[key] = mapped_column(server_default="")
    mode: Mapped[key]
    least: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    most: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    points: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    items: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    pagu: Mapped[int | None] = mapped_column(BigInteger)
    min_level: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    receipts: Mapped[bool] = mapped_column(server_default="true")
    precedence: Mapped[key] = mapped_column(server_default="online")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    disputes_until: Mapped[datetime | None]
    seat: Mapped[str]
    created_at: Mapped[now]
    spec_hash: Mapped[key] = mapped_column(server_default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary)

    state: Mapped[key] = mapped_column(server_default="draft")
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    sealed_root: Mapped[key] = mapped_column(server_default="")
    tallied_at: Mapped[datetime | None]
    certified_at: Mapped[datetime | None]
    key_destroyed_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(server_default="")

    area: Mapped[Area] = relationship()
    department: Mapped[Department | None] = relationship()
    choices: Mapped[list[ContestItem]] = relationship(
        order_by="ContestItem.no", back_populates="contest", cascade="all, delete-orphan"
    )

    @property
    def is_secret(self) -> bool:
        """May nobody ever learn who chose what?"""
        return self.mode in SECRET_MODES

    @property
    def has_jury(self) -> bool:
        """Does a jury mark what stands for choice, alone or beside the voters?"""
        return self.mode == "jury" or self.rule.get("jury", "0") != "0"


class ContestItem(Model):
    """One of the things to choose from; title, cost (whole rupiah) and place as published."""

    __tablename__ = "contest_item"
    __table_args__ = (
        UniqueConstraint("contest_id", "item_id"),
        CheckConstraint("no BETWEEN 1 AND 10000", name="no"),
        CheckConstraint("cost > 0", name="cost"),
    )

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(server_default="")
    cost: Mapped[int | None] = mapped_column(BigInteger)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    area_code: Mapped[key | None]
    department_code: Mapped[key | None]

    contest: Mapped[Contest] = relationship(back_populates="choices")
    item: Mapped[Item] = relationship()


ROLL_SOURCES = ("snapshot", "dispute", "late", "chosen")


class Eligible(Model):
    """Somebody on the roll of a contest.  ``chosen``: of another area, but they chose this one."""

    __tablename__ = "eligible"
    __table_args__ = (
        CheckConstraint(f"source IN {ROLL_SOURCES}", name="source"),
        Index("ix_eligible_person_id", "person_id"),
        Index(
            "uq_eligible_chosen",
            "series",
            "person_id",
            unique=True,
            postgresql_where="source = 'chosen'",
        ),
    )

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), primary_key=True)
    area_code: Mapped[key | None]
    rw: Mapped[int | None]
    level: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[key] = mapped_column(server_default="snapshot")
    series: Mapped[key] = mapped_column(server_default="")

    person: Mapped[Person] = relationship()


class RollVersion(Model):
    """What the roll was at a moment: how many, per RW, and the Merkle root over its entries."""

    __tablename__ = "roll_version"

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    size: Mapped[int]
    root: Mapped[key]
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[str] = mapped_column(server_default="")
    at: Mapped[now]


class RollDispute(Model):
    """Somebody says that they, or another, are wrongly on the roll or missing from it."""

    __tablename__ = "roll_dispute"
    __table_args__ = (
        CheckConstraint("claim IN ('missing', 'wrongly_listed')", name="claim"),
        CheckConstraint("state IN ('open', 'accepted', 'refused')", name="state"),
        Index("ix_roll_dispute_contest_id", "contest_id", "state"),
    )

    id: Mapped[pk]
    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"))
    raised_by_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    person_id: Mapped[ref | None] = mapped_column(ForeignKey("person.id"))
    claim: Mapped[key]
    words: Mapped[str]
    state: Mapped[key] = mapped_column(server_default="open")
    answer: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[str] = mapped_column(server_default="")
    at: Mapped[now]
    decided_at: Mapped[datetime | None]


class ContestConsent(Model):
    """One of the two seats that an irrevocable act needs.  ``subject`` narrows the act."""

    __tablename__ = "contest_consent"
    __table_args__ = (
        CheckConstraint("act IN ('certify', 'void', 'void_ballots', 'correct')", name="act"),
    )

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    act: Mapped[key] = mapped_column(primary_key=True)
    subject: Mapped[key] = mapped_column(primary_key=True, server_default="")
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    seat: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    at: Mapped[now]


class Tally(Model):
    """What the engine made of the sealed ballots; ``outcome`` and its SHA-256 never change.

    ``near``: for who did not win, the cost with which they would have (id, cost, less; rupiah).
    """

    __tablename__ = "tally"

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    engine: Mapped[str]
    input_root: Mapped[key]
    rule_hash: Mapped[key]
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB)
    result_hash: Mapped[key]
    near: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    at: Mapped[now]


class ContestFile(Model):
    """A file of the folder that was published about a count; version 2 is the certified one."""

    __tablename__ = "contest_file"

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[key] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    at: Mapped[now]


class ContestDecision(Model):
    """What was decided about an item beside what was computed; a deviation says why."""

    __tablename__ = "contest_decision"
    __table_args__ = (CheckConstraint("decided = computed OR reason <> ''", name="reason"),)

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    computed: Mapped[bool]
    decided: Mapped[bool]
    reason: Mapped[str] = mapped_column(server_default="")
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str]
    at: Mapped[now]


__all__ = [
    "CONTEST_MODES",
    "CONTEST_STATES",
    "PRECEDENCES",
    "ROLL_SOURCES",
    "SECRET_MODES",
    "Contest",
    "ContestConsent",
    "ContestDecision",
    "ContestFile",
    "ContestItem",
    "Eligible",
    "RollDispute",
    "RollVersion",
    "Tally",
]
