"""What somebody has been told."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from app.access import Actor
from models import Notification, db

UNREAD = select(func.count()).where(
    Notification.user_id == bindparam("user"), Notification.read_at.is_(None)
)


def unread_count(actor: Actor) -> int:
    """How many lines of the inbox have not been read."""
    return db.session.scalar(UNREAD, {"user": actor.user_id}) or 0
