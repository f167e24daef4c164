"""That residents vote on an item now, or will; nothing of how it stands."""

from __future__ import annotations

from app.access import PLANNED_KINDS, Actor
from app.queries import contests
from models import AnySession, Item

from . import Panel

slot, order = "due", 8


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """For everybody, as long as the vote is announced or open; no question of its own."""
    if item.kind not in PLANNED_KINDS:
        return None
    found = contests.of_item(item.id)
    return Panel("voting.html", {"contest": found, "open": found.is_open()}) if found else None
