"""Cuts of a queue that somebody named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select

from app.access import Actor
from models import AnySession, SavedFilter

MOST = 50


def of(session: AnySession, actor: Actor, queue: str) -> Sequence[Row[Any]]:
    """The actor's own filters of a queue, and those colleagues on their seats share."""
    seats = tuple(seat.name for seat in actor.seats)
    told = {"queue": queue, "seats": seats, "user": actor.user_id}
    return session.execute(_theirs(), told).all()


@cache
def _theirs() -> Select[Any]:
    return (
        select(SavedFilter.id, SavedFilter.user_id, SavedFilter.name, SavedFilter.cut)
        .where(
            SavedFilter.queue == bindparam("queue"),
            SavedFilter.seat.in_(bindparam("seats", expanding=True)),
            or_(SavedFilter.user_id == bindparam("user"), SavedFilter.shared),
        )
        .order_by(SavedFilter.name, SavedFilter.id)
        .limit(MOST)
    )
