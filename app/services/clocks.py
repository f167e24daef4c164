"""Write an item's deadlines: always anew, from its trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from app.clocks import NORMAL, Clocks, Event, Terms
from app.kinds import KINDS, OFFICE, kind_of, state_of
from app.queries.calendar import city_terms
from models import Change, Complaint, Item, db

if TYPE_CHECKING:
    from .bulk import NewChange, NewItem

TRAIL = (
    select(Change.at, Change.step, Change.source, Change.target)
    .where(Change.item_id == bindparam("item"))
    .order_by(Change.seq)
)
JOINED = (
    select(Item.id, Item.created_at)
    .where(Item.merged_into_id == bindparam("item"))
    .cte("joined", recursive=True)
)
DEEPER = aliased(Item)
ALL_JOINED = JOINED.union(
    select(DEEPER.id, DEEPER.created_at).join(JOINED, DEEPER.merged_into_id == JOINED.c.id)
)
OLDEST_JOINED = select(func.min(ALL_JOINED.c.created_at))
PARENT = select(Complaint.created_at, Complaint.round).where(Complaint.id == bindparam("item"))


def settle(item: Item, trail: Sequence[Event] | None = None) -> Clocks:
    """Write the item's deadlines as its trail, the policy and the calendar have them now.

    Call it with the item locked, after its trail, its category or its priority changed.  With a
    ``trail`` nothing need be written before: what changed and its deadlines go together.
    """
    if trail is None:
        trail = db.session.execute(TRAIL, {"item": item.id}).all()
    with db.session.no_autoflush:
        terms = city_terms(fresh=True)
        clocks = kind_of(item).clocks(item, trail, terms, since(item, trail))
    write(item, clocks, terms)
    return clocks


def since(item: Item, trail: Sequence[Event]) -> datetime | None:
    """The receipt from which the whole counts, when it is not the item's own: that of the oldest
    report joined with it, or of the one it is a part of.
    """
    begun: list[datetime] = []
    if any(event.step == "absorb" for event in trail):
        db.session.flush()
        if oldest := db.session.scalar(OLDEST_JOINED, {"item": item.id}):
            begun.append(oldest)
    if parent := getattr(item, "parent_id", None):
        created_at, number = db.session.execute(PARENT, {"item": parent}).one()
        begun += [created_at] if number == 1 else []
    return min(begun, default=None)


def write(item: Item, clocks: Clocks, terms: Terms) -> None:
    """Put the clocks into the item's columns."""
    for name, value in columns(clocks, terms, watched=can_be_late(item)).items():
        if hasattr(item, name):
            setattr(item, name, value)


def can_be_late(item: Item) -> bool:
    """Is it watched, and does an office hold it?"""
    return isinstance(item, Complaint) and state_of(item).held_by in OFFICE


def columns(clocks: Clocks, terms: Terms, watched: bool) -> dict[str, Any]:
    """What stands in the columns of an item and of a complaint."""
    due_at, whole = clocks.due_at, clocks.whole
    return {
        "due_at": due_at,
        "due_on": terms.day(due_at) if due_at else None,
        "next_mark_at": clocks.next_mark_at if watched else None,
        "hop_due_at": clocks.hop.due_at if clocks.hop else None,
        "whole_due_at": whole.due_at if whole else None,
        "whole_ended_at": whole.ended_at if whole else None,
        "round": len(clocks.rounds) or 1,
        "pauses": len(clocks.pauses),
    }


def settle_batch(items: Iterable[NewItem], trails: Mapping[int, list[NewChange]]) -> None:
    """The deadlines of items that come in by the thousand, from the trails they come with.

    A trail that no kind knows is left to the checks that follow.
    """
    terms = city_terms(fresh=True)
    known = {slug: {state.name for state in kind.workflow.states} for slug, kind in KINDS.items()}
    for item in items:
        kind, trail = KINDS.get(item.kind), trails.get(item.ref, [])
        names = known.get(item.kind, set())
        if kind is None or not names.issuperset([change.target for change in trail]):
            continue
        clocks = kind.clocks(_standing(item), trail, terms)
        held_by = kind.workflow[item.state].held_by if item.state in names else ""
        watched = kind.promise is not None and held_by in OFFICE
        found = columns(clocks, terms, watched)
        for name in ("due_at", "due_on", "next_mark_at"):
            setattr(item, name, found.pop(name))
        if kind.promise is not None:
            item.own |= found


def _standing(item: NewItem) -> Any:
    """The columns the clocks ask for; days in ``own`` are written as in JSON."""
    planned = item.own.get("planned_on")
    return SimpleNamespace(
        state=item.state,
        created_at=item.created_at,
        category_code=item.category_code,
        complaint_class=item.own.get("complaint_class", "bukan_pengawasan"),
        priority=item.own.get("priority", NORMAL),
        planned_on=date.fromisoformat(planned) if isinstance(planned, str) else planned,
    )
