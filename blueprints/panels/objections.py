"""A button for people behind a resolved item who see that it is not solved."""

from __future__ import annotations

from app.access import Actor
from app.queries import objections as reads
from app.services import objections
from models import AnySession, Item

from . import Panel

slot, order = "steps", 40


def panel(item: Item, actor: Actor, reads_from: AnySession) -> Panel | None:
    """How many say so, and the button; for those who stood behind it."""
    if not actor.is_signed_in or not objections.may_object(item, actor):
        return None
    values = {
        "count": reads.objections(reads_from, item.id),
        "needed": objections.needed(),
        "mine": reads.objected(reads_from, item.id, actor.person_id),
    }
    return Panel("objections.html", values)
