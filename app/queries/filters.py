"""Cuts of a queue that somebody named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from app.access import Actor
from models import SavedFilter, db

MOST = 50


def of(actor: Actor, queue: str) -> Sequence[SavedFilter]:
    """The actor's own filters of a queue, and those colleagues on their seats share."""
    seats = tuple(seat.name for seat in actor.seats)
    told = {"queue": queue, "seats": seats, "user": actor.user_id}
    return db.session.scalars(_theirs(), told).all()


@cache
def _theirs() -> Select[Any]:
    return (
        select(SavedFilter)
        .where(
            SavedFilter.queue == bindparam("queue"),
            SavedFilter.seat.in_(bindparam("seats", expanding=True)),
            or_(SavedFilter.user_id == bindparam("user"), SavedFilter.shared),
        )
        .order_by(SavedFilter.name, SavedFilter.id)
        .limit(MOST)
    )
