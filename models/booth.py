"""Voting where people meet: booths, codes on paper, paper ballots, and what went wrong there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .user import User

PAPER_STATES = ("once", "matched", "differs", "settled", "invalid")
BATCH_SORTS = ("codes", "papers")
BATCH_STATES = ("waiting", "ready", "fetched", "gone", "failed")
CODE_STATES = ("printed", "given", "spoiled")
INCIDENT_KINDS = ("bulk_accounts", "shared_device", "operator_mistake", "lost_paper", "other")


class Booth(Model):
    """A place of a contest where people vote with help: a kelurahan's hall.

    ``boxed`` papers were counted when the box was opened; ``note`` explains what does not add up.
    """

    __tablename__ = "booth"
    __table_args__ = (
        UniqueConstraint("contest_id", "name"),
        CheckConstraint("boxed >= 0", name="boxed"),
    )

    id: Mapped[pk]
    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"))
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    boxed: Mapped[int | None]
    note: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[now]


class BoothShift(Model):
    """An officer's hours at a booth, and what they gave out; nothing about who took it.

    ``codes`` given, ``papers`` handed out, ``spoiled`` papers taken back.
    """

    __tablename__ = "booth_shift"
    __table_args__ = (
        CheckConstraint("least(codes, papers, spoiled) >= 0", name="counts"),
        Index(
            "uq_booth_shift_running",
            "booth_id",
            "user_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
    )

    id: Mapped[pk]
    booth_id: Mapped[ref] = mapped_column(ForeignKey("booth.id"))
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str]
    codes: Mapped[int] = mapped_column(server_default="0")
    papers: Mapped[int] = mapped_column(server_default="0")
    spoiled: Mapped[int] = mapped_column(server_default="0")
    note: Mapped[str] = mapped_column(server_default="")
    begun_at: Mapped[now]
    ended_at: Mapped[datetime | None]

    booth: Mapped[Booth] = relationship()
    user: Mapped[User] = relationship()


class CodeBatch(Model):
    """A printed package for a booth: cards with one-time codes, or paper ballots.

    Neither codes nor serial numbers are kept.  The file waits, for an hour and for one download.
    """

    __tablename__ = "code_batch"
    __table_args__ = (
        CheckConstraint(f"sort IN {BATCH_SORTS}", name="sort"),
        CheckConstraint(f"status IN {BATCH_STATES}", name="status"),
        CheckConstraint("size BETWEEN 1 AND 1000", name="size"),
    )

    id: Mapped[pk]
    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), index=True)
    booth_id: Mapped[ref | None] = mapped_column(ForeignKey("booth.id"))
    sort: Mapped[key] = mapped_column(server_default="codes")
    size: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str]
    at: Mapped[now]
    status: Mapped[key] = mapped_column(server_default="waiting")
    file_name: Mapped[str] = mapped_column(server_default="")
    ready_at: Mapped[datetime | None]

    booth: Mapped[Booth | None] = relationship()


class VotingCode(Model):
    """A one-time code, by its salted hash alone.

    ``card`` is the number outside on the folded card, the code stands inside: who hands it out
    never reads it.  Given out, ``holder`` is the ``pseud`` of whoever took it, so that a code and
    an account of one person are one ballot; masked with the contest's key, so that who saw a
    card's number and has the database still finds no ballot.  No name, no time.
    """

    __tablename__ = "voting_code"
    __table_args__ = (
        UniqueConstraint("contest_id", "card"),
        CheckConstraint(f"state IN {CODE_STATES}", name="state"),
        CheckConstraint("(state = 'given') = (holder IS NOT NULL)", name="given"),
    )

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    batch_id: Mapped[ref] = mapped_column(ForeignKey("code_batch.id"), index=True)
    card: Mapped[key]
    state: Mapped[key] = mapped_column(server_default="printed")
    holder: Mapped[bytes | None] = mapped_column(LargeBinary)


class PaperBallot(Model):
    """A paper from a box, typed by two operators who do not see each other's reading.

    ``first_by`` and ``second_by`` differ.  ``choices`` NULL with a state of "invalid": the paper
    says nothing that counts, and ``note`` why.
    """

    __tablename__ = "paper_ballot"
    __table_args__ = (
        UniqueConstraint("contest_id", "serial"),
        CheckConstraint(f"state IN {PAPER_STATES}", name="state"),
        CheckConstraint("second_by_id IS NULL OR second_by_id <> first_by_id", name="two"),
    )

    id: Mapped[pk]
    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"))
    booth_id: Mapped[ref] = mapped_column(ForeignKey("booth.id"), index=True)
    serial: Mapped[key]
    first: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    first_points: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    first_by_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    second: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    second_points: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    second_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    settled_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[key] = mapped_column(server_default="once")
    note: Mapped[str] = mapped_column(server_default="")


class Incident(Model):
    """Something that may have gone wrong, from enrolment or booth shifts, never from ballots.

    ``sign`` names what was noticed ("phone:…"; "" when somebody raised it), so that it is looked
    into once.  ``voided`` counts the people it is about when it was decided.
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(f"kind IN {INCIDENT_KINDS}", name="kind"),
        CheckConstraint("state IN ('open', 'kept', 'voided', 'corrected')", name="state"),
        CheckConstraint("state = 'open' OR public_note <> ''", name="note"),
        Index("ix_incident_contest_id", "contest_id", "state"),
        Index(
            "uq_incident_sign",
            "contest_id",
            "sign",
            unique=True,
            postgresql_where="sign <> ''",
        ),
    )

    id: Mapped[pk]
    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"))
    kind: Mapped[key]
    booth_id: Mapped[ref | None] = mapped_column(ForeignKey("booth.id"))
    words: Mapped[str]
    sign: Mapped[key] = mapped_column(server_default="")
    raised_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str] = mapped_column(server_default="")
    state: Mapped[key] = mapped_column(server_default="open")
    public_note: Mapped[str] = mapped_column(server_default="")
    voided: Mapped[int] = mapped_column(server_default="0")
    at: Mapped[now]
    decided_at: Mapped[datetime | None]


class IncidentPerson(Model):
    """Whose place on the roll an incident is about."""

    __tablename__ = "incident_person"

    incident_id: Mapped[ref] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


__all__ = [
    "INCIDENT_KINDS",
    "PAPER_STATES",
    "Booth",
    "BoothShift",
    "CodeBatch",
    "Incident",
    "IncidentPerson",
    "PaperBallot",
    "VotingCode",
]
