"""Items that live on in an item of another kind."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, now, ref


class Bridge(Model):
    """``from_id`` led to ``to_id``: reports or an idea to a proposal, a proposal to a report."""

    __tablename__ = "bridge"
    __table_args__ = (Index("ix_bridge_to_id", "to_id"),)

    from_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    to_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    seat: Mapped[str]
    at: Mapped[now]


__all__ = ["Bridge"]
