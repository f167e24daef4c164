"""What earlier decisions suggest, for whoever triages the item; it decides nothing."""

from __future__ import annotations

from app.access import Actor, may
from app.queries import suggestions
from models import AnySession, Item

from . import Panel

slot, order = "steps", 10


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """For staff who may triage it, while it waits for them; nobody else costs a query."""
    if item.state not in suggestions.STATES or not actor.seats:
        return None
    if not may(actor, "moderate", item):
        return None
    found = suggestions.for_state(item)
    return Panel("suggestions.html", {"suggestions": found}) if found else None
