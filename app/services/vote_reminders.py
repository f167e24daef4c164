"""Remind, before a vote closes, everybody on its roll who has not voted.

Who has voted is asked by the mark that stands for a person, person by person: no list of who has
not is written anywhere but in the letters themselves.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.logs import log
from models import SECRET_MODES, Ballot, BallotLock, Contest, Eligible, Notice, User, db

from . import contest_keys, notices

EVENT = "vote_closing"
USUAL = ("3d", "1d", "3h")  # unless the contest's terms declare others
SIZES = {"d": timedelta(days=1), "h": timedelta(hours=1)}
SHORTEST = 2  # times a mark: a vote that is open no longer than that gets no such reminder


def marks(contest: Contest) -> dict[str, timedelta]:
    """How long before its close a contest reminds, as its terms declare; nonsense is left out."""
    said = contest.terms.get("reminders", USUAL)
    found: dict[str, timedelta] = {}
    for mark in said if isinstance(said, list | tuple) else ():
        number, unit = str(mark)[:-1], str(mark)[-1:]
        if number.isdecimal() and unit in SIZES and 0 < int(number) < 100:
            found[str(mark)] = int(number) * SIZES[unit]
    return found


def due(now: datetime | None = None) -> list[tuple[int, str]]:
    """Contests and the mark each has reached: the nearest one, and none that was sent."""
    now = now or datetime.now(UTC)
    query = select(Contest).where(
        Contest.mode.in_(SECRET_MODES),
        Contest.state.in_(("published", "open")),
        Contest.opens_at <= now,
        Contest.closes_at > now,
    )
    found = []
    for contest in db.session.scalars(query.order_by(Contest.id)):
        length = contest.closes_at - contest.opens_at
        reached = {
            mark: size
            for mark, size in marks(contest).items()
            if contest.closes_at - size <= now and size * SHORTEST <= length
        }
        nearest = min(reached, key=reached.__getitem__, default="")
        if nearest and not _sent(contest.id, nearest):
            found.append((contest.id, nearest))
    return found


def _name(contest_id: int, mark: str) -> str:
    return f"{contest_id} {mark}"


def _sent(contest_id: int, mark: str) -> bool:
    query = select(Notice.id).where(Notice.event == EVENT, Notice.mark == _name(contest_id, mark))
    return db.session.scalar(query.limit(1)) is not None


def remind(contest_id: int, mark: str) -> int:
    """A line, and a letter for those who want any, to who has not voted.  Commit afterwards.

    Returns how many were told; nobody is told twice of one mark.
    """
    contest = db.session.get_one(Contest, contest_id)
    facts = {"contest": contest.id, "title": contest.title, "at": contest.closes_at.isoformat()}
    logins = (
        select(Eligible.person_id, User.id)
        .join(User, User.person_id == Eligible.person_id)
        .where(Eligible.contest_id == contest_id, User.closed_at.is_(None))
    )
    people = {row.person_id: row.id for row in db.session.execute(logins)}
    try:
        by_mark = contest_keys.of_people(contest_id, people)
    except contest_keys.KeyGone:
        log.error("no key", contest=contest_id)
        return 0
    left = set(by_mark) - _done(contest_id)
    told = {people[by_mark[pseud]]: facts for pseud in left}
    return len(notices.tell_all(told, EVENT, _name(contest_id, mark)))


def _done(contest_id: int) -> set[bytes]:
    """The marks of who has voted, took paper, or may vote no more."""
    found: set[bytes] = set()
    barred = BallotLock.why != "booth"  # a code that was given is no vote yet
    for query in (
        select(Ballot.pseud).where(Ballot.contest_id == contest_id),
        select(BallotLock.pseud).where(BallotLock.contest_id == contest_id, barred),
    ):
        found |= {bytes(pseud) for pseud in db.session.scalars(query)}
    return found
