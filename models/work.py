"""What staff keep beside the items: whose hands, what they told each other, what they prepared.

None of it is public, and none of it stands on the trail.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .routing import Category, Department
from .trail import Change
from .user import User

BULK_STATUSES = ("waiting", "running", "done", "cancelled")
SHEET_STATUSES = ("waiting", "ready", "failed", "deleted")


class Assignment(Model):
    """An item in one person's hands, within a seat.

    One line an assignment; the one in force has no ``ended_at``.  ``user_id`` is None when the
    item was laid back for all who share the seat.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_current",
            "item_id",
            "seat",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_assignment_mine", "user_id", "seat", postgresql_where=text("ended_at IS NULL")),
        Index("ix_assignment_item", "item_id"),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    seat: Mapped[key]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(server_default="")
    at: Mapped[now]
    ended_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class InternalNote(Model):
    """Words among colleagues about an item; never public."""

    __tablename__ = "internal_note"
    __table_args__ = (Index("ix_internal_note_item", "item_id", "id"),)

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    author_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    seat: Mapped[key]
    body: Mapped[str]
    form_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    at: Mapped[now]

    item: Mapped[Item] = relationship()
    author: Mapped[User] = relationship()


class SavedFilter(Model):
    """A cut of a queue that somebody named; ``shared`` shows it to all who hold the seat."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("user_id", "seat", "name"),
        Index("ix_saved_filter_shared", "seat", postgresql_where=text("shared")),
    )

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[key]
    queue: Mapped[key]
    name: Mapped[str]
    cut: Mapped[dict[str, Any]]
    shared: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[now]

    user: Mapped[User] = relationship()


class AnswerTemplate(Model):
    """A text staff answer with; without a department it belongs to the whole city.

    Empty ``kind``, ``category_code`` and ``step`` mean any.
    """

    __tablename__ = "answer_template"
    __table_args__ = (Index("ix_answer_template_kind", "kind", "step"),)

    id: Mapped[pk]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"), index=True)
    kind: Mapped[key] = mapped_column(server_default="")
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"))
    step: Mapped[key] = mapped_column(server_default="")
    name: Mapped[str]
    body: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="100")
    changed_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[now]
    retired_at: Mapped[datetime | None]

    department: Mapped[Department | None] = relationship()
    category: Mapped[Category | None] = relationship()


class BulkAct(Model):
    """One act on many items, queued until ``run_at`` so that it can be called off."""

    __tablename__ = "bulk_act"
    __table_args__ = (
        CheckConstraint(f"status IN {BULK_STATUSES}", name="status"),
        Index("ix_bulk_act_user", "user_id", text("id DESC")),
        Index(
            "ix_bulk_act_waiting",
            "run_at",
            postgresql_where=text("status IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[pk]
    form_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[key]
    act: Mapped[key]
    answers: Mapped[dict[str, Any]]
    status: Mapped[key] = mapped_column(server_default="waiting")
    created_at: Mapped[now]
    run_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    items: Mapped[list[BulkActItem]] = relationship(
        back_populates="bulk_act", order_by="BulkActItem.position"
    )


class BulkActItem(Model):
    """What became of one item of a bulk act: "" (not yet), done, refused; ``problem`` says why.

    ``seen`` is the number of the last change its chooser had seen.
    """

    __tablename__ = "bulk_act_item"
    __table_args__ = (Index("ix_bulk_act_item_item", "item_id"),)

    bulk_act_id: Mapped[ref] = mapped_column(ForeignKey("bulk_act.id"), primary_key=True)
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    position: Mapped[int]
    seen: Mapped[int]
    outcome: Mapped[key] = mapped_column(server_default="")
    problem: Mapped[str] = mapped_column(server_default="")
    change_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"))

    bulk_act: Mapped[BulkAct] = relationship(back_populates="items")
    item: Mapped[Item] = relationship()
    change: Mapped[Change | None] = relationship()


class DispositionSheet(Model):
    """A printed *lembar disposisi*; the file ``file_name`` goes after some days."""

    __tablename__ = "disposition_sheet"
    __table_args__ = (
        CheckConstraint(f"status IN {SHEET_STATUSES}", name="status"),
        Index("ix_disposition_sheet_item", "item_id", text("id DESC")),
        Index(
            "ix_disposition_sheet_kept",
            "created_at",
            postgresql_where=text("status <> 'deleted'"),
        ),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    seat: Mapped[key]
    orders: Mapped[dict[str, Any]]
    status: Mapped[key] = mapped_column(server_default="waiting")
    file_name: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[now]
    ready_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()
    user: Mapped[User | None] = relationship()
