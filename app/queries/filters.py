"""Cuts of a queue that somebody named."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.access import Actor
from models import SavedFilter, db

MOST = 50


def of(actor: Actor, queue: str) -> Sequence[SavedFilter]:
    """The actor's own filters of a queue, and those colleagues on their seats share."""
    seats = tuple(seat.name for seat in actor.seats)
    query = (
        select(SavedFilter)
        .where(
            SavedFilter.queue == queue,
            SavedFilter.seat.in_(seats),
            or_(SavedFilter.user_id == actor.user_id, SavedFilter.shared),
        )
        .order_by(SavedFilter.name, SavedFilter.id)
        .limit(MOST)
    )
    return db.session.scalars(query).all()
