"""The public calendar of a cycle: what is open now, what comes next, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from app.queries import cycle_words, cycles
from app.queries.cycles import Timetable, Window
from app.queries.labels import area_label
from models import STAGES, AnySession, Cycle, CycleWindow


class Group(NamedTuple):
    """Areas that share the same dates."""

    opens_at: datetime
    closes_at: datetime
    areas: tuple[str, ...]
    reason: str
    act: str
    open: bool
    seat: str
    decided_at: datetime


@dataclass(frozen=True)
class StageLine:
    """A stage of a cycle as one area sees it; ``groups`` are all its dates in the city."""

    stage: str
    state: str
    said: str
    table: Timetable
    groups: tuple[Group, ...]
    open_in: int
    varies: bool
    again: str = ""

    @property
    def name(self) -> str:
        """What the stage is called."""
        return cycle_words.stage_name(self.stage)

    @property
    def purpose(self) -> str:
        """What it is for, in plain words."""
        return str(cycle_words.STAGE_PURPOSES[self.stage])


@dataclass(frozen=True)
class CyclePage:
    """A cycle with its stages, for one area or the city."""

    cycle: Cycle
    lines: tuple[StageLine, ...]

    @property
    def now(self) -> tuple[StageLine, ...]:
        """What is open at this moment, here or somewhere."""
        return tuple(line for line in self.lines if line.state == "open")

    @property
    def next(self) -> StageLine | None:
        """What opens next."""
        return next((line for line in self.lines if line.state == "coming"), None)

    @property
    def declared(self) -> bool:
        """Has it any dates?"""
        return any(line.groups for line in self.lines)


def page(session: AnySession, cycle: Cycle, area_code: str, at: datetime) -> CyclePage:
    """The cycle as the area sees it; one query."""
    found = cycles.standing(session, CycleWindow.plan_year == cycle.plan_year)
    by_stage: dict[str, list[Window]] = defaultdict(list)
    for window in found:
        by_stage[window.stage].append(window)
    lines = [_line(stage, by_stage[stage], area_code, at) for stage in STAGES]
    return CyclePage(cycle, tuple(lines))


def _line(stage: str, windows: Sequence[Window], area_code: str, at: datetime) -> StageLine:
    table = Timetable.of(windows, area_code)
    groups = _groups(windows, at)
    varies = area_code == cycles.city_code() and len({w.area_code for w in windows}) > 1
    open_in = len({area for group in groups if group.open for area in group.areas})
    if varies:  # the whole city: what is true somewhere
        table = Timetable(tuple(windows))
    if not table.windows:
        return StageLine(stage, "free", "", table, groups, open_in, varies)
    state = "open" if table.at(at) else "coming" if table.next(at) else "over"
    said, again = cycle_words.standing(stage, table, at), cycle_words.again(table, at)
    return StageLine(stage, state, said, table, groups, open_in, varies, again)


def _groups(windows: Iterable[Window], at: datetime) -> tuple[Group, ...]:
    """Windows of the same dates together, by when they open."""
    together: dict[tuple[datetime, datetime, str, str], list[Window]] = defaultdict(list)
    for w in windows:
        together[w.opens_at, w.closes_at, w.reason if w.act == "reopen" else "", w.act].append(w)
    made = []
    for (first, last, reason, act), some in sorted(together.items()):
        areas = tuple(sorted(area_label(w.area_code) for w in some))
        latest = max(some, key=lambda w: w.id)
        is_open = first <= at <= last
        made.append(Group(first, last, areas, reason, act, is_open, latest.seat, latest.decided_at))
    return tuple(made)


def agenda(session: AnySession, area_code: str) -> list[Window]:
    """Every window of every cycle that an area sees; of the city all of them."""
    found = cycles.standing(session)
    if area_code == cycles.city_code():
        return found
    by_stage: dict[tuple[int, str], list[Window]] = defaultdict(list)
    for window in found:
        by_stage[window.plan_year, window.stage].append(window)
    return [w for some in by_stage.values() for w in Timetable.of(some, area_code).windows]


def ics(windows: Iterable[Window], host: str, link: str) -> str:
    """The windows as a calendar (RFC 5545); a moved window keeps its UID."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rembuk//Musrenbang//ID",
             "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:Musrenbang"]  # fmt: skip
    for w in windows:
        own = f"reopen-{w.id}" if w.act == "reopen" else f"{w.plan_year}-{w.stage}-{w.area_code}"
        title = f"{cycle_words.stage_name(w.stage)}, {area_label(w.area_code)}"
        about = cycle_words.both_years(w.plan_year) + (f". {w.reason}" if w.reason else "")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{own}@{host}",
            f"DTSTAMP:{_utc(w.decided_at)}",
            f"SEQUENCE:{w.id}",
            f"DTSTART:{_utc(w.opens_at)}",
            f"DTEND:{_utc(w.closes_at)}",
            f"SUMMARY:{_escaped(title)}",
            f"DESCRIPTION:{_escaped(about)}",
            f"URL:{link}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets; what is longer goes on behind a space."""
    parts, rest = [], line
    while len(rest.encode()) > 73:
        cut = 73
        while len(rest[:cut].encode()) > 73:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*parts, rest])
