"""Stand behind an item ("saya juga"), and follow it."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor, may
from app.kinds import state_of
from app.workflow import NotAllowed
from models import Follow, Item, Support, db

from . import merging


def support(item: Item, actor: Actor) -> None:
    """Stand behind the item, once.  Raises NotAllowed."""
    if not may(actor, "support", item) or "support" not in state_of(item).allows:
        raise NotAllowed("support")
    row = {"item_id": item.id, "person_id": actor.person_id}
    done = db.session.execute(
        insert(Support).values(row).on_conflict_do_nothing().returning(Support.item_id)
    )
    _count(item, len(done.all()))
    merging.own(item.id, actor.person_id or 0)
    follow(item, actor)


def withdraw(item: Item, actor: Actor) -> None:
    """No longer stand behind the item."""
    done = db.session.execute(
        delete(Support)
        .where(Support.item_id == item.id, Support.person_id == actor.person_id)
        .returning(Support.item_id)
    )
    gone = done.all()
    _count(item, -len(gone))
    if gone:
        merging.own(item.id, actor.person_id or 0)
        merging.withdrawn(item.id, [actor.person_id or 0])


def _count(item: Item, change: int) -> None:
    if change:
        more = Item.support_count + change
        db.session.execute(update(Item).where(Item.id == item.id).values(support_count=more))
        db.session.expire(item, ["support_count"])


def follow(item: Item, actor: Actor) -> None:
    """Hear of what happens to the item.  Raises NotAllowed."""
    if not may(actor, "follow", item):
        raise NotAllowed("follow")
    row = {"item_id": item.id, "user_id": actor.user_id}
    db.session.execute(insert(Follow).values(row).on_conflict_do_nothing())


def unfollow(item: Item, actor: Actor) -> None:
    """Hear no more of it."""
    db.session.execute(
        delete(Follow).where(Follow.item_id == item.id, Follow.user_id == actor.user_id)
    )
