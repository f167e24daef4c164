"""The way from owner to owner: hops between departments, and hand-overs to owners outside."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, pk, ref

HAND_OVER_WAYS = ("letter", "phone", "portal", "email", "meeting")
OUTCOMES = ("", "done", "taken_back")


class Handover(Model):
    """What was handed to an owner outside, how, and what became of it.

    ``reference`` is their number for it; ``contact_person`` is for staff alone.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint(f"how IN {HAND_OVER_WAYS}", name="how"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        Index("ix_handover_waiting", "expected_on", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    department_code: Mapped[key] = mapped_column(ForeignKey("department.code"))
    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), unique=True)
    how: Mapped[key]
    contact_person: Mapped[str] = mapped_column(server_default="")
    reference: Mapped[str] = mapped_column(server_default="")
    handed: Mapped[str] = mapped_column(server_default="")
    expected_on: Mapped[date | None]
    made_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")


class HandoverNote(Model):
    """We asked again, or they answered (``answered``); the words stand on the trail."""

    __tablename__ = "handover_note"

    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    handover_id: Mapped[ref] = mapped_column(ForeignKey("handover.id"), index=True)
    answered: Mapped[bool]
    how: Mapped[str] = mapped_column(server_default="")
    expected_on: Mapped[date | None]
    at: Mapped[datetime]


class Hop(Model):
    """An item changed hands: from one department (or nobody) to another (or nobody yet)."""

    __tablename__ = "hop"

    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    step: Mapped[key]
    from_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    to_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    reason: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
