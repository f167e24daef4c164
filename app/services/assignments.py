"""Put an item into somebody's hands, lay it back, hand over what somebody left behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import ACTS, AREA_ROLES, Actor, Seat, may, seat_for
from app.queries import colleagues
from app.workflow import NotAllowed, Step
from models import Assignment, Change, Item, db
from models.item import OVER

from . import audit, postbag
from .answers import Refused


def seat_of(actor: Actor, item: Item) -> str:
    """The seat from which the actor hands the item on.  Raises NotAllowed."""
    seat = seat_for(actor, ACTS["assign"], item)
    if seat is None or not may(actor, "assign", item):
        raise NotAllowed("assign")
    return seat


def give(item: Item, actor: Actor, to: int, note: str = "") -> Assignment:
    """Put the item into the hands of somebody on the actor's own seat.

    Somebody who has it already keeps it.  Raises NotAllowed, or Refused for a stranger to the seat.
    """
    seat = seat_of(actor, item)
    if to not in {colleague.user_id for colleague in colleagues.on_seat(seat)}:
        raise Refused("to", _("This person does not share your seat."))
    _lock(item)
    current = colleagues.assignment(item, seat)
    if current is not None and current.user_id == to:
        return current
    if current is not None:
        current.ended_at = datetime.now(UTC)
        db.session.flush()
    made = _write(item, seat, to, actor, note)
    if to != actor.user_id:
        postbag.tell("assigned", item, [to], made.id)
    return made


def lay_back(item: Item, actor: Actor, note: str = "") -> None:
    """Take the item out of somebody's hands; whoever shares the seat may take it."""
    seat = seat_of(actor, item)
    _lock(item)
    current = colleagues.assignment(item, seat)
    if current is None:
        return
    current.ended_at = datetime.now(UTC)
    db.session.flush()
    made = _write(item, seat, None, actor, note)
    made.ended_at = made.at = datetime.now(UTC)
    if current.user_id not in (None, actor.user_id):
        postbag.tell("assigned", item, [current.user_id or 0], made.id)


def hand_over(seat: str, actor: Actor, source: int, to: int | None) -> int:
    """Move everything open that ``source`` holds on the seat to a colleague, or lay it back.

    The actor shares the seat.  Returns how many were moved.  Raises NotAllowed or Refused.
    """
    if seat not in {held.name for held in actor.seats}:
        raise NotAllowed("assign")
    theirs = (
        select(Item)
        .join(Assignment, Assignment.item_id == Item.id)
        .where(Assignment.seat == seat, Assignment.user_id == source)
        .where(Assignment.ended_at.is_(None), Item.state.not_in(OVER))
        .order_by(Item.id)
    )
    moved = 0
    for item in db.session.scalars(theirs).all():
        if may(actor, "assign", item) and seat_for(actor, ACTS["assign"], item) == seat:
            lay_back(item, actor) if to is None else give(item, actor, to)
            moved += 1
    audit.note("hand_over", f"user:{source}", by=actor.user_id, detail=f"{seat} {moved} to:{to}")
    return moved


MOVES = {"department", "other_department", "external", "area", "category", "parts"}


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Who can no longer act on the item, because it went elsewhere, no longer has it in hand."""
    if not MOVES & given.keys():
        return
    current = (Assignment.item_id == item.id, Assignment.ended_at.is_(None))
    for held in db.session.scalars(select(Assignment).where(*current)):
        actor = Actor(held.user_id, seats=(_seat(held.seat),))
        if seat_for(actor, ACTS["assign"], item) is None:
            held.ended_at = change.at


def _seat(name: str) -> Seat:
    """The seat of that name."""
    role, _colon, scope = name.partition(":")
    if role in AREA_ROLES:
        return Seat(role, area_code=scope or None)
    return Seat(role, department_code=scope or None)


def _lock(item: Item) -> None:
    db.session.execute(select(Item.id).where(Item.id == item.id).with_for_update())


def _write(item: Item, seat: str, to: int | None, actor: Actor, note: str) -> Assignment:
    made = Assignment(item_id=item.id, seat=seat, user_id=to, by_id=actor.user_id, note=note)
    made.at = datetime.now(UTC)
    db.session.add(made)
    db.session.flush()
    audit.note("assign", f"item:{item.id}", by=actor.user_id, detail=f"{seat} to:{to or '-'}")
    return made
