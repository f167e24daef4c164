"""The city's working calendar, read at most once a minute."""

from __future__ import annotations

import time
from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from app.clocks import Calendar
from models import HolidayOverride, db

KEEP_SECONDS = 60


def city_calendar() -> Calendar:
    """The national calendar with the city's overrides."""
    kept: tuple[float, Calendar] | None = current_app.extensions.get("rembuk_calendar")
    if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
        rows = db.session.execute(select(HolidayOverride.day, HolidayOverride.working))
        kept = (time.monotonic(), Calendar({row.day: row.working for row in rows}))
        current_app.extensions["rembuk_calendar"] = kept
    return kept[1]


def city_day(moment: datetime | None = None) -> date:
    """The day it is (or was at ``moment``) in the city."""
    day: date = current_app.config["CITY"].day(moment)
    return day
