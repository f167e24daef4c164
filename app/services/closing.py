"""How an answer ended: who accepted it, what the resident made of it, until when to appeal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.queries.calendar import city_calendar, city_day
from app.workflow import Step
from models import Change, ClosingEvent, Complaint, Item, db

APPEAL_DAYS = 10  # working days after the closing
EVENTS = {
    "dispute": "disputed",
    "contest": "disputed",
    "appeal": "appealed",
    "uphold": "upheld",
    "dismiss": "dismissed",
}
ANSWERED = (
    select(ClosingEvent.department_code)
    .where(ClosingEvent.event == "resolved")
    .order_by(ClosingEvent.change_id.desc())
    .limit(1)
)


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Write down what an answer met with, and who may no longer decide about it."""
    if not isinstance(item, Complaint):
        return
    if change.target == "resolved" != change.source:
        _accepted(item, change)
        _event(item, change, "resolved", item.department_code)
    if change.target == "closed" != change.source and not item.appealed:
        item.appeal_until = city_calendar().add(city_day(change.at), APPEAL_DAYS)
    if name := EVENTS.get(step.name):
        _event(item, change, name, _answering(item))
    if given.get("rating"):
        _event(item, change, "rated", _answering(item), given["rating"])


def _accepted(item: Complaint, change: Change) -> None:
    actor_id = change.words.actor_id if change.words else None
    who = [change.seat, *([f"user:{actor_id}"] if actor_id is not None else [])]
    item.decided_by = sorted({*(item.decided_by or ()), *who})


def _answering(item: Item) -> str | None:
    """The department whose answer it is about; it may have been handed on since."""
    found = db.session.scalars(ANSWERED.where(ClosingEvent.item_id == item.id)).first()
    return found or item.department_code


def _event(
    item: Item, change: Change, name: str, department: str | None, rating: int | None = None
) -> None:
    db.session.add(
        ClosingEvent(
            change_id=change.id,
            event=name,
            item_id=item.id,
            department_code=department,
            area_code=item.area_code,
            rating=rating,
            at=change.at,
        )
    )
    db.session.flush()
