"""What staff read of booths: who stands on the roll, shifts, packages, papers and what adds up.

Nothing here reads what a ballot says, nor how many there are while a contest runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from models import (
    AnySession,
    BallotLock,
    Booth,
    BoothShift,
    CodeBatch,
    Contest,
    Eligible,
    PaperBallot,
    Person,
    SealedBallot,
    User,
    VotingCode,
)

FOUND = 12  # people shown at once; more means: say more
RUNNING = ("published", "open", "closed")
COUNTED = ("tallied", "certified")
GOOD = ("matched", "settled")


def covering(scopes: Iterable[str | None]) -> ColumnElement[bool]:
    """Booths within one of these areas; None is everywhere."""
    clauses: list[ColumnElement[bool]] = []
    for code in scopes:
        if code is None:
            return Booth.id.is_not(None)
        clauses.append(or_(Booth.area_code == code, Booth.area_code.startswith(f"{code}.")))
    return or_(*clauses) if clauses else false()


def listed(session: AnySession, scopes: Iterable[str | None]) -> Sequence[Any]:
    """(booth, contest) of running contests within these areas, those that close first on top."""
    query = select(Booth, Contest).join(Contest, Contest.id == Booth.contest_id)
    mine = query.where(covering(scopes), Contest.state.in_(RUNNING))
    return session.execute(mine.order_by(Contest.closes_at, Booth.name).limit(200)).all()


def of_contest(session: AnySession, contest_id: int) -> Sequence[Booth]:
    """The booths of a contest by name."""
    query = select(Booth).where(Booth.contest_id == contest_id)
    return session.scalars(query.order_by(Booth.name)).all()


def people(
    session: AnySession, contest_id: int, name: str, rw: int | None, last4: str
) -> list[Any]:
    """Those of a contest's roll whom a name, an RW or the last digits of a NIK may mean.

    Every word of the name must occur.  One more than ``FOUND`` when there are more.
    """
    query = (
        select(Person.id, Person.name, Person.nik_last4, Person.rt, Eligible.rw,
               Eligible.area_code)
        .join(Eligible, Eligible.person_id == Person.id)
        .where(Eligible.contest_id == contest_id, Person.anonymised_at.is_(None))
    )  # fmt: skip
    for word in name.split()[:6]:
        query = query.where(Person.name.icontains(word, autoescape=True))
    if rw is not None:
        query = query.where(Eligible.rw == rw)
    if last4:
        query = query.where(Person.nik_last4 == last4)
    return list(session.execute(query.order_by(Person.name, Person.id).limit(FOUND + 1)).all())


def place_of(session: AnySession, contest_id: int, who: bytes) -> int | None:
    """At which booth whoever stands behind a mark was handed their paper."""
    mine = and_(BallotLock.contest_id == contest_id, BallotLock.pseud == who)
    return session.scalar(select(BallotLock.booth_id).where(mine))


def running(session: AnySession, booth_id: int, user_id: int | None) -> BoothShift | None:
    """The shift somebody has begun at a booth and not ended."""
    query = select(BoothShift).where(
        BoothShift.booth_id == booth_id,
        BoothShift.user_id == user_id,
        BoothShift.ended_at.is_(None),
    )
    return session.scalars(query).first()


def shifts(session: AnySession, contest_id: int) -> dict[int, list[BoothShift]]:
    """The shifts of a contest by booth, the earliest first."""
    query = select(BoothShift).join(Booth).where(Booth.contest_id == contest_id)
    found: dict[int, list[BoothShift]] = {}
    for one in session.scalars(query.order_by(BoothShift.begun_at, BoothShift.id)):
        found.setdefault(one.booth_id, []).append(one)
    return found


@dataclass(frozen=True)
class Handed:
    """What was given out at a booth."""

    codes: int = 0
    papers: int = 0
    spoiled: int = 0

    @property
    def outside(self) -> int:
        """Papers that must be in the box."""
        return self.papers - self.spoiled


def handed(session: AnySession, contest_id: int) -> dict[int, Handed]:
    """What was given out at each booth of a contest."""
    sums = [func.coalesce(func.sum(c), 0) for c in
            (BoothShift.codes, BoothShift.papers, BoothShift.spoiled)]  # fmt: skip
    query = select(BoothShift.booth_id, *sums).join(Booth).where(Booth.contest_id == contest_id)
    rows = session.execute(query.group_by(BoothShift.booth_id))
    return {row[0]: Handed(int(row[1]), int(row[2]), int(row[3])) for row in rows}


def keyed(session: AnySession, contest_id: int) -> dict[int, dict[str, int]]:
    """How many papers of each booth stand in which state."""
    query = (
        select(PaperBallot.booth_id, PaperBallot.state, func.count())
        .where(PaperBallot.contest_id == contest_id)
        .group_by(PaperBallot.booth_id, PaperBallot.state)
    )
    found: dict[int, dict[str, int]] = {}
    for booth, state, count in session.execute(query):
        found.setdefault(booth, {})[state] = count
    return found


def papers(session: AnySession, contest_id: int, booth_id: int | None = None) -> Sequence[Any]:
    """(serial, state, note, booth, whose readings) of papers; what they say is not read."""
    query = (
        select(PaperBallot.serial, PaperBallot.state, PaperBallot.note, Booth.name.label("booth"),
               PaperBallot.id, PaperBallot.first_by_id, PaperBallot.second_by_id)
        .join(Booth, Booth.id == PaperBallot.booth_id)
        .where(PaperBallot.contest_id == contest_id)
    )  # fmt: skip
    if booth_id is not None:
        query = query.where(PaperBallot.booth_id == booth_id)
    return session.execute(query.order_by(PaperBallot.serial)).all()


def channels(session: AnySession, contest: Contest) -> dict[str, int] | None:
    """How many sealed ballots came by which way; None while counts are nobody's to know."""
    if contest.state not in COUNTED:
        return None
    query = select(SealedBallot.channel, func.count()).where(SealedBallot.contest_id == contest.id)
    rows = session.execute(query.group_by(SealedBallot.channel))
    return {channel: count for channel, count in rows}  # noqa: C416 rows are no pairs to dict()


