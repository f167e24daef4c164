"""The question to proposers and supporters: are the finished works there?"""

from __future__ import annotations

from app.access import Actor
from app.services import realisation
from models import AnySession, Item

from . import Panel

slot, order = "steps", 20


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """For whoever is signed in and stands behind finished works; no query for others."""
    if item.state != "done" or not actor.is_signed_in or not realisation.may_say(item, actor):
        return None
    return Panel("confirm_works.html", {})
