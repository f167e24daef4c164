"""Name a cut of a queue, for oneself or for everybody on the seat."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from app.access import Actor
from app.workflow import NotAllowed
from models import SavedFilter, db

LONGEST = 60
MOST = 30


class TooMany(Exception):
    """One person's filters are enough."""


def save(
    actor: Actor, seat: str, queue: str, name: str, cut: Mapping[str, str], shared: bool
) -> SavedFilter:
    """Keep a cut under a name; the same name again changes it.  Raises NotAllowed and TooMany."""
    if seat not in {held.name for held in actor.seats}:
        raise NotAllowed("save_filter")
    mine = SavedFilter.user_id == actor.user_id
    kept = db.session.scalar(
        select(SavedFilter).where(mine, SavedFilter.seat == seat, SavedFilter.name == name)
    )
    if kept is None:
        count = select(func.count()).select_from(SavedFilter).where(mine)
        if (db.session.scalar(count) or 0) >= MOST:
            raise TooMany
        kept = SavedFilter(user_id=actor.user_id, seat=seat, name=name)
        db.session.add(kept)
    kept.queue, kept.cut, kept.shared = queue, dict(cut), shared
    db.session.flush()
    return kept


def remove(kept: SavedFilter, actor: Actor) -> None:
    """Forget a filter of one's own.  Raises NotAllowed."""
    if kept.user_id != actor.user_id:
        raise NotAllowed("remove_filter")
    db.session.delete(kept)
    db.session.flush()
