"""The trail: what happened to an item, chained so that nobody can rewrite it.

``change`` is append-only; triggers (migration 0001) number and chain each row and refuse UPDATE,
DELETE and TRUNCATE.  Free text, its salt and the account that acted stand in ``change_text``, the
only part that may be erased.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import FetchedValue, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .user import User


class Change(Model):
    """One step an item took.  ``seq``, ``previous_hash`` and ``hash`` are set by the database."""

    __tablename__ = "change"
    __table_args__ = (
        UniqueConstraint("item_id", "seq"),
        UniqueConstraint("step_key"),
        Index("ix_change_at", "at", "id"),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    seq: Mapped[int] = mapped_column(server_default="0")
    seat: Mapped[str]
    step: Mapped[key]
    source: Mapped[key]
    target: Mapped[key]
    reason: Mapped[key] = mapped_column(server_default="")
    at: Mapped[now]
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary, FetchedValue())
    hash: Mapped[bytes | None] = mapped_column(LargeBinary, FetchedValue())
    step_key: Mapped[uuid.UUID | None]

    item: Mapped[Item] = relationship()
    words: Mapped[ChangeText | None] = relationship(back_populates="change")


class ChangeText(Model):
    """The erasable part of a change: its words, their salt, and who acted."""

    __tablename__ = "change_text"

    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    text: Mapped[str | None]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    actor_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    erased_at: Mapped[datetime | None]

    change: Mapped[Change] = relationship(back_populates="words")
    actor: Mapped[User | None] = relationship()


class TrailSeal(Model):
    """A Merkle root over the changes with ids in (after_id, upto_id]; append-only."""

    __tablename__ = "trail_seal"

    id: Mapped[pk]
    day: Mapped[date]
    after_id: Mapped[ref]
    upto_id: Mapped[ref] = mapped_column(unique=True)
    leaves: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[now]


class AuditEvent(Model):
    """What was done around items: sign-ins, mandates, identities read.  Append-only."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject"),
        Index("ix_audit_event_at", "at", "id"),
    )

    id: Mapped[pk]
    at: Mapped[now]
    actor_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    act: Mapped[key]
    subject: Mapped[key]
    detail: Mapped[str] = mapped_column(server_default="")
