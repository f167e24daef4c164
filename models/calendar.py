"""When the city works, and what came of its promises."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, now, pk, ref

MARK_LEVELS = ("warn", "breach", "twice")


class HolidayOverride(Model):
    """A day the city works although it is a holiday, or rests although it is not."""

    __tablename__ = "holiday_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    working: Mapped[bool]


class SpecialHours(Model):
    """Other office hours (local time) for one weekday (1 = Monday) of a span of days: Ramadan.

    ``estimated``: the span rests on a date that is announced only shortly before.
    """

    __tablename__ = "special_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("first_day <= last_day AND open < close", name="order"),
    )

    id: Mapped[pk]
    first_day: Mapped[date]
    last_day: Mapped[date]
    weekday: Mapped[int]
    open: Mapped[time]
    close: Mapped[time]
    name: Mapped[str]
    estimated: Mapped[bool] = mapped_column(server_default="false")


class ClockMark(Model):
    """A promise that was nearly over (``warn``), broken, or twice as late as promised.

    ``clock`` is ``whole`` or the name of a hop's clock; ``run`` tells the runs of one clock apart:
    the round of the whole, or the number of the change that started the hop.
    """

    __tablename__ = "clock_mark"
    __table_args__ = (
        UniqueConstraint("item_id", "clock", "level", "run"),
        CheckConstraint(f"level IN {MARK_LEVELS}", name="level"),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    clock: Mapped[key]
    level: Mapped[key]
    run: Mapped[int]
    due_at: Mapped[datetime]
    at: Mapped[now]


class ClockSweep(Model):
    """One recomputation of every open promise, after policy or calendar changed.

    ``fingerprint`` names policy and calendar as they were; ``after_id`` is the last item looked
    at, so that a sweep that was cut short goes on where it stopped.
    """

    __tablename__ = "clock_sweep"

    id: Mapped[pk]
    fingerprint: Mapped[key]
    begun_at: Mapped[now]
    ended_at: Mapped[datetime | None]
    after_id: Mapped[ref] = mapped_column(server_default="0")
    looked: Mapped[int] = mapped_column(server_default="0")
    moved: Mapped[int] = mapped_column(server_default="0")
    report: Mapped[dict[str, Any]]
