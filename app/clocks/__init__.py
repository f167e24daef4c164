"""Working days of a city.  Pure Python: no Flask, no database.

The calendar is the national one of ``holidays`` (public holidays and *cuti bersama*), changed by
a city's own table of overrides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5


@cache
def national(year: int) -> frozenset[date]:
    """Public holidays and *cuti bersama* of Indonesia in that year."""
    return frozenset(
        holidays.country_holidays("ID", years=year, categories=("public", "government"))
    )


@dataclass(frozen=True)
class Calendar:
    """Which days are working days: Monday to Friday, less holidays.

    ``overrides`` maps a date to True (worked although a holiday) or False (free by local order).
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Is this day worked?"""
        if day in self.overrides:
            return self.overrides[day]
        return day.weekday() < SATURDAY and day not in national(day.year)

    def add(self, start: date, days: int) -> date:
        """The day on which ``days`` working days after ``start`` are over (the start not counted).

        Raises ValueError for a negative number of days.
        """
        if days < 0:
            raise ValueError("days must not be negative")
        day = start
        while days:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is before."""
        if end < start:
            return -self.between(end, start)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(map(self.is_working, days))
