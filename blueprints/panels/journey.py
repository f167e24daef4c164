"""The way of a proposal: from the RW to finished works, level by level, with its money."""

from __future__ import annotations

from app.access import Actor
from app.forms.plan_fields import CHECKLIST
from app.queries import journey
from models import AnySession, Item, Proposal

from . import Panel

slot, order = "body", 5


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """For everybody who may read the proposal."""
    if not isinstance(item, Proposal):
        return None
    lines = journey.lines(reads, item)
    return Panel(
        "journey.html",
        {
            "lines": lines,
            "records": journey.records(reads, item),
            "checklist": CHECKLIST,
            "milestones": journey.milestones(item, lines),
        },
    )
