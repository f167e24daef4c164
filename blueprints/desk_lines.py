"""The lines of a workspace's list, in words; made here, since no page is opened as often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from app.kinds import kind_of, state_of
from app.queries.calendar import city_calendar, city_day
from app.queries.labels import area_label, category_label
from app.workflow import State

from .page import ago, day, item_url, lasting

FAR = 120  # working days from which on a date names its year
SOON = 1


class Line(NamedTuple):
    """An item on a desk.  ``days``: working days until its promise; ``day`` is "" without one."""

    number: str
    title: str
    url: str
    kind: str
    state: State
    about: str  # its category, and where it is
    since: str
    came: str
    day: str
    days: int | None
    tone: str
    lon: float
    lat: float
    thumb: str | None
    supports: int
    confidential: bool
    assignee: str | None
    queued_in: int | None


def working_days_left(due: date | None) -> int | None:
    """Working days until a promised day; negative when it has gone by."""
    return None if due is None else city_calendar().between(city_day(), due)


def lines(rows: Iterable[Any], with_area: bool) -> list[Line]:
    """The rows of a page of ``app.queries.desk`` in words; ``with_area``: also the kelurahan."""
    left, place = cache(working_days_left), cache(area_label)
    return [_line(row, left(row.due_on), place(row.area_code) if with_area else "") for row in rows]


def _line(row: Any, days: int | None, area: str) -> Line:
    return Line(
        row.number,
        row.title,
        item_url(row),
        kind_of(row).slug,
        state_of(row),
        _about(row, area),
        lasting(row.state_since),
        ago(row.created_at),
        "" if days is None else day(row.due_on, "EEE, d MMM" if abs(days) < FAR else "d MMM y"),
        days,
        _tone(days, gone_by(row.due_on)),
        row.lon,
        row.lat,
        row.thumb,
        row.support_count,
        row.visibility == "confidential",
        row.assignee,
        row.queued_in,
    )


def _about(row: Any, area: str) -> str:
    where = (area, f"RW {row.rw:02d}" if row.rw else "", row.address)
    place = ", ".join(filter(None, where))
    return " · ".join(filter(None, (category_label(row.category_code), place)))


def gone_by(due: date | None) -> bool:
    """Has the promised day passed?  On a day off no working day need have passed since."""
    return due is not None and due < city_day()


def _tone(days: int | None, late: bool) -> str:
    if late:
        return "late"
    return "" if days is None or days > SOON else "soon"
