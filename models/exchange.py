"""What connects an item with its likeness in another system, and how it came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, key_pk, now, pk, ref
from .item import Item
from .user import User


class ImportRun(Model):
    """One file brought in; the counts grow with each batch."""

    __tablename__ = "import_run"

    id: Mapped[pk]
    system: Mapped[key]
    file_name: Mapped[str]
    file_hash: Mapped[key]
    started_at: Mapped[now]
    finished_at: Mapped[datetime | None]
    accepted: Mapped[int] = mapped_column(server_default="0")
    repaired: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    known: Mapped[int] = mapped_column(server_default="0")
    conflicts: Mapped[int] = mapped_column(server_default="0")


class ExternalRef(Model):
    """An item's id in another system; each of them once.

    ``external_id`` is None while we have handed the item over and do not know it yet.
    ``row_hash`` is their row as we last took it, ``their_state`` their status then, and
    ``our_seq`` our last change at that moment: what differs now has changed since.
    """

    __tablename__ = "external_ref"
    __table_args__ = (
        UniqueConstraint("system", "external_id"),
        UniqueConstraint("item_id", "system"),
        CheckConstraint("external_id <> ''", name="external_id"),
        Index("ix_external_ref_run", "run_id", postgresql_where="run_id IS NOT NULL"),
    )

    id: Mapped[pk]
    system: Mapped[key]
    external_id: Mapped[key | None]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    run_id: Mapped[ref | None] = mapped_column(ForeignKey("import_run.id"))
    row_hash: Mapped[key] = mapped_column(server_default="")
    their_state: Mapped[key] = mapped_column(server_default="")
    our_seq: Mapped[int] = mapped_column(server_default="0")
    seen_at: Mapped[now]
    created_at: Mapped[now]

    item: Mapped[Item] = relationship()


class ExchangePermit(Model):
    """A confidential item that may go to another system after all; somebody answers for it."""

    __tablename__ = "exchange_permit"

    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    system: Mapped[key_pk]
    given_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[now]
    note: Mapped[str]

    item: Mapped[Item] = relationship()
    given_by: Mapped[User | None] = relationship()
