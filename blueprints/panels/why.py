"""The way to the page that explains why a proposal stopped or turned back."""

from __future__ import annotations

from app.access import Actor
from models import AnySession, Item, Proposal

from . import Panel

slot, order = "due", 30
EXPLAINED = ("refused", "deferred", "not_realised", "returned")


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """A link, for everybody; no query."""
    if not isinstance(item, Proposal) or item.state not in EXPLAINED:
        return None
    return Panel("why.html", {})
