"""What an item's page tells of its way between owners: hops, and hand-overs to owners outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from app.queries.elsewhere import Elsewhere, of
from models import AnySession, Change, Department, Handover, HandoverNote, Hop, Item


@dataclass(frozen=True)
class Note:
    """We asked again, or they answered; the words stand in the timeline."""

    answered: bool
    how: str
    expected_on: date | None
    at: datetime


@dataclass
class Record:
    """One hand-over, with what was asked and answered since, oldest first."""

    held: Handover
    owner: str
    notes: list[Note] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Is it still with them?"""
        return self.held.closed_at is None


RECORDS = (
    select(Handover, Department.name)
    .join(Department, Department.code == Handover.department_code)
    .where(Handover.item_id == bindparam("item"))
    .order_by(Handover.id.desc())
)
NOTES = (
    select(HandoverNote)
    .join(Handover, Handover.id == HandoverNote.handover_id)
    .where(Handover.item_id == bindparam("item"))
    .order_by(HandoverNote.change_id)
)
HOPS = select(Hop).where(Hop.item_id == bindparam("item")).order_by(Hop.change_id)
RETURNERS = select(Change.seat).where(Change.item_id == bindparam("item"), Change.step == "return")


def records(session: AnySession, item: Item) -> list[Record]:
    """The hand-overs of an item, the newest first."""
    values = {"item": item.id}
    found = [Record(held, owner) for held, owner in session.execute(RECORDS, values)]
    by_id = {record.held.id: record for record in found}
    if by_id:
        for note in session.scalars(NOTES, values):
            told = Note(note.answered, note.how, note.expected_on, note.at)
            by_id[note.handover_id].notes.append(told)
    return found


def outside(session: AnySession, item: Item) -> Elsewhere | None:
    """The owner outside who has the item now: what they do and how residents reach them."""
    owner = session.get(Department, item.department_code) if item.department_code else None
    return of(owner) if owner is not None and owner.external else None


def hops(session: AnySession, item: Item) -> list[Hop]:
    """Every change of hands that was written down, oldest first."""
    return list(session.scalars(HOPS, {"item": item.id}))


def hops_of(session: AnySession, ids: list[int]) -> dict[int, list[Hop]]:
    """The hops of several items, by item."""
    found: dict[int, list[Hop]] = {number: [] for number in ids}
    query = select(Hop).where(Hop.item_id.in_(ids)).order_by(Hop.change_id)
    for hop in session.scalars(query) if ids else ():
        found[hop.item_id].append(hop)
    return found


def returned_by(session: AnySession, item: Item) -> set[str]:
    """The departments that have sent the item back."""
    seats = session.scalars(RETURNERS, {"item": item.id})
    return {seat.partition(":")[2] for seat in seats if seat.startswith("officer:")}


def letter_facts(session: AnySession, item: Any) -> Record | None:
    """The hand-over a letter is written for: the one still open, else the last."""
    found = records(session, item)
    return next((record for record in found if record.is_open), found[0] if found else None)
