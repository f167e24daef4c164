"""Lapor!: a complaint about a place."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import ref
from .item import Item

ROAD_CLASSES = ("besar", "lingkungan", "gang", "tidak_tahu")
COMPLAINT_CLASSES = ("pengawasan", "bukan_pengawasan", "informasi", "aspirasi")


class Complaint(Item):
    """A complaint (*aduan*); ``returns`` counts how often departments sent it back."""

    __tablename__ = "complaint"
    __mapper_args__ = {"polymorphic_identity": "lapor"}
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),)

    id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    complaint_class: Mapped[str] = mapped_column(server_default="bukan_pengawasan")
    priority: Mapped[str] = mapped_column(server_default="normal")
    road_class: Mapped[str] = mapped_column(server_default="tidak_tahu")
    happened_on: Mapped[date | None]
    planned_on: Mapped[date | None]
    returns: Mapped[int] = mapped_column(server_default="0")
    rating: Mapped[int | None]
    info_asked: Mapped[bool] = mapped_column(server_default="false")
