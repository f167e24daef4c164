"""Lapor!: a complaint about a place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from .base import ref
from .item import Item

ROAD_CLASSES = ("besar", "lingkungan", "gang", "tidak_tahu")  # what a resident is asked
ROAD_OWNERS = ("tol", "nasional", "provinsi")  # main roads with an owner outside; from road lines
PRIORITIES = ("low", "normal", "high")
COMPLAINT_CLASSES = ("pengawasan", "bukan_pengawasan", "informasi", "aspirasi")


class Complaint(Item):
    """A complaint (*aduan*); ``returns`` counts how often departments sent it back.

    ``road_name`` is the imported road line that decided ``road_class``, else empty.

    ``parent_id`` is the complaint it was split off from.

    ``decided_by`` names the seats and logins ("user:12") that accepted an answer to it, none of
    which may decide its appeal; ``appeal_until`` is the last day on which that may be lodged.

    Its clocks are what ``app.clocks`` makes of the trail: ``hop_due_at`` binds whoever holds it,
    ``whole_due_at`` the city in this ``round`` (a dispute begins another), until
    ``whole_ended_at``; ``pauses`` counts the times they stood still.
    """

    __tablename__ = "complaint"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint(f"priority IN {PRIORITIES}", name="priority"),
        Index(
            "ix_complaint_parent_id",
            "parent_id",
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
    )

    id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    complaint_class: Mapped[str] = mapped_column(server_default="bukan_pengawasan")
    priority: Mapped[str] = mapped_column(server_default="normal")
    road_class: Mapped[str] = mapped_column(server_default="tidak_tahu")
    road_name: Mapped[str] = mapped_column(server_default="")
    happened_on: Mapped[date | None]
    planned_on: Mapped[date | None]
    returns: Mapped[int] = mapped_column(server_default="0")
    rating: Mapped[int | None]
    info_asked: Mapped[bool] = mapped_column(server_default="false")
    disputes: Mapped[int] = mapped_column(server_default="0")
    appealed: Mapped[bool] = mapped_column(server_default="false")
    appeal_until: Mapped[date | None]
    decided_by: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    hop_due_at: Mapped[datetime | None]
    whole_due_at: Mapped[datetime | None]
    whole_ended_at: Mapped[datetime | None]
    round: Mapped[int] = mapped_column(server_default="1")
    pauses: Mapped[int] = mapped_column(server_default="0")
    answers: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # by question's code
    parent_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"))

    __mapper_args__ = {"polymorphic_identity": "lapor", "inherit_condition": id == Item.id}
