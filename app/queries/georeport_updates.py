"""What happened to public requests: updates, the notes of a request, and the bulk file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, text

from models import AnySession, Change, ChangeText, Comment, Item
from models.participation import OFFICIAL

from .georeport import COLUMNS, LAST, MOST, TARGET, joined, public

BULK = 2000  # rows of a bulk file read at a time
CHANGED: tuple[Any, ...] = (
    Change.id,
    Change.item_id,
    Item.number,
    Change.target.label("state"),
    Change.at,
    Change.reason,
    ChangeText.text.label("note"),
)
CHANGES = (
    select(*CHANGED)
    .join(Item, Item.id == Change.item_id)
    .outerjoin(ChangeText, ChangeText.change_id == Change.id)
    .where(public(), Change.source != "", Change.source != Change.target)
)
SINCE = (
    CHANGES.where(Change.at >= bindparam("start"), Change.at <= bindparam("end"))
    .order_by(Change.at, Change.id)
    .limit(MOST)
)
OF_ITEMS = CHANGES.where(Change.item_id.in_(bindparam("ids", expanding=True))).order_by(
    Change.item_id, Change.seq
)
SAID: tuple[Any, ...] = (
    Comment.id,
    Item.number,
    Comment.created_at.label("at"),
    Comment.body,
    Item.state,
)
WORDS = (
    select(*SAID)
    .join(Item, Item.id == Comment.item_id)
    .where(public(), text(OFFICIAL))  # as the index has it, so that every plan may use it
    .where(Comment.created_at >= bindparam("start"), Comment.created_at <= bindparam("end"))
    .order_by(Comment.created_at, Comment.id)
    .limit(MOST)
)


def updates(session: AnySession, start: datetime, end: datetime) -> Sequence[Row[Any]]:
    """The steps of public requests in a time, oldest first."""
    return session.execute(SINCE, {"start": start, "end": end}).all()


def official_words(session: AnySession, start: datetime, end: datetime) -> Sequence[Row[Any]]:
    """What offices said under public requests in a time, oldest first."""
    return session.execute(WORDS, {"start": start, "end": end}).all()


def notes(session: AnySession, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The steps of each of these requests, oldest first; one statement for all."""
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(OF_ITEMS, {"ids": list(ids)}) if ids else ():
        found.setdefault(row.item_id, []).append(row)
    return found


def bulk(
    session: AnySession, start: datetime | None, end: datetime | None, after: int
) -> Sequence[Row[Any]]:
    """The next public requests of a time, by their ids, beyond the id ``after``."""
    last = LAST.c.reason, LAST.c.text.label("note"), TARGET.number.label("merged_into")
    query = joined([*COLUMNS, *last]).where(public(), Item.id > after)
    if start:
        query = query.where(Item.created_at >= start)
    if end:
        query = query.where(Item.created_at <= end)
    return session.execute(query.order_by(Item.id).limit(BULK)).all()
