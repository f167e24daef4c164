"""By when the city resolves a complaint, where its clock stood still, and how we count."""

from __future__ import annotations

from app.access import Actor
from app.queries import promises
from models import AnySession, Complaint, Item

from . import Panel

slot, order = "due", 10


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The promise of the whole, for everybody who may read the complaint."""
    if not isinstance(item, Complaint):
        return None
    standing = promises.of_complaint(reads, item)
    return Panel("clocks.html", {"clock": standing}) if standing is not None else None
