"""Whose data was read, consented to, taken out, erased or lost; and codes that open a report."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .user import Person, User


class IdentityReading(Model):
    """Somebody on a seat read who filed an item, and why.

    Append-only; whom it was about and the words may be erased.
    """

    __tablename__ = "identity_reading"
    __table_args__ = (Index("ix_identity_reading_reader_at", "reader_id", "at"),)

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    person_id: Mapped[ref | None] = mapped_column(ForeignKey("person.id"), index=True)
    reader_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str]
    reason: Mapped[key]
    note: Mapped[str]
    at: Mapped[now]

    item: Mapped[Item] = relationship()
    person: Mapped[Person | None] = relationship()
    reader: Mapped[User] = relationship()


class TrackingCode(Model):
    """What opens an item to its reporter without a login; only a keyed hash of it is kept."""

    __tablename__ = "tracking_code"

    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[now]
    made_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    used_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()


class Consent(Model):
    """A person agreed to something: in which words, how it was given, who wrote it down.

    ``purpose``: "contact" (we may call back) or "on_behalf" (an operator files for them).
    ``how``: "form", "spoken", "phone", "message" or "signed".
    """

    __tablename__ = "consent"

    id: Mapped[pk]
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), index=True)
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    purpose: Mapped[key]
    how: Mapped[key]
    words: Mapped[str]
    recorded_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[now]
    withdrawn_at: Mapped[datetime | None]


class DataExport(Model):
    """A person's own data in one file, made by a job and kept for some days."""

    __tablename__ = "data_export"

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(server_default="")  # of the file in private storage
    size: Mapped[int | None]
    asked_at: Mapped[now]
    ready_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class DeletionRequest(Model):
    """Somebody wants their account gone; until ``due_at`` they may change their mind."""

    __tablename__ = "deletion_request"
    __table_args__ = (
        Index(
            "uq_deletion_request_open",
            "user_id",
            unique=True,
            postgresql_where=text("cancelled_at IS NULL AND done_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[now]
    due_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class RetentionLog(Model):
    """What a run of the retention rules erased.  Append-only; a trial is logged, too."""

    __tablename__ = "retention_log"
    __table_args__ = (UniqueConstraint("run", "rule"),)

    id: Mapped[pk]
    run: Mapped[uuid.UUID]
    rule: Mapped[key]
    days: Mapped[int]
    dry: Mapped[bool]
    rows: Mapped[int]
    at: Mapped[now]


class BreachNotice(Model):
    """A list of those whose data got out was drawn up.  Append-only."""

    __tablename__ = "breach_notice"

    id: Mapped[pk]
    since: Mapped[datetime]
    until: Mapped[datetime]
    known_at: Mapped[datetime]
    scope: Mapped[key]
    happened: Mapped[str]
    people: Mapped[int]
    made_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[now]
