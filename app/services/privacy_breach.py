"""Data got out: who must be told (``queries.breach``), what the letter says, and by when.

UU 27/2022 article 46: those affected and the authority are told in writing within 3 × 24 hours.
Nothing is sent from here; drawing up a list, and each look at a page of it, is written down.
"""

from __future__ import annotations

from flask import current_app

from app.access import Actor
from app.queries.breach import Breach
from models import BreachNotice, db

from . import audit


def record(breach: Breach, people: int, actor: Actor) -> BreachNotice:
    """Write down that the list was drawn up."""
    notice = BreachNotice(
        since=breach.since,
        until=breach.until,
        known_at=breach.known_at,
        scope=breach.scope,
        happened=breach.happened,
        people=people,
        made_by_id=actor.user_id,
    )
    db.session.add(notice)
    db.session.flush()
    audit.note("breach.list", f"breach:{notice.id}", by=actor.user_id, detail=f"{people} people")
    return notice


def turned(breach: Breach, after: int, actor: Actor) -> None:
    """Write down that a further page of the list was looked at."""
    detail = f"{breach.scope[:100]} after {after}"
    audit.note("breach.page", "breach", by=actor.user_id, detail=detail)


def letter(breach: Breach, data: set[str]) -> str:
    """The letter to those affected, to be completed where it has brackets."""
    city = current_app.config["CITY"]
    page = current_app.jinja_env.get_template("mail/breach.txt")
    return page.render(breach=breach, data=sorted(data), city=city).strip()
