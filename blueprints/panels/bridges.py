"""What an item came from and led to, and the way to go on with it as another kind."""

from __future__ import annotations

from app.access import Actor
from app.kinds import KINDS, kind_of
from app.queries import bridges as reads
from app.services import bridges
from models import AnySession, Item

from . import Panel

slot, order = "end", 60


def panel(item: Item, actor: Actor, session: AnySession) -> Panel | None:
    """Ties for everybody; for who has signed in, what it may become."""
    ties = reads.ties(session, item) if item.bridged else []
    onward = [
        KINDS[slug]
        for slug in (kind_of(item).leads_to if actor.is_signed_in else ())
        if bridges.may_go_on(actor, item, KINDS[slug])
    ]
    return Panel("bridges.html", {"ties": ties, "onward": onward}) if ties or onward else None
