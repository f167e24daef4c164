"""What was not realised goes on into the next cycle: once, with its history."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import object_session

from app.workflow import Step
from models import Proposal

CARRIED_FROM = ("not_realised", "deferred")
CARRY_OVER = Step(
    "carry_over",
    _("Carry over into the next cycle"),
    CARRIED_FROM,
    None,
    by=("planner", "level", "owner"),
    asks=("note?",),
    when=("not_carried",),
    help=_(
        "A new proposal begins with what this one was: its place, text, cost, supporters and"
        " followers. Both pages lead to each other."
    ),
)


def carry_facts(item: Any) -> frozenset[str]:
    """``not_carried``: it could go on and has not yet.  Asks only where that matters."""
    asked = item.state in CARRIED_FROM and isinstance(item, Proposal)  # no row: invented, not kept
    session = object_session(item) if asked else None
    if session is None:
        return frozenset()
    later = select(Proposal.id).where(Proposal.carried_from_id == item.id).limit(1)
    return frozenset() if session.scalar(later) else frozenset({"not_carried"})
