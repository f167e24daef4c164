"""Among colleagues: whose hands the item is in, and what they wrote to each other."""

from __future__ import annotations

import uuid

from app.access import ACTS, Actor, may, seat_for
from app.queries import colleagues
from models import AnySession, Item

from . import Panel

slot, order = "body", 50


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """For staff who may read the notes of this item; nobody else costs a query."""
    if not actor.seats or not may(actor, "read_notes", item):
        return None
    seat = seat_for(actor, ACTS["assign"], item) if may(actor, "assign", item) else None
    values = {
        "seat": seat,
        "current": colleagues.assignment(item, seat) if seat else None,
        "colleagues": colleagues.on_seat(seat) if seat else [],
        "log": colleagues.log_of(item),
        "people": colleagues.readers(item) if seat else [],
        "note_key": uuid.uuid4(),
        "writes": may(actor, "write_note", item),
        "prints": may(actor, "print_sheet", item),
    }
    return Panel("colleagues.html", values)
