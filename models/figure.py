"""Numbers of Lapor!, counted beforehand by a job (``services.numbers``)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ARRAY, Float, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, key_pk, ref

SCOPES = ("city", "district", "area", "department")


class WorkingDay(Model):
    """How many working days there have been up to and with a day, since the table begins."""

    __tablename__ = "working_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int]


class ComplaintFact(Model):
    """What the trail of one complaint says, in one row.

    ``whole`` is False for a part of a divided complaint, ``divided`` True for what has parts.
    ``decided_at`` is when triage was done with it, ``answered_at`` when an office first said what
    it would do, ``resolved_at`` when it was last declared solved, whether or not that still stands.
    """

    __tablename__ = "complaint_fact"

    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    area_code: Mapped[key]
    department_code: Mapped[key | None]
    whole: Mapped[bool]
    divided: Mapped[bool]
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    routed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    state: Mapped[key]
    returned_by: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    disputes: Mapped[int] = mapped_column(server_default="0")
    appeals: Mapped[int] = mapped_column(server_default="0")
    upheld: Mapped[int] = mapped_column(server_default="0")
    rating: Mapped[int | None]


class Figure(Model):
    """The numbers of the city, a kecamatan, a kelurahan or a department in the last ``days``.

    ``…_due`` counts those whose limit has passed in these days, ``…_in_time`` those of them that
    kept it; ``declared`` those declared solved, ``resolved`` those where that stands.
    ``…_days`` holds the quartiles (25, 50, 75 %) in working days.
    """

    __tablename__ = "figure"

    scope: Mapped[key_pk]
    code: Mapped[key_pk]
    days: Mapped[int] = mapped_column(primary_key=True)
    received: Mapped[int] = mapped_column(server_default="0")
    decided: Mapped[int] = mapped_column(server_default="0")
    decided_due: Mapped[int] = mapped_column(server_default="0")
    decided_in_time: Mapped[int] = mapped_column(server_default="0")
    answered: Mapped[int] = mapped_column(server_default="0")
    answered_due: Mapped[int] = mapped_column(server_default="0")
    answered_in_time: Mapped[int] = mapped_column(server_default="0")
    declared: Mapped[int] = mapped_column(server_default="0")
    resolved: Mapped[int] = mapped_column(server_default="0")
    resolved_due: Mapped[int] = mapped_column(server_default="0")
    resolved_in_time: Mapped[int] = mapped_column(server_default="0")
    returned: Mapped[int] = mapped_column(server_default="0")
    disputed: Mapped[int] = mapped_column(server_default="0")
    appealed: Mapped[int] = mapped_column(server_default="0")
    upheld: Mapped[int] = mapped_column(server_default="0")
    rated: Mapped[int] = mapped_column(server_default="0")
    rating_sum: Mapped[int] = mapped_column(server_default="0")
    open_now: Mapped[int] = mapped_column(server_default="0")
    late_now: Mapped[int] = mapped_column(server_default="0")
    decided_days: Mapped[list[float] | None] = mapped_column(ARRAY(Float))
    answered_days: Mapped[list[float] | None] = mapped_column(ARRAY(Float))
    resolved_days: Mapped[list[float] | None] = mapped_column(ARRAY(Float))


class FigureMonth(Model):
    """How many complaints came and how many were resolved in a month."""

    __tablename__ = "figure_month"

    scope: Mapped[key_pk]
    code: Mapped[key_pk]
    month: Mapped[date] = mapped_column(primary_key=True)
    received: Mapped[int]
    resolved: Mapped[int]


class FigureRefresh(Model):
    """When the numbers were counted, and up to which change; one row."""

    __tablename__ = "figure_refresh"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    change_id: Mapped[ref] = mapped_column(server_default="0")
