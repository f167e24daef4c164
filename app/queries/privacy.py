"""Who read whose identity, and what a person may know of their own data."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from models import AnySession, IdentityReading, Item

SHOWN = 50
OF_ITEM = (
    select(IdentityReading)
    .where(
        IdentityReading.item_id == bindparam("item"),
        IdentityReading.person_id == bindparam("person"),
    )
    .order_by(IdentityReading.id.desc())
    .limit(SHOWN)
)


def readings_of(session: AnySession, item: Item) -> Sequence[IdentityReading]:
    """Who read the identity of an item's present author, newest first."""
    values = {"item": item.id, "person": item.author_id}
    return session.scalars(OF_ITEM, values).all()
