"""The calendar of a cycle from a table: one line for each stage and area, or for many areas.

Days may be written in full (``2027-01-10 08:00``) or without a year (``01-10 08:00``), which then
is the year in which the cycle is held; ``+1 01-02 08:00`` is a year later, ``-1 12-15`` one
earlier.  So the same file serves every year.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from app.queries import cycle_work, cycles
from app.queries.labels import labels
from models import STAGES

from .cycles import Wanted, staggered

MOMENT = re.compile(r"(?:([+-]\d) +)?(?:(\d{4})-)?(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2})[:.](\d{2}))?")
SPREADS = ("", "kecamatan", "kelurahan")
COLUMNS = {"stage", "area", "opens", "closes"}


class BadLine(Exception):
    """A line cannot be used; says which, and why."""


def read(path: Path, plan_year: int, zone: ZoneInfo) -> list[Wanted]:
    """The windows a file describes.  Raises BadLine."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := COLUMNS - set(rows.fieldnames or ()):
            raise BadLine(f"{path.name} lacks the columns {', '.join(sorted(missing))}.")
        found = []
        for row in rows:
            try:
                found += list(_windows(row, plan_year - 1, zone))
            except ValueError as wrong:
                raise BadLine(f"{path.name}, line {rows.line_num}: {wrong}") from None
    return found


def _windows(row: dict[str, str], held: int, zone: ZoneInfo) -> Iterator[Wanted]:
    stage, area = row["stage"].strip(), row["area"].strip()
    area = cycles.city_code() if area in ("", "kota") else area
    spread, days = (row.get("spread") or "").strip(), (row.get("days") or "0").strip()
    if stage not in STAGES:
        raise ValueError(f"there is no stage {stage!r}; known are {', '.join(STAGES)}.")
    if area not in labels().areas:
        raise ValueError(f"there is no area with the code {area!r}.")
    if spread not in SPREADS or not days.isdecimal():
        raise ValueError("spread is kecamatan, kelurahan or empty, and days a whole number.")
    want = Wanted(
        stage,
        area,
        _moment(row["opens"], held, zone, time(0, 0)),
        _moment(row["closes"], held, zone, time(23, 59, 59)),
    )
    areas = cycle_work.below(area, spread) if spread else [area]
    yield from staggered(want, areas, int(days))


def _moment(text: str, held: int, zone: ZoneInfo, usual: time) -> datetime:
    found = MOMENT.fullmatch((text or "").strip())
    if found is None:
        raise ValueError(f"{text!r} is no day; write 2027-01-10 08:00 or 01-10 08:00.")
    shift, year, month, day, hour, minute = found.groups()
    clock = time(int(hour), int(minute)) if hour else usual
    whole = int(year) if year else held + int(shift or 0)
    try:
        return datetime.combine(datetime(whole, int(month), int(day)), clock, zone)
    except ValueError:
        raise ValueError(f"there is no day {text!r}.") from None
