"""Tell in time, and tell further up, when a promise of the city runs out.

Each level of each run of a clock is marked once.  Who is told climbs with the level, by the
city's ladder of seats; never a seat the item is about.  The inbox hears at once; by e-mail a
person gets one letter a working day, however many items are late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectin_polymorphic

from app.access import RULES
from app.clocks import BREACH, TWICE, WARN, Clocks, Run
from app.config import SettingsError
from app.kinds import kind_of
from app.queries.calendar import city_day, city_terms
from app.queue import enqueue
from models import ClockMark, Complaint, Item, Notification, User, db

from . import clock_sweep, clocks, notify

AT_ONCE = 200
LEVELS = (WARN, BREACH, TWICE)
EVENTS = {WARN: "due_soon", BREACH: "overdue", TWICE: "overdue_twice"}
HOLDER, LAST = "holder", "coordinator"
# Who is told at which level: rules of app.access, and the seats that hold the item.
LADDER: Mapping[str, tuple[str, ...]] = {
    WARN: (HOLDER,),
    BREACH: (HOLDER, "validator"),
    TWICE: (HOLDER, "validator", "head", LAST),
}
KEPT = timedelta(days=4)  # older lines no letter speaks of any more
WAITING = text(
    """
    SELECT DISTINCT n.user_id FROM notification n JOIN user_account u ON u.id = n.user_id
    WHERE n.event IN ('due_soon', 'overdue', 'overdue_twice') AND n.mailed_at IS NULL
      AND n.read_at IS NULL AND n.created_at > :since
      AND u.wants_email AND u.confirmed_at IS NOT NULL AND u.closed_at IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM notification m
        WHERE m.user_id = n.user_id AND m.mailed_at >= :midnight
          AND m.event IN ('due_soon', 'overdue', 'overdue_twice')
      )
    """
)


def mark(now: datetime | None = None) -> int:
    """Mark what has come near, was broken or is twice too late, and tell who must know.

    Takes up to AT_ONCE items, the longest due first; returns how many it looked at.  Commit, then
    call again.
    """
    now = now or datetime.now(UTC)
    query = (
        select(Item)
        .where(Item.next_mark_at <= now)
        .order_by(Item.next_mark_at, Item.id)
        .limit(AT_ONCE)
        .options(selectin_polymorphic(Item, [Complaint]))
        .with_for_update(of=Item, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found, terms = list(db.session.scalars(query)), city_terms(fresh=True)
    trails = clock_sweep.trails([item.id for item in found])
    for item in found:
        trail = trails[item.id]
        now_clocks = kind_of(item).clocks(item, trail, terms, clocks.since(item, trail))
        _mark(item, now_clocks, now)
    db.session.flush()
    return len(found)


def _mark(item: Item, found: Clocks, now: datetime) -> None:
    """Mark the levels that were reached; the highest new one is told."""
    watched = found.running if clocks.can_be_late(item) else ()
    moments = [(level, run, run.level(level)) for run in watched for level in LEVELS]
    item.next_mark_at = min((at for _l, _r, at in moments if at > now), default=None)
    reached = [(level, run) for level, run, at in moments if at <= now]
    new = [(level, number) for level, run in reached if (number := _written(item, level, run))]
    if new:
        level, number = max(new, key=lambda pair: LEVELS.index(pair[0]))
        tell(item, EVENTS[level], number, told(item, level))


def _written(item: Item, level: str, run: Run) -> int | None:
    """The id of the new mark; None when it was there."""
    row = insert(ClockMark).values(
        item_id=item.id, clock=run.clock, level=level, run=run.number, due_at=run.due_at
    )
    return db.session.scalar(row.on_conflict_do_nothing().returning(ClockMark.id))


def ladder() -> dict[str, tuple[str, ...]]:
    """The city's ladder.  Raises SettingsError when it names a seat there is none of."""
    said = current_app.config["CITY"].facts.get("clocks", {}).get("ladder", {})
    found = {level: tuple(said.get(level, LADDER[level])) for level in LEVELS}
    for name in {name for rules in found.values() for name in rules} - {HOLDER, *RULES}:
        raise SettingsError(f"settings.toml, [clocks.ladder]: there is no seat {name!r}.")
    return found


def told(item: Item, level: str) -> set[int]:
    """The logins that hear of a level; the coordinator where nobody else is there to hear."""
    rules = ladder()[level]
    people: set[int] = set(notify.holders(item)) if HOLDER in rules else set()
    near = notify.near(item)
    for name in rules:
        if name != HOLDER:
            people |= {a.user_id for a in near if a.user_id and RULES[name](a, item)}
    last = {a.user_id for a in near if a.user_id and RULES[LAST](a, item)}
    return people or last


def tell(item: Item, event: str, source: int, people: Iterable[int]) -> None:
    """A line in the inbox of each."""
    rows = [
        {"user_id": user, "event": event, "item_id": item.id, "source_id": source}
        for user in sorted(people)
    ]
    if rows:
        db.session.execute(insert(Notification).on_conflict_do_nothing(), rows)


def queue_letters(now: datetime | None = None) -> int:
    """Queue one letter for everybody who heard of deadlines and had none today."""
    now = now or datetime.now(UTC)
    today = city_day(now)
    values = {"since": now - KEPT, "midnight": current_app.config["CITY"].midnight(today)}
    people = list(db.session.scalars(WAITING, values))
    for user in people:
        enqueue("mail_deadlines", queue="mail", once=f"deadlines {user}", user_id=user)
    return len(people)


def lines_for(user: User, now: datetime | None = None) -> list[Any]:
    """What a letter to this person speaks of: inbox lines not read or mailed, latest level."""
    since = (now or datetime.now(UTC)) - KEPT
    query = select(Notification).where(
        Notification.user_id == user.id,
        Notification.event.in_(EVENTS.values()),
        Notification.mailed_at.is_(None),
        Notification.read_at.is_(None),
        Notification.created_at > since,
    )
    return list(db.session.scalars(query.order_by(Notification.id.desc())))
