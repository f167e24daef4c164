"""Documents that come with an item: letters, cost plans, proof of whose land it is."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, now, pk, ref

DOCUMENT_SORTS = ("proposal", "rab", "surat_pengantar", "bukti_lahan", "lainnya")
DOCUMENT_TYPES = ("application/pdf", "image/jpeg")
DOCUMENT_LARGEST = 10 * 1024 * 1024  # bytes


class Document(Model):
    """A PDF or a JPEG, for its author and staff; for everybody once ``published_at`` is set."""

    __tablename__ = "document"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint(f"sort IN {DOCUMENT_SORTS}", name="sort"),
        CheckConstraint(f"media_type IN {DOCUMENT_TYPES}", name="media_type"),
        CheckConstraint(f"size BETWEEN 1 AND {DOCUMENT_LARGEST}", name="size"),
    )

    id: Mapped[pk]
    draft_key: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("draft.key", ondelete="SET NULL"), index=True
    )
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    uploaded_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    sort: Mapped[str]
    file_name: Mapped[str]
    stored_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[key]
    created_at: Mapped[now]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
