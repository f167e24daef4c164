"""Who says that a resolved item is not solved."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from models import AnySession, Change, Objection

LAST = (
    select(func.max(Change.id))
    .where(Change.item_id == bindparam("item"), Change.source != Change.target)
    .scalar_subquery()
)
COUNT = select(func.count()).select_from(Objection).where(Objection.change_id == LAST)
MINE = select(Objection.item_id).where(
    Objection.change_id == LAST, Objection.person_id == bindparam("person")
)


def last_answer(session: AnySession, item_id: int) -> int:
    """The change that brought an item where it stands."""
    return session.scalar(select(LAST), {"item": item_id}) or 0


def objections(session: AnySession, item_id: int) -> int:
    """How many people say that it is not solved, since it was answered."""
    return session.scalar(COUNT, {"item": item_id}) or 0


def objected(session: AnySession, item_id: int, person_id: int | None) -> bool:
    """Has this person said so?"""
    return session.scalar(MINE, {"item": item_id, "person": person_id}) is not None
