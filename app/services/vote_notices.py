"""Who hears of a vote: everybody on its roll when it is announced and when it opens.

A line of the inbox and, for who wants any, a letter.  It says what anybody may read on the vote's
page, and is the same for everybody: whether somebody has voted is not asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, exists, select

from app.queries import contests as reads
from models import Contest, Eligible, Juror, Notice, RollDispute, User, db

from . import notices

ANNOUNCED, OPENED, ANSWERED, STRUCK = (
    "vote_announced", "vote_opened", "vote_answered", "vote_struck",
)  # fmt: skip
SITTING = "vote_judge"
EVENTS = {"published": ANNOUNCED, "open": OPENED}


def due(now: datetime | None = None) -> list[tuple[int, str]]:
    """Contests that are announced or open, and have not been told of as such."""
    now = now or datetime.now(UTC)
    running = select(Contest).where(Contest.state.in_(reads.RUNNING)).order_by(Contest.id)
    found = []
    for contest in db.session.scalars(running):
        event = EVENTS.get(reads.standing(contest, now), "")
        if event and not _told(contest.id, event):
            found.append((contest.id, event))
    return found


def _told(contest_id: int, event: str) -> bool:
    """Has anybody who must hear of it a line?  Who joined later was told by themselves."""
    wanted = (event, SITTING) if event == OPENED else (event,)
    line = exists().where(Notice.event.in_(wanted), Notice.mark == str(contest_id))
    return bool(db.session.scalar(select(line)))


def tell(contest_id: int, event: str) -> int:
    """Tell everybody of one contest; returns how many lines are new.  Commit afterwards."""
    contest = db.session.get_one(Contest, contest_id)
    told = _lines(contest, event, _voters(contest_id)) if contest.is_secret else 0
    if event == OPENED:
        told += _lines(contest, SITTING, _seated(contest_id))
    return told


def joined(contest: Contest, person_id: int, at: datetime | None = None) -> None:
    """Tell somebody who came onto the roll later."""
    event = EVENTS.get(reads.standing(contest, at or datetime.now(UTC)), "")
    if event and _told(contest.id, event):  # else they hear of it with all others
        _lines(contest, event, _logins(person_id))


def answered(dispute: RollDispute, contest: Contest) -> None:
    """Tell who objected to the roll what the answer is."""
    facts = {"accepted": dispute.state == "accepted", "answer": dispute.answer}
    notices.tell(dispute.raised_by_id, ANSWERED, str(dispute.id), **_facts(contest), **facts)


def struck(dispute: RollDispute, contest: Contest, person_id: int) -> None:
    """Tell somebody that an objection took them off the roll, and why."""
    told = {
        user: _facts(contest) | {"answer": dispute.answer}
        for user in db.session.scalars(_logins(person_id))
    }
    notices.tell_all(told, STRUCK, str(dispute.id))


def _voters(contest_id: int) -> Select[Any]:
    return (
        select(User.id)
        .join(Eligible, Eligible.person_id == User.person_id)
        .where(Eligible.contest_id == contest_id, User.closed_at.is_(None))
    )


def _seated(contest_id: int) -> Select[Any]:
    return select(Juror.user_id).where(Juror.contest_id == contest_id)


def _logins(person_id: int) -> Select[Any]:
    return select(User.id).where(User.person_id == person_id, User.closed_at.is_(None))


def _lines(contest: Contest, event: str, logins: Select[Any]) -> int:
    facts = _facts(contest)
    told = dict.fromkeys(db.session.scalars(logins), facts)
    return len(notices.tell_all(told, event, str(contest.id)))


def _facts(contest: Contest) -> dict[str, Any]:
    until = contest.disputes_until
    return {
        "contest": contest.id,
        "title": contest.title,
        "opens": contest.opens_at.isoformat(),
        "closes": contest.closes_at.isoformat(),
        "until": until.isoformat() if until else "",
    }
