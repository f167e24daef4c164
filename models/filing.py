"""On the way to an item: drafts and photos."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .trail import Change
from .user import User


class Draft(Model):
    """What somebody has typed so far.  ``key`` becomes the item's ``filing_key``.

    ``user_id`` is None while nobody has signed in; then the browser's session holds the key.
    """

    __tablename__ = "draft"

    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[now]
    updated_at: Mapped[now]

    photos: Mapped[list[Photo]] = relationship(order_by="Photo.id")


class Photo(Model):
    """A picture.  ``staged``: the original waits in private; ``ready``: re-encoded, may be shown.

    ``evidence`` is the encrypted time and position the camera wrote, for staff alone.
    ``for_item_id`` and ``for_step`` name the step whose form it was put on, until that is taken.
    """

    __tablename__ = "photo"
    __table_args__ = (CheckConstraint("status IN ('staged', 'ready', 'refused')", name="status"),)

    id: Mapped[pk]
    draft_key: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("draft.key", ondelete="SET NULL"), index=True
    )
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    change_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"), index=True)
    uploaded_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    for_item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    for_step: Mapped[key] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="staged")
    staged_name: Mapped[str] = mapped_column(server_default="")
    media_name: Mapped[str] = mapped_column(server_default="", index=True)  # content hash
    thumb_name: Mapped[str] = mapped_column(server_default="", index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary)
    problem: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[now]
    ready_at: Mapped[datetime | None]

    item: Mapped[Item | None] = relationship(foreign_keys=[item_id])
    change: Mapped[Change | None] = relationship()
    uploaded_by: Mapped[User | None] = relationship()
