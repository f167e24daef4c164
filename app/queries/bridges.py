"""What an item came from and led to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.access import public_items
from models import AnySession, Bridge, Item

MOST = 100


@dataclass(frozen=True)
class Tie:
    """The other end of a tie."""

    kind: str
    number: str
    title: str
    comes_from: bool


def ties(session: AnySession, item: Item) -> list[Tie]:
    """What a public reader may know of an item's ties."""
    found = []
    for mine, other, comes_from in (
        (Bridge.to_id, Bridge.from_id, True),
        (Bridge.from_id, Bridge.to_id, False),
    ):
        query = select(Item.kind, Item.number, Item.title).join(Bridge, other == Item.id)
        rows = session.execute(query.where(mine == item.id, public_items()).order_by(Item.id))
        found += [Tie(*row, comes_from) for row in rows]
    return found


def by_numbers(session: AnySession, numbers: list[str]) -> list[Item]:
    """Items by their numbers, the latest first."""
    query = select(Item).where(Item.number.in_(numbers))
    return list(session.scalars(query.order_by(Item.created_at.desc())))