def batches(session: AnySession, contest_id: int) -> Sequence[CodeBatch]:
    """The packages of a contest, the newest first."""
    query = select(CodeBatch).where(CodeBatch.contest_id == contest_id)
    return session.scalars(query.order_by(CodeBatch.id.desc()).limit(200)).all()


def printed_before(session: AnySession, batch: CodeBatch) -> int:
    """How many of its sort were printed for the contest in earlier packages."""
    same = and_(CodeBatch.contest_id == batch.contest_id, CodeBatch.sort == batch.sort)
    query = select(func.coalesce(func.sum(CodeBatch.size), 0)).where(same, CodeBatch.id < batch.id)
    return int(session.scalar(query) or 0)


def printed(session: AnySession, contest_id: int, sort: str) -> int:
    """How many cards or papers were ever printed for a contest."""
    query = select(func.coalesce(func.sum(CodeBatch.size), 0))
    whole = query.where(CodeBatch.contest_id == contest_id, CodeBatch.sort == sort)
    return int(session.scalar(whole) or 0)


def cards(session: AnySession, contest_id: int) -> dict[str, int]:
    """How many cards stand in which state: printed, given, spoiled."""
    query = select(VotingCode.state, func.count()).where(VotingCode.contest_id == contest_id)
    return {state: count for state, count in session.execute(query.group_by(VotingCode.state))}  # noqa: C416


def officers(session: AnySession, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of logins."""
    wanted = {one for one in ids if one is not None}
    query = select(User.id, Person.name).join(Person, Person.id == User.person_id)
    rows = session.execute(query.where(User.id.in_(wanted)))
    return {number: name for number, name in rows}  # noqa: C416


def begun_since(session: AnySession, contest_id: int) -> datetime | None:
    """When the first shift of a contest began."""
    query = select(func.min(BoothShift.begun_at)).join(Booth)
    return session.scalar(query.where(Booth.contest_id == contest_id))
