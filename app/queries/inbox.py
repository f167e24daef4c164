"""What somebody has been told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from app.access import Actor, visible
from models import AnySession, Change, IdentityReading, Item, Notice, Notification, db

PAGE = 20

_LINES = select(func.count()).where(
    Notification.user_id == bindparam("user"), Notification.read_at.is_(None)
)
_NOTICES = select(func.count()).where(Notice.user_id == bindparam("user"), Notice.read_at.is_(None))
UNREAD = select(_LINES.scalar_subquery() + _NOTICES.scalar_subquery())


def unread_count(actor: Actor) -> int:
    """How many lines of the inbox have not been read."""
    return db.session.scalar(UNREAD, {"user": actor.user_id}) or 0


@dataclass(frozen=True)
class Line:
    """What somebody was told, about an item they may still read (else ``item`` is None)."""

    id: int
    event: str
    at: datetime
    unread: bool
    item: Item | None
    change: Change | None
    reading: IdentityReading | None = None


@dataclass(frozen=True)
class Lines:
    """Some lines of an inbox, and where the next ones begin."""

    lines: list[Line]
    next_before: int | None


def page(session: AnySession, actor: Actor, before: int | None) -> Lines:
    """A page of the inbox, newest first; ``before`` is the last id seen."""
    query = (
        select(Notification, Item, Change, visible(actor).label("readable"), IdentityReading)
        .join(Item, Item.id == Notification.item_id)
        .outerjoin(Change, Change.id == Notification.change_id)
        .outerjoin(
            IdentityReading,
            and_(IdentityReading.id == Notification.source_id, Notification.event == "identity"),
        )
        .where(Notification.user_id == actor.user_id)
        .order_by(Notification.id.desc())
        .limit(PAGE + 1)
    )
    if before:
        query = query.where(Notification.id < before)
    rows = session.execute(query).all()
    lines = [
        Line(told.id, told.event, told.created_at, told.read_at is None, item, change, reading)
        if readable
        else Line(told.id, told.event, told.created_at, told.read_at is None, None, None)
        for told, item, change, readable, reading in rows[:PAGE]
    ]
    return Lines(lines, lines[-1].id if len(rows) > PAGE else None)
