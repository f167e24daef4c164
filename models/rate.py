"""How often somebody did something lately; shared by all workers, worth nothing after a crash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key_pk


class RateCount(Model):
    """A counter of one key in one window."""

    __tablename__ = "rate_count"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    key: Mapped[key_pk]
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
