"""The parts a complaint was divided into, or the whole that it is a part of."""

from __future__ import annotations

from app.access import Actor, may
from app.queries import parts
from models import AnySession, Item

from . import Panel

slot, order = "body", 10


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The parts this reader may read, or the whole."""
    whole = parts.whole_of(reads, item)
    if whole is not None and may(actor, "read", whole):
        return Panel("parts.html", {"whole": whole})
    readable = [part for part in parts.of(reads, item) if may(actor, "read", part)]
    return Panel("parts.html", {"parts": readable}) if readable else None
