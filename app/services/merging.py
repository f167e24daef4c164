"""Joining two items that mean the same, and separating them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from app.access import on_public_list
from app.workflow import Step
from models import Change, Follow, Item, Support, User, db

from .changes import record


def follow_up(item: Item, step: Step, answers: Mapping[str, Any], change: Change) -> None:
    """What a step means for the item it points to."""
    if step.name == "merge":
        join(item, answers["into"], answers, change.at)
    elif step.name == "unmerge":
        item.merged_into_id = None


def join(item: Item, into: Item, answers: Mapping[str, Any], at: datetime) -> None:
    """Everybody behind ``item`` stands behind ``into``; the older clock holds.

    ``answers["due_on"]`` is the promise ``item`` had.  Its number enters the other's trail only
    if anybody may read it.
    """
    item.merged_into_id = into.id
    db.session.refresh(into, with_for_update={"of": Item})
    _keep_people(item, into)
    if answers["due_on"] and into.due_on:
        into.due_on = min(answers["due_on"], into.due_on)
    record(
        into,
        seat=answers["seat"],
        step="absorb",
        source=into.state,
        target=into.state,
        text=item.number if on_public_list(item) else "",
        at=at,
    )


def _keep_people(item: Item, into: Item) -> None:
    login = select(literal(into.id), User.id).where(User.person_id == item.author_id)
    followers = select(literal(into.id), Follow.user_id).where(Follow.item_id == item.id)
    supporters = select(literal(into.id), Support.person_id).where(Support.item_id == item.id)
    author = select(literal(into.id), literal(item.author_id))
    for table, names, rows in (
        (Follow, ["item_id", "user_id"], followers.union(login)),
        (Support, ["item_id", "person_id"], supporters.union(author)),
    ):
        db.session.execute(insert(table).from_select(names, rows).on_conflict_do_nothing())
    count = select(func.count()).where(Support.item_id == into.id).scalar_subquery()
    db.session.execute(update(Item).where(Item.id == into.id).values(support_count=count))
