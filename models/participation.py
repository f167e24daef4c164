"""What people add to an item: support, following, comments, reports of abuse."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .routing import Department
from .user import Person, User

OFFICIAL = "official AND status = 'published'"  # what offices said and anybody may read


class Support(Model):
    """ "Saya juga": one per person and item."""

    __tablename__ = "support"

    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    created_at: Mapped[now]


class Follow(Model):
    """A login that wants to hear of an item."""

    __tablename__ = "follow"

    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    user_id: Mapped[ref] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    created_at: Mapped[now]


class Comment(Model):
    """A word in the discussion, threaded one level.  ``official``: spoken from a seat."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("stance IN ('', 'for', 'against')", name="stance"),
        CheckConstraint("status IN ('published', 'held', 'hidden')", name="status"),
        Index("ix_comment_item_id_id", "item_id", "id"),
        Index("ix_comment_held", "id", postgresql_where=text("status = 'held'")),
        Index("ix_comment_official_at", "created_at", "id", postgresql_where=text(OFFICIAL)),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    parent_id: Mapped[ref | None] = mapped_column(ForeignKey("comment.id"))
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), index=True)
    form_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    body: Mapped[str]
    stance: Mapped[str] = mapped_column(server_default="")
    official: Mapped[bool] = mapped_column(server_default="false")
    seat: Mapped[str] = mapped_column(server_default="")
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    status: Mapped[str] = mapped_column(server_default="published")
    hidden_reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[now]

    person: Mapped[Person] = relationship()
    department: Mapped[Department | None] = relationship()


class AbuseReport(Model):
    """Somebody says a comment breaks the rules; once per login."""

    __tablename__ = "abuse_report"
    __table_args__ = (UniqueConstraint("comment_id", "user_id"),)

    id: Mapped[pk]
    comment_id: Mapped[ref] = mapped_column(ForeignKey("comment.id"))
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str]
    created_at: Mapped[now]

    comment: Mapped[Comment] = relationship()
    user: Mapped[User] = relationship()
