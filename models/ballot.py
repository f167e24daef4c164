"""Ballots: secret ones, which no table joins to a person, and those given under a name."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, ref
from .user import User

CHANNELS = ("online", "booth", "paper")
# choices ascending, each once, each on the list; points one for each choice, their sum exact.
VALID = "ballot_is_valid(choices, points, least, most, total, items)"

smalls = ARRAY(SmallInteger)


class Ballot(Model):
    """A secret ballot while its contest runs: one row, and no way from it to a person.

    ``pseud`` is HMAC-SHA256(key of the contest, who); the key stands outside the database.  No
    time, no address, no sequence.  Only the database's function ``cast_ballot`` writes here; it
    copies the contest's limits into the row, so that CHECK can hold them.  ``nonce`` and the vote
    make ``leaf``; the receipt a voter gets is the nonce (``Contest.receipts``) or the leaf alone.
    There is no foreign key to the contest: its row lock would be shared by every cast.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        CheckConstraint(VALID, name="valid"),
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint("octet_length(pseud) = 32", name="pseud"),
        CheckConstraint("octet_length(nonce) = 16", name="nonce"),
    )

    contest_id: Mapped[ref] = mapped_column(primary_key=True)
    pseud: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    choices: Mapped[list[int]] = mapped_column(smalls)
    points: Mapped[list[int]] = mapped_column(smalls, server_default="{}")
    least: Mapped[int] = mapped_column(SmallInteger)
    most: Mapped[int] = mapped_column(SmallInteger)
    total: Mapped[int] = mapped_column(SmallInteger)
    items: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[key]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    rev: Mapped[int] = mapped_column(server_default="1")


class BallotLock(Model):
    """Why no ballot is accepted online for somebody: they took paper, or it was voided.

    ``why`` "booth" only says that a code was given at a booth.  Without a name and without a time.
    """

    __tablename__ = "ballot_lock"
    __table_args__ = (CheckConstraint("why IN ('paper', 'booth', 'void')", name="why"),)

    contest_id: Mapped[ref] = mapped_column(primary_key=True)
    pseud: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    why: Mapped[key]
    booth_id: Mapped[ref | None] = mapped_column(ForeignKey("booth.id"))
    incident_id: Mapped[ref | None] = mapped_column(ForeignKey("incident.id"))


class SealedBallot(Model):
    """A ballot as counted and published, in the order of its leaf; nothing leads to a person."""

    __tablename__ = "sealed_ballot"
    __table_args__ = (UniqueConstraint("contest_id", "leaf"),)

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    choices: Mapped[list[int]] = mapped_column(smalls)
    points: Mapped[list[int]] = mapped_column(smalls, server_default="{}")
    channel: Mapped[key]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


class NamedBallot(Model):
    """A delegate's points, given from a seat, under their name, with the reason."""

    __tablename__ = "named_ballot"
    __table_args__ = (
        CheckConstraint(VALID, name="valid"),
        UniqueConstraint("contest_id", "seat"),
    )

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    user_id: Mapped[ref] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    seat: Mapped[str]
    choices: Mapped[list[int]] = mapped_column(smalls)
    points: Mapped[list[int]] = mapped_column(smalls)
    least: Mapped[int] = mapped_column(SmallInteger)
    most: Mapped[int] = mapped_column(SmallInteger)
    total: Mapped[int] = mapped_column(SmallInteger)
    items: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(server_default="")
    rev: Mapped[int] = mapped_column(server_default="1")
    at: Mapped[now]

    user: Mapped[User] = relationship()


class Juror(Model):
    """Somebody of a contest's jury; delegates of a contest by name stand here, too."""

    __tablename__ = "juror"

    contest_id: Mapped[ref] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    user_id: Mapped[ref] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    seat: Mapped[str] = mapped_column(server_default="")

    user: Mapped[User] = relationship()


class JurorMark(Model):
    """A juror's marks for an item, criterion by criterion, with the reason; or why none."""

    __tablename__ = "juror_mark"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contest_id", "user_id"],
            ["juror.contest_id", "juror.user_id"],
            name="fk_juror_mark_juror",
        ),
        ForeignKeyConstraint(
            ["contest_id", "no"],
            ["contest_item.contest_id", "contest_item.no"],
            name="fk_juror_mark_contest_item",
        ),
        CheckConstraint("recused <> '' OR reason <> ''", name="reason"),
    )

    contest_id: Mapped[ref] = mapped_column(primary_key=True)
    user_id: Mapped[ref] = mapped_column(primary_key=True)
    no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    marks: Mapped[list[int]] = mapped_column(smalls, server_default="{}")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    recused: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[now]


__all__ = [
    "CHANNELS",
    "Ballot",
    "BallotLock",
    "Juror",
    "JurorMark",
    "NamedBallot",
    "SealedBallot",
]
