"""Disposition sheets of an item."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models import DispositionSheet, Item, User, db

LATEST = 20


def of(item: Item) -> Sequence[DispositionSheet]:
    """The latest sheets of an item, the newest first, with who had them printed."""
    query = (
        select(DispositionSheet)
        .where(DispositionSheet.item_id == item.id)
        .options(joinedload(DispositionSheet.user).joinedload(User.person))
        .order_by(DispositionSheet.id.desc())
        .limit(LATEST)
    )
    return db.session.scalars(query).all()
