"""Reports typed for others, many at once: a table somebody brought, row by row."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, now, pk, ref


class Batch(Model):
    """An uploaded table, in the hands of a job while ``reading`` and ``filing``.

    ``unread``: it is no table (``problem`` says why); ``checked``: tried, nothing filed yet.
    """

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint(
            "status IN ('reading', 'unread', 'checked', 'filing', 'filed')", name="status"
        ),
        Index("ix_batch_made_by_id_id", "made_by_id", text("id DESC")),
    )

    id: Mapped[pk]
    made_by_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str]
    channel: Mapped[str]
    consent_how: Mapped[str]
    consent_words: Mapped[str]
    stored_name: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="reading")
    problem: Mapped[str] = mapped_column(server_default="")
    good: Mapped[int] = mapped_column(server_default="0")
    bad: Mapped[int] = mapped_column(server_default="0")
    filed: Mapped[int] = mapped_column(server_default="0")
    made_at: Mapped[now]
    filed_at: Mapped[datetime | None]


class BatchRow(Model):
    """A row of the table: what it holds, what is wrong with it, and the item it became.

    ``filing_key`` follows from the content, so that the same row never becomes two items.
    """

    __tablename__ = "batch_row"

    batch_id: Mapped[ref] = mapped_column(
        ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problem: Mapped[str] = mapped_column(server_default="")
    filing_key: Mapped[uuid.UUID]
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
