"""Parts of a complaint that several departments have to do."""

from __future__ import annotations

from sqlalchemy import select

from models import AnySession, Complaint, Item

MAY_HAVE_PARTS = ("divided", "closed")


def of(session: AnySession, item: Item) -> list[Complaint]:
    """The parts of an item, in the order they were made; it has none in most states."""
    if item.state not in MAY_HAVE_PARTS:
        return []
    query = select(Complaint).where(Complaint.parent_id == item.id).order_by(Complaint.id)
    return list(session.scalars(query))


def whole_of(session: AnySession, item: Item) -> Item | None:
    """What an item was split off from."""
    parent_id = getattr(item, "parent_id", None)
    return session.get(Complaint, parent_id) if parent_id is not None else None
