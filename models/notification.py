"""What somebody should hear of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .trail import Change
from .user import User

# A deadline comes near, is over, or has taken twice its time.


class Notification(Model):
    """A line in somebody's inbox; ``mailed_at`` once the e-mail has left, ``told_at`` once their
    other channels have it.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "event", "item_id", "source_id"),
        Index("ix_notification_inbox", "user_id", text("id DESC")),
        Index("ix_notification_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        Index(
            "ix_notification_late",
            "user_id",
            postgresql_where=text(
                "mailed_at IS NULL AND event IN ('due_soon', 'overdue', 'overdue_twice')"
            ),
        ),
    )

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    event: Mapped[key]  # "step", "comment", "answer", "mandate" …
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    source_id: Mapped[ref]  # the change's or the comment's id
    change_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"))
    created_at: Mapped[now]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    item: Mapped[Item] = relationship()
    change: Mapped[Change | None] = relationship()
