"""Steps that nobody takes but the calendar."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select, tuple_

from app.access import SYSTEM
from app.kinds import KINDS
from app.queries.calendar import city_day
from app.workflow import NotAllowed
from models import Item, db

from . import items

LAPSE = "lapse"
AT_ONCE = 200


def lapse(today: date | None = None, after: int = 0) -> tuple[int, int]:
    """Close what waited in vain for its author: the declared step "lapse", by the system.

    Takes up to AT_ONCE items with ids beyond ``after`` whose promised day is over; returns how
    many were closed and the last id looked at (0: there are no more).  Commit, then call again.
    """
    today = today or city_day()
    ids = db.session.scalars(
        select(Item.id)
        .where(Item.id > after, Item.due_on < today, _waits())
        .order_by(Item.id)
        .limit(AT_ONCE)
    ).all()
    closed = 0
    for item_id in ids:
        item = db.session.get_one(Item, item_id)
        try:
            with db.session.begin_nested():
                items.move(item, LAPSE, SYSTEM, {})
        except NotAllowed:  # its author answered a moment ago
            continue
        closed += 1
    return closed, ids[-1] if ids else 0


def _waits() -> ColumnElement[bool]:
    """The states, of every kind, from which an item may lapse."""
    states = [
        (kind.slug, source)
        for kind in KINDS.values()
        for step in kind.workflow.steps
        if step.name == LAPSE
        for source in step.sources
    ]
    return tuple_(Item.kind, Item.state).in_(states)
