"""The number by which SP4N-LAPOR! knows this report."""

from __future__ import annotations

from app.access import Actor
from app.queries import sp4n
from models import AnySession, Complaint, Item

from . import Panel

slot, order = "side", 80


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """For everybody who may read the report."""
    number = sp4n.tracking_id(reads, item.id) if isinstance(item, Complaint) else None
    if number is None:
        return None
    return Panel("sp4n.html", {"number": number, "link": sp4n.link(number)})
