"""Badami: an innovation, discussed and incubated."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import ref
from .item import Item


class Idea(Item):
    """An idea (*gagasan*): what is new in it, whom it serves, how it will be judged."""

    __tablename__ = "idea"
    __mapper_args__ = {"polymorphic_identity": "badami"}

    id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    benefit: Mapped[str] = mapped_column(server_default="")
    novelty: Mapped[str] = mapped_column(server_default="")
    form: Mapped[str] = mapped_column(server_default="lainnya")
    digital: Mapped[bool] = mapped_column(server_default="false")
    mentor: Mapped[str] = mapped_column(server_default="")
    pilot_from: Mapped[date | None]
    pilot_to: Mapped[date | None]
    indicators: Mapped[str] = mapped_column(server_default="")
    decree: Mapped[str] = mapped_column(server_default="")
