"""Joining two items that mean the same, and separating them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
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
from .changes import record


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
    here = select(Joining).where(Joining.into_id == into.id, Joining.undone_at.is_(None))
    joinings = {joining.item_id: joining for joining in db.session.scalars(here)}
    undone = joinings.pop(item.id)
    undone.undone_at = at
    gone = set(undone.person_ids)
    for other in joinings.values():  # they stand behind one that stays as well
        theirs = set(db.session.scalars(_behind(Item.id == other.item_id)))
        other.person_ids = sorted({*other.person_ids, *(gone & theirs)})
        gone -= theirs
    supports = delete(Support).where(Support.item_id == into.id, Support.person_id.in_(gone))
    db.session.execute(supports)
    _count(into)
    _tell(into, item, "release", seat, at)
    clocks.settle(into)


def _tell(into: Item, item: Item, step: str, seat: str, at: datetime) -> None:
    """Write it into the other one's trail; the number only if anybody may read it."""
    number = item.number if on_public_list(item) else ""
    record(into, seat=seat, step=step, source=into.state, target=into.state, text=number, at=at)


def _behind(which: ColumnElement[bool]) -> CompoundSelect[Any]:
    """The people behind items: who filed them, and who supports them."""
    authors = select(Item.author_id.label("person_id")).where(which)
    supporters = select(Support.person_id).join(Item, Item.id == Support.item_id).where(which)
    return union(authors, supporters)


def _bring_people(item: Item, into: Item) -> list[int]:
    """Followers and supporters come along; returns the people who were not there before."""
    login = select(literal(into.id), User.id).where(User.person_id == item.author_id)
    followers = select(literal(into.id), Follow.user_id).where(Follow.item_id == item.id)
    follows = insert(Follow).from_select(["item_id", "user_id"], followers.union(login))
    db.session.execute(follows.on_conflict_do_nothing())
    people = _behind(Item.id == item.id).subquery()
    rows = select(literal(into.id), people.c.person_id)
    supports = insert(Support).from_select(["item_id", "person_id"], rows).on_conflict_do_nothing()
    fresh = db.session.scalars(supports.returning(Support.person_id)).all()
    _count(into)
    return sorted(fresh)


def _count(into: Item) -> None:
    count = select(func.count()).where(Support.item_id == into.id).scalar_subquery()
    db.session.execute(update(Item).where(Item.id == into.id).values(support_count=count))
