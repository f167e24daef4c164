"""Contests as people read them: which there are, how they stand, who may vote where."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import case, func, select

from models import (
    AnySession,
    Contest,
    ContestItem,
    Eligible,
    Juror,
    Person,
    RollDispute,
    RollVersion,
    User,
    reading,
)

RUNNING = ("published", "open")
KEEP_SECONDS = 60
KEY = "rembuk_contests"
MOST = 200


@dataclass(frozen=True)
class Brief:
    """What other pages say of a contest that is announced or open."""

    id: int
    title: str
    area_code: str
    opens_at: datetime
    closes_at: datetime
    is_secret: bool
    mode: str

    def is_open(self, at: datetime | None = None) -> bool:
        """Can one vote now?"""
        return self.opens_at <= (at or datetime.now(UTC)) < self.closes_at


@dataclass(frozen=True)
class _Kept:
    at: float
    briefs: dict[int, Brief]
    items: dict[int, int]  # item -> contest


def standing(contest: Contest, at: datetime) -> str:
    """The state a contest is in by the clock, whether or not a job has written it down yet."""
    if contest.state in RUNNING and at >= contest.closes_at:
        return "closed"
    if contest.state == "published" and at >= contest.opens_at:
        return "open"
    return contest.state


def disputable(contest: Contest, at: datetime) -> bool:
    """May the roll be objected to?"""
    until = contest.disputes_until
    return contest.is_secret and contest.state == "published" and until is not None and at < until


def listed(session: AnySession) -> Sequence[Contest]:
    """Every contest that was published: what is open first, then what comes, then the past."""
    order = case((Contest.state == "open", 0), (Contest.state == "published", 1), else_=2)
    wanted = select(Contest).where(Contest.published_at.is_not(None))
    wanted = wanted.order_by(order, Contest.closes_at.desc(), Contest.id.desc())
    return session.scalars(wanted.limit(MOST)).all()


def published(session: AnySession, contest_id: int) -> Contest | None:
    """A contest that was published; None for drafts and what does not exist."""
    found: Contest | None = session.get(Contest, contest_id)
    return found if found is not None and found.published_at is not None else None


def kept_in(session: AnySession) -> Sequence[Contest]:
    """Every contest for its keepers, the newest first."""
    return session.scalars(select(Contest).order_by(Contest.id.desc()).limit(MOST)).all()


def versions(session: AnySession, contest_id: int) -> Sequence[RollVersion]:
    """How the roll stood, the latest first."""
    wanted = select(RollVersion).where(RollVersion.contest_id == contest_id)
    return session.scalars(wanted.order_by(RollVersion.no.desc())).all()


def place(session: AnySession, contest_id: int, person_id: int | None) -> Eligible | None:
    """Somebody's place on the roll."""
    if person_id is None:
        return None
    found: Eligible | None = session.get(Eligible, (contest_id, person_id))
    return found


def own_in_series(session: AnySession, contest: Contest, person_id: int) -> Eligible | None:
    """Where in a series somebody votes by where they live."""
    wanted = select(Eligible).where(
        Eligible.series == contest.series,
        Eligible.series != "",
        Eligible.person_id == person_id,
        Eligible.source != "chosen",
    )
    found: Eligible | None = session.scalars(wanted.limit(1)).first()
    return found


def others_in_series(session: AnySession, contest: Contest) -> Sequence[Contest]:
    """The other contests of a series that were published."""
    if not contest.series:
        return ()
    wanted = select(Contest).where(
        Contest.series == contest.series,
        Contest.id != contest.id,
        Contest.published_at.is_not(None),
    )
    return session.scalars(wanted.order_by(Contest.area_code).limit(MOST)).all()


def chosen_in_series(session: AnySession, contest: Contest, person_id: int) -> int | None:
    """The contest of a series that somebody chose beside their own."""
    found: int | None = session.scalar(
        select(Eligible.contest_id).where(
            Eligible.series == contest.series,
            Eligible.person_id == person_id,
            Eligible.source == "chosen",
        )
    )
    return found


def disputes(session: AnySession, contest_id: int) -> Sequence[RollDispute]:
    """Objections, the open ones first."""
    wanted = select(RollDispute).where(RollDispute.contest_id == contest_id)
    return session.scalars(wanted.order_by(RollDispute.state != "open", RollDispute.id)).all()


def disputes_of(session: AnySession, contest_id: int, user_id: int) -> Sequence[RollDispute]:
    """What somebody objected to, and the answers."""
    wanted = select(RollDispute).where(
        RollDispute.contest_id == contest_id, RollDispute.raised_by_id == user_id
    )
    return session.scalars(wanted.order_by(RollDispute.id)).all()


def open_disputes(session: AnySession, ids: Sequence[int]) -> dict[int, int]:
    """How many objections of each contest wait."""
    wanted = select(RollDispute.contest_id, func.count()).where(
        RollDispute.contest_id.in_(ids), RollDispute.state == "open"
    )
    return dict(list(session.execute(wanted.group_by(RollDispute.contest_id))))


def jury(session: AnySession, contest_id: int) -> Sequence[Any]:
    """Who judges, or shares points by name: login, name, e-mail and seat."""
    wanted = (
        select(Juror.user_id, Person.name, User.email, Juror.seat)
        .join(User, User.id == Juror.user_id)
        .join(Person, Person.id == User.person_id)
        .where(Juror.contest_id == contest_id)
        .order_by(Person.name)
    )
    return session.execute(wanted).all()


def _running() -> _Kept:
    """What is announced or open, at most a minute old."""
    held: _Kept | None = current_app.extensions.get(KEY)
    if held is None or time.monotonic() - held.at > KEEP_SECONDS:
        session = reading()
        rows = session.scalars(select(Contest).where(Contest.state.in_(RUNNING))).all()
        briefs = {
            c.id: Brief(c.id, c.title, c.area_code, c.opens_at, c.closes_at, c.is_secret, c.mode)
            for c in rows
        }
        pairs = select(ContestItem.item_id, ContestItem.contest_id)
        pairs = pairs.where(ContestItem.contest_id.in_(briefs)).order_by(ContestItem.contest_id)
        items = dict(list(session.execute(pairs))) if briefs else {}
        held = current_app.extensions[KEY] = _Kept(time.monotonic(), briefs, items)
    return held


def of_item(item_id: int) -> Brief | None:
    """The contest an item stands in, while it is announced or open."""
    held = _running()
    found = held.briefs.get(held.items.get(item_id, 0))
    return found if found is not None and datetime.now(UTC) < found.closes_at else None


def open_now() -> list[Brief]:
    """What can be voted in now, by when it closes."""
    open_ones = (brief for brief in _running().briefs.values() if brief.is_open())
    return sorted(open_ones, key=lambda brief: brief.closes_at)


def open_for(session: AnySession, person_id: int | None) -> list[Brief]:
    """What somebody may vote in now; no question where nothing is open."""
    briefs = {brief.id: brief for brief in open_now()}
    if not briefs or person_id is None:
        return []
    wanted = select(Eligible.contest_id).where(
        Eligible.person_id == person_id, Eligible.contest_id.in_(briefs)
    )
    return [briefs[one] for one in session.scalars(wanted) if one in briefs]
