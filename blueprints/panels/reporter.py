"""Who read the reporter's identity, for the reporter; the way to read it, for whom it is open."""

from __future__ import annotations

from app import access
from app.access import Actor
from app.queries.privacy import readings_of
from models import AnySession, Item

from . import Panel

slot, order = "side", 80


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """A list for the author, a link for staff, nothing for others."""
    if not actor.is_signed_in:
        return None
    if item.author_id == actor.person_id:
        readings = readings_of(reads, item)
        return Panel("reporter.html", {"readings": readings}) if readings else None
    if access.may(actor, "read_identity", item):
        return Panel("reporter.html", {"readings": ()})
    return None
