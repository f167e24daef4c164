"""Steps that nobody takes but the calendar."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select, tuple_

from app.access import SYSTEM
from app.kinds import KINDS
from app.logs import log
from app.queries.calendar import city_day
from app.workflow import NotAllowed
from models import Item, db

from . import items

LAPSES = ("lapse", "no_answer")  # what the platform does when a reporter stays silent
AT_ONCE = 200
STEPS = {
    (kind.slug, source): step.name
    for kind in KINDS.values()
    for step in kind.workflow.steps
    if step.name in LAPSES
    for source in step.sources
}


def lapse(today: date | None = None, after: int = 0) -> tuple[int, int]:
    """Move on what waited in vain for its author: the declared steps of LAPSES, by the system.

    An unconfirmed solution is closed, an unanswered question goes back to the office.  Takes up
    to AT_ONCE items with ids beyond ``after`` whose working days (``due_at``) and the last of
    their public days are over; returns how many moved and the last id looked at (0: there are no
    more).  Commit, then call again.
    """
    today = today or city_day()
    rows = db.session.execute(
        select(Item.id, Item.kind, Item.state)
        .where(Item.id > after, Item.due_on < today, _waits())
        .order_by(Item.id)
        .limit(AT_ONCE)
    ).all()
    closed = 0
    for row in rows:
        item = db.session.get_one(Item, row.id)
        try:
            with db.session.begin_nested():
                items.move(item, STEPS[row.kind, row.state], SYSTEM, {})
        except NotAllowed:  # its author answered a moment ago
            continue
        except Exception as error:  # whatever it is, the other items have nothing to do with it
            log.error("lapse", item=row.id, exc_info=error)
            continue
        closed += 1
    return closed, rows[-1].id if rows else 0


def _waits() -> ColumnElement[bool]:
    """The states, of every kind, from which an item may lapse."""
    return tuple_(Item.kind, Item.state).in_(list(STEPS))
