"""What somebody has read of what they were told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CursorResult, Update, select, update

from app.access import Actor
from models import Item, Notification, db

from . import notices


def mark_read(actor: Actor, notification_id: int) -> Item | None:
    """One line; returns what it tells of, None for a line of somebody else."""
    mine = select(Notification).filter_by(id=notification_id, user_id=actor.user_id)
    line = db.session.scalar(mine)
    if line is None:
        return None
    line.read_at = line.read_at or datetime.now(UTC)
    return line.item


def mark_item_read(actor: Actor, item: Item) -> int:
    """All lines about an item."""
    return _run(_unread(actor).where(Notification.item_id == item.id))


def mark_all_read(actor: Actor) -> int:
    """Everything."""
    return _run(_unread(actor)) + notices.read_all(actor)


def _unread(actor: Actor) -> Update:
    mine = (Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    return update(Notification).where(*mine).values(read_at=datetime.now(UTC))


def _run(statement: Update) -> int:
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return done.rowcount
