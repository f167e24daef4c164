"""Joining two items that mean the same, and separating them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    any_,
    cast,
    delete,
    func,
    literal,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.access import on_public_list
from app.workflow import Step
from models import Change, Follow, Item, Joining, Support, User, db

from . import clocks
from .changes import Said, record


def follow_up(item: Item, step: Step, answers: Mapping[str, Any], change: Change) -> None:
    """What a step means for the item it points to."""
    if step.name == "merge":
        join(item, answers["into"], answers, change.at)
    elif step.name == "unmerge" and item.merged_into_id is not None:
        separate(item, answers["seat"], change.at)


def join(item: Item, into: Item, answers: Mapping[str, Any], at: datetime) -> None:
    """Everybody behind ``item`` stands behind ``into``; the clock of the older one holds."""
    item.merged_into_id = into.id
    db.session.refresh(into, with_for_update={"of": Item})
    joining = Joining(item_id=item.id, into_id=into.id, at=at, person_ids=_bring_people(item, into))
    db.session.add(joining)
    _tell(into, item, "absorb", answers["seat"], at)
    clocks.settle(into)


def separate(item: Item, seat: str, at: datetime) -> None:
    """Undo a join: who stood behind the other one only because of it does so no longer.

    Followers stay with both: whoever wanted to hear of the matter may go when they like.
    """
    into = db.session.get_one(Item, item.merged_into_id, with_for_update={"of": Item})
    item.merged_into_id = None
    db.session.flush()
    undone = db.session.scalars(_open(Joining.item_id == item.id)).one()
    undone.undone_at = at
    db.session.flush()
    lose(into.id, undone.person_ids)
    _tell(into, item, "release", seat, at)
    clocks.settle(into)


def lose(item_id: int, people: Collection[int]) -> None:
    """These stand behind an item no longer, unless another one that was joined brings them.

    What the item brought on to another one it was joined with goes there as well.
    """
    kept = set(db.session.scalars(_brought(item_id)))
    gone = set(people) - kept
    left = delete(Support).where(Support.item_id == item_id, Support.person_id.in_(gone))
    db.session.execute(left)
    _count(item_id)
    withdrawn(item_id, gone)


def withdrawn(item_id: int, people: Collection[int]) -> None:
    """Whoever is not behind an item any more is not brought on by it either, but its author."""
    joining = db.session.scalars(_open(Joining.item_id == item_id)).one_or_none()
    if joining is None or not people:
        return
    author = select(Item.author_id).where(Item.id == item_id)
    lost = set(joining.person_ids) & set(people) - {db.session.scalar(author)}
    joining.person_ids = [number for number in joining.person_ids if number not in lost]
    db.session.flush()
    lose(joining.into_id, lost)


def own(item_id: int, person_id: int) -> None:
    """Somebody has said themselves whether they stand behind it: nobody else brings them now."""
    them = cast(person_id, BigInteger)
    mine = update(Joining).where(
        Joining.into_id == item_id, Joining.undone_at.is_(None), them == any_(Joining.person_ids)
    )
    without = func.array_remove(Joining.person_ids, them)
    db.session.execute(mine.values(person_ids=without))


def _open(which: ColumnElement[bool]) -> Select[Any]:
    """Joinings that hold."""
    return select(Joining).where(which, Joining.undone_at.is_(None))


def _brought(item_id: int) -> Select[Any]:
    """The people who stand behind an item only because others were joined with it."""
    people = func.unnest(Joining.person_ids)
    return select(people).where(Joining.into_id == item_id, Joining.undone_at.is_(None))


def _tell(into: Item, item: Item, step: str, seat: str, at: datetime) -> None:
    """Write it into the other one's trail; the number only if anybody may read it."""
    number = item.number if on_public_list(item) else ""
    said = Said(seat=seat, step=step, source=into.state, target=into.state, text=number, at=at)
    record(into, said)


def _behind(which: ColumnElement[bool]) -> CompoundSelect[Any]:
    """The people behind items: who filed them, and who supports them."""
    authors = select(Item.author_id.label("person_id")).where(which)
    supporters = select(Support.person_id).join(Item, Item.id == Support.item_id).where(which)
    return union(authors, supporters)


def _bring_people(item: Item, into: Item) -> list[int]:
    """Followers and supporters come along; returns those who had not supported it themselves."""
    login = select(literal(into.id), User.id).where(User.person_id == item.author_id)
    followers = select(literal(into.id), Follow.user_id).where(Follow.item_id == item.id)
    follows = insert(Follow).from_select(["item_id", "user_id"], followers.union(login))
    db.session.execute(follows.on_conflict_do_nothing())
    people = _behind(Item.id == item.id).subquery()
    there = set(db.session.scalars(select(Support.person_id).where(Support.item_id == into.id)))
    themselves = there - set(db.session.scalars(_brought(into.id)))
    rows = select(literal(into.id), people.c.person_id)
    supports = insert(Support).from_select(["item_id", "person_id"], rows).on_conflict_do_nothing()
    db.session.execute(supports)
    _count(into.id)
    return sorted(set(db.session.scalars(select(people.c.person_id))) - themselves)


def _count(item_id: int) -> None:
    count = select(func.count()).where(Support.item_id == item_id).scalar_subquery()
    db.session.execute(update(Item).where(Item.id == item_id).values(support_count=count))
