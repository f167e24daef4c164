"""What GeoReport's parameters mean, and what is said when they mean nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask import current_app
from flask_babel import gettext as _

from . import whole

WINDOW = timedelta(days=90)
FEW = 1000  # ids of one question


class Refused(Exception):
    """A request cannot be answered: the HTTP status, and each thing that is wrong, for people."""

    def __init__(self, status: int, *problems: str) -> None:
        super().__init__(status, *problems)
        self.status, self.problems = status, problems


def given(values: Mapping[str, str], name: str) -> str:
    """A parameter; an empty one counts as absent."""
    return (values.get(name) or "").strip()


def several(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A parameter with commas in it, as a list without empty parts."""
    parts = (part.strip() for part in given(values, name).split(","))
    return tuple(part for part in parts if part)[:FEW]


def moment(name: str, text: str) -> datetime | None:
    """A W3C date and time.  Without a zone it is meant in the city's; a day alone is its midnight.

    Raises Refused (400).
    """
    if not text:
        return None
    try:
        # "+07:00" comes as " 07:00" from clients that forget to escape the plus sign
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=current_app.config["CITY"].zone)
        if 1900 <= found.year < 3000:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Refused(400, _("%(name)s is no date; write it as 2026-01-31T08:00:00+07:00.", name=name))


def window(values: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """The time asked for: the last 90 days, or 90 days from or to the one date that is given.

    Raises Refused (400) for more than 90 days.
    """
    start, end = (moment(n, given(values, n)) for n in ("start_date", "end_date"))
    if start is None:
        end = end or now
        return end - WINDOW, end
    end = end or start + WINDOW
    if start > end:
        raise Refused(400, _("start_date lies after end_date."))
    if end - start > WINDOW:
        raise Refused(400, _("At most 90 days may lie between start_date and end_date."))
    return start, end


def status(values: Mapping[str, str]) -> str:
    """``open``, ``closed``, or nothing for both.  Raises Refused (400)."""
    asked = {word.lower() for word in several(values, "status")}
    if not asked <= {"open", "closed"}:
        raise Refused(400, _("status is open, closed, or both with a comma between."))
    return asked.pop() if len(asked) == 1 else ""


def number(values: Mapping[str, str], name: str) -> float | None:
    """A number.  Raises Refused (400)."""
    if not (text := given(values, name)):
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Refused(400, _("%(name)s is no number.", name=name))
    return found


def count(values: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """A whole number from 1 to ``most``.  Raises Refused (400)."""
    if not (text := given(values, name)):
        return usual
    found = whole(text)
    if found is None or not 1 <= found <= most:
        raise Refused(400, _("%(name)s is a number from 1 to %(most)s.", name=name, most=most))
    return found


def position(values: Mapping[str, str]) -> tuple[float, float] | None:
    """``lat`` and ``long`` as (lon, lat), both or neither.  Raises Refused (400)."""
    lat, lon = number(values, "lat"), number(values, "long")
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise Refused(400, _("lat and long are needed both, or neither."))
    if abs(lat) > 90 or abs(lon) > 180:
        raise Refused(400, _("lat lies between -90 and 90, long between -180 and 180."))
    return lon, lat


def box(values: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    """``bbox`` as west, south, east, north in degrees.  Raises Refused (400)."""
    if not (parts := several(values, "bbox")):
        return None
    sides = [number({"bbox": part}, "bbox") for part in parts]
    west, south, east, north = (side or 0.0 for side in (*sides, 0.0, 0.0, 0.0, 0.0)[:4])
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    if len(sides) != 4 or not inside:
        raise Refused(400, _("bbox is west,south,east,north in degrees."))
    return west, south, east, north
