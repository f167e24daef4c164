"""Acts on many items, as their chooser finds them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.access import Actor
from models import BulkAct, BulkActItem, db

LATEST = 30


def latest(actor: Actor) -> Sequence[Any]:
    """The actor's latest acts: id, kind, act, status, created_at, and how many were done."""
    query = (
        select(
            BulkAct.id,
            BulkAct.kind,
            BulkAct.act,
            BulkAct.status,
            BulkAct.created_at,
            func.count().label("all"),
            func.count().filter(BulkActItem.outcome == "done").label("done"),
            func.count().filter(BulkActItem.outcome == "refused").label("refused"),
        )
        .join(BulkActItem, BulkActItem.bulk_act_id == BulkAct.id)
        .where(BulkAct.user_id == actor.user_id)
        .group_by(BulkAct.id)
        .order_by(BulkAct.id.desc())
        .limit(LATEST)
    )
    return db.session.execute(query).all()


def with_items(bulk_act_id: int) -> BulkAct | None:
    """An act with its items in order."""
    items = selectinload(BulkAct.items).options(joinedload(BulkActItem.item))
    return db.session.get(BulkAct, bulk_act_id, options=[items])
