"""Days on which the city differs from the national calendar."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from .base import Model


class HolidayOverride(Model):
    """A day the city works although it is a holiday, or rests although it is not."""

    __tablename__ = "holiday_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    working: Mapped[bool]
