"""Who has had it: the way between departments, once one of them has sent it back."""

from __future__ import annotations

from app.access import Actor
from app.queries import handover
from models import AnySession, Item

from . import Panel

slot, order = "side", 20


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The chain of hands; nothing (and no query) while nobody has sent it back."""
    returns = getattr(item, "returns", 0)
    if not returns:
        return None
    hops = handover.hops(reads, item)
    return Panel("hops.html", {"hops": hops, "returns": returns}) if hops else None
