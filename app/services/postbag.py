"""Inbox lines, and the letters and messages of those that were written a moment ago."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import and_, exists, or_, select

from app.queue import enqueue
from models import Channel, Item, Notification, User, db

LETTERS = 50  # sent by one job


def tell(event: str, item: Item, users: Iterable[int], source: int) -> None:
    """A line in the inbox of each, and the letters for those who want them."""
    lines = [
        Notification(user_id=user, event=event, item_id=item.id, source_id=source) for user in users
    ]
    db.session.add_all(lines)
    db.session.flush()
    post([line.id for line in lines])


def post(lines: Collection[int]) -> None:
    """Queue them for whoever wants letters at once, or has proved an address elsewhere."""
    by_mail = and_(User.wants_email, User.mail_pace == "instant", User.confirmed_at.is_not(None))
    elsewhere = exists().where(Channel.user_id == User.id, Channel.confirmed_at.is_not(None))
    wanted = (
        select(Notification.id)
        .join(User, User.id == Notification.user_id)
        .where(Notification.id.in_(lines), User.closed_at.is_(None), or_(by_mail, elsewhere))
    )
    ids = list(db.session.scalars(wanted.order_by(Notification.id))) if lines else []
    for first in range(0, len(ids), LETTERS):
        part = ids[first : first + LETTERS]
        enqueue("mail_notifications", queue="mail", notification_ids=part)
