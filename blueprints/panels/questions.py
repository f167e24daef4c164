"""What the item's category asked, and what the reporter answered."""

from __future__ import annotations

from app.access import Actor
from app.queries.questions import answered
from models import AnySession, Item

from . import Panel

slot = "body"
order = 10


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """Questions and answers; nothing where nothing was answered."""
    pairs = answered(item)
    return Panel("questions.html", {"pairs": pairs}) if pairs else None
