"""The letter of the day about deadlines: what is late and what soon will be, in one list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import text, update

from app.access import Actor, may
from app.kinds import OFFICE, kind_of
from app.queries import addresses
from app.queries.actors import actor_of
from models import Item, Notification, User, db

from . import escalation, letters
from .letters import Letter

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 22))")
LISTED = 20
SOON = "due_soon"


@dataclass(frozen=True)
class Line:
    """One item of the letter; ``title`` is empty where a letter may not say it."""

    number: str
    title: str
    due: date | None
    url: str


def of_deadlines(user_id: int) -> tuple[Letter, list[int]] | None:
    """The letter for this person, and the inbox lines it covers; None when there is nothing.

    Until the transaction ends nobody else gets the same letter.
    """
    db.session.execute(LOCK, {"key": f"deadlines {user_id}"})
    user = db.session.get(User, user_id)
    if user is None or not (user.is_active and user.wants_email and user.confirmed_at):
        return None
    told = escalation.lines_for(user)
    late, soon = _sorted(told, actor_of(user))
    if not late and not soon:
        return None
    facts = {
        "late": late[:LISTED],
        "soon": soon[: max(LISTED - len(late), 0)],
        "late_count": len(late),
        "soon_count": len(soon),
        "more": max(len(late) + len(soon) - LISTED, 0),
        "inbox": addresses.inbox(),
    }
    letter = letters.written(user, "deadlines", f"d{user.id}-{told[0].id}", facts)
    return letter, [line.id for line in told]


def _sorted(told: Iterable[Notification], reader: Actor) -> tuple[list[Line], list[Line]]:
    """What is late and what soon will be, the longest due first, each item once."""
    late: dict[int, Line] = {}
    soon: dict[int, Line] = {}
    for line in told:
        item = line.item
        if kind_of(item).held_by(item) not in (*OFFICE, "coordinator"):
            continue
        if item.id not in late and item.id not in soon and may(reader, "read", item):
            (soon if line.event == SOON else late)[item.id] = _line(item)

    def longest(found: dict[int, Line]) -> list[Line]:
        return sorted(found.values(), key=lambda line: (line.due or date.max, line.number))

    return longest(late), longest(soon)


def _line(item: Item) -> Line:
    if item.visibility == "confidential" or item.oversight:
        return Line(item.number, "", item.due_on, addresses.inbox())
    return Line(item.number, item.title, item.due_on, addresses.of_item(item))


def mailed(notification_ids: list[int]) -> None:
    """Remember that the letter has left."""
    lines = update(Notification).where(Notification.id.in_(notification_ids))
    db.session.execute(lines.values(mailed_at=datetime.now(UTC)))
