"""Who has had it: the way between departments, once one of them has sent it back."""

from __future__ import annotations

from app.access import Actor
from app.queries import handover
from models import AnySession, Hop, Item

from . import Panel

slot, order = "side", 20


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The chain of hands; nothing (and no query) while nobody has sent it back."""
    returns = getattr(item, "returns", 0)
    if not returns:
        return None
    hops = [hop for hop in handover.hops(reads, item) if _moves(hop)]
    return Panel("hops.html", {"hops": hops, "returns": returns}) if hops else None


def _moves(hop: Hop) -> bool:
    """Is it more than being sent to the department that was named already?"""
    return hop.step != "route" or hop.from_code != hop.to_code
