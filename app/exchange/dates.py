"""Days and moments as people and spreadsheets write them here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januari jan january",
            "februari feb pebruari peb february",
            "maret mar mrt march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agu agt ags aug august",
            "september sep sept",
            "oktober okt october oct",
            "november nov nopember nop",
            "desember des december dec",
        ),
        1,
    )
    for name in names.split()
}
EXCEL_BEGINS = datetime(1899, 12, 30)  # with the 29 February 1900 that never was
SERIALS = (20_000, 80_000)  # 1954 to 2119; other numbers are no days
WITH_TIME = re.compile(r"[ T,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?")
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
SHORT = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
LONG = re.compile(r"(\d{1,2})[ .-]*([A-Za-z]+)[ .,-]*(\d{4}|\d{2})")


class NoDay(ValueError):
    """What stands there is no day."""


@dataclass(frozen=True)
class Moment:
    """When something was; ``timed`` is False when only the day is known, then it is noon."""

    at: datetime
    timed: bool
    note: Any = ""


@lru_cache(maxsize=20_000)  # a file names the same days again and again
def moment(text: str, zone: ZoneInfo, order: str = "dmy") -> Moment:
    """A day or moment, in the city's time unless the text names a zone or an offset.

    ``order`` is ``dmy`` or ``mdy`` for days like 3/4/2025.  Raises NoDay.
    """
    text = " ".join(text.split())
    try:
        return _serial(text, zone) or _exact(text) or _said(text, zone, order)
    except (ValueError, OverflowError):
        raise NoDay(text) from None


def day(text: str, zone: ZoneInfo, order: str = "dmy") -> date:
    """The day alone.  Raises NoDay."""
    return moment(text, zone, order).at.astimezone(zone).date()


def _serial(text: str, zone: ZoneInfo) -> Moment | None:
    """The number Excel counts days by."""
    if not re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return None
    number = float(text.replace(",", "."))
    if not SERIALS[0] <= number <= SERIALS[1]:
        raise NoDay(text)
    at = EXCEL_BEGINS + timedelta(seconds=round(number * 86_400))
    timed = not number.is_integer()
    return _moment(at.date(), at.time() if timed else None, zone, _("a number of Excel"))


def _exact(text: str) -> Moment | None:
    """ISO 8601 with an offset."""
    if not re.search(r"\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$", text):
        return None
    return Moment(datetime.fromisoformat(text), True)


def _said(text: str, zone: ZoneInfo, order: str) -> Moment:
    clock = WITH_TIME.search(text)
    at = _time(clock) if clock else None
    rest = text[: clock.start()] if clock else text
    for name, place in ZONES.items():
        if re.search(rf"\b{name}\b", text, re.IGNORECASE):
            zone = ZoneInfo(place)
    if found := ISO.search(rest):
        year, month, number = map(int, found.groups())
        return _moment(date(year, month, number), at, zone)
    if found := LONG.search(rest):
        named = MONTHS.get(found[2].casefold())
        if named is None:
            raise NoDay(text)
        return _moment(date(_year(found[3]), named, int(found[1])), at, zone)
    if found := SHORT.search(rest):
        return _numbers(found, at, zone, order)
    raise NoDay(text)


def _numbers(found: re.Match[str], at: time | None, zone: ZoneInfo, order: str) -> Moment:
    first, second, year = int(found[1]), int(found[2]), _year(found[3])
    number, month = (first, second) if order == "dmy" else (second, first)
    if month > 12 >= number:  # it can be read only the other way round
        return _moment(date(year, number, month), at, zone, _("day and month changed places"))
    return _moment(date(year, month, number), at, zone)


def _moment(when: date, at: time | None, zone: ZoneInfo, note: Any = "") -> Moment:
    local = datetime.combine(when, at or time(12), zone)
    return Moment(local, at is not None, note)


def _time(found: re.Match[str]) -> time:
    return time(int(found[1]), int(found[2]), int(found[3] or 0))


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)
