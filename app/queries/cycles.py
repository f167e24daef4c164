"""When a stage of a cycle is open in an area.  The narrowest declared area decides.

A window holds from ``opens_at`` to ``closes_at``, both included.  Where no window is declared a
stage is open: a city may run without a calendar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.queries.calendar import city_day
from models import PROPOSAL_LEVELS, STAGES, AnySession, Cycle, CycleWindow
from models.area import chain

AREA_STAGES = STAGES[:3]  # held in each kelurahan or kecamatan; the others for the whole city
DELIBERATED = STAGES[:5]
# The stages in which a level decides: what an RW asks for is checked by its kelurahan.
LEVEL_STAGES = {
    "rw": ("rembug_warga", "kelurahan"),
    "kelurahan": ("kelurahan",),
    "kecamatan": ("kecamatan",),
    "forum_opd": ("forum_opd",),
    "kota": ("kota",),
}


@dataclass(frozen=True)
class Window:
    """A time for which a stage is open in an area, and who decided so."""

    id: int
    plan_year: int
    stage: str
    area_code: str
    act: str
    opens_at: datetime
    closes_at: datetime
    reason: str
    seat: str
    decided_at: datetime

    def holds(self, at: datetime) -> bool:
        """Is it open at that moment?  The last moment counts."""
        return self.opens_at <= at <= self.closes_at


def city_code() -> str:
    """The area that is the whole city."""
    return str(current_app.config["CITY"].code)


def stage_of(level: str) -> str:
    """The stage that is named after a level; ``rembug_warga`` for the RW's."""
    return STAGES[PROPOSAL_LEVELS.index(level)]


@dataclass(frozen=True)
class Timetable:
    """The windows that apply to one area in one stage, by when they open."""

    windows: tuple[Window, ...]

    @classmethod
    def of(cls, declared: Iterable[Window], area_code: str) -> Timetable:
        """Of windows of one stage: the narrowest area's own, and every reopening around it."""
        around = chain(area_code)
        near = [window for window in declared if window.area_code in around]
        base = [w for w in near if w.act == "set"]
        narrowest = max((w.area_code for w in base), key=len, default="")
        mine = [w for w in base if w.area_code == narrowest]
        if mine:  # without any it is open anyway, so there is nothing to open again
            mine += [w for w in near if w.act == "reopen"]
        return cls(tuple(sorted(mine, key=lambda w: (w.opens_at, w.id))))

    def at(self, at: datetime) -> Window | None:
        """The window that is open then; of several the one that closes last."""
        held = [window for window in self.windows if window.holds(at)]
        return max(held, key=lambda window: window.closes_at, default=None)

    def next(self, at: datetime) -> Window | None:
        """The next that opens after that moment."""
        return next((window for window in self.windows if window.opens_at > at), None)

    def last(self, at: datetime) -> Window | None:
        """The one that closed last before that moment."""
        over = [window for window in self.windows if window.closes_at < at]
        return max(over, key=lambda window: window.closes_at, default=None)

    def governs(self, at: datetime) -> Window | None:
        """The open one, else the next, else the last; None where nothing is declared."""
        return self.at(at) or self.next(at) or self.last(at)

    def is_open(self, at: datetime) -> bool:
        """Open then, or never declared."""
        return not self.windows or self.at(at) is not None

    def is_over(self, at: datetime) -> bool:
        """Declared, closed, and not to open again."""
        return bool(self.windows) and all(window.closes_at < at for window in self.windows)


_later = aliased(CycleWindow)
COLUMNS = (
    CycleWindow.id,
    CycleWindow.plan_year,
    CycleWindow.stage,
    CycleWindow.area_code,
    CycleWindow.act,
    CycleWindow.opens_at,
    CycleWindow.closes_at,
    CycleWindow.reason,
    CycleWindow.seat,
    CycleWindow.decided_at,
)
STANDING = (
    select(*COLUMNS)
    .where(CycleWindow.act != "remove", ~exists().where(_later.replaces_id == CycleWindow.id))
    .order_by(CycleWindow.opens_at, CycleWindow.id)
)


def standing(session: AnySession, *conditions: ColumnElement[bool]) -> list[Window]:
    """The windows that hold now: decided and not replaced."""
    rows = session.execute(STANDING.where(*conditions))
    return [Window(*tuple(row)) for row in rows]


def timetable(session: AnySession, plan_year: int, stage: str, area_code: str) -> Timetable:
    """When a stage is open in an area; one query."""
    near = standing(
        session,
        CycleWindow.plan_year == plan_year,
        CycleWindow.stage == stage,
        CycleWindow.area_code.in_(chain(area_code)),
    )
    return Timetable.of(near, area_code)


def timetables(
    session: AnySession, plan_year: int, area_code: str, stages: Sequence[str] = STAGES
) -> dict[str, Timetable]:
    """The same for several stages; one query."""
    near: dict[str, list[Window]] = defaultdict(list)
    for found in standing(
        session,
        CycleWindow.plan_year == plan_year,
        CycleWindow.stage.in_(stages),
        CycleWindow.area_code.in_(chain(area_code)),
    ):
        near[found.stage].append(found)
    return {stage: Timetable.of(near[stage], area_code) for stage in stages}


def window(
    session: AnySession, plan_year: int, stage: str, area_code: str, at: datetime
) -> Window | None:
    """The window that governs: the open one, else the next to open, else the last that closed."""
    return timetable(session, plan_year, stage, area_code).governs(at)


def is_open(session: AnySession, plan_year: int, stage: str, area_code: str, at: datetime) -> bool:
    """Is the stage open in the area at that moment?  Where nothing is declared it is."""
    return timetable(session, plan_year, stage, area_code).is_open(at)


BEFORE_CLOSE, AFTER_CLOSE = timedelta(minutes=15), timedelta(minutes=3)


def closes_about(session: AnySession, stage: str, at: datetime) -> bool:
    """Does the stage close anywhere within minutes of this moment?  Then many send at once."""
    about = CycleWindow.closes_at.between(at - AFTER_CLOSE, at + BEFORE_CLOSE)
    return session.scalar(STANDING.where(CycleWindow.stage == stage, about).limit(1)) is not None


def cycles(session: AnySession) -> list[Cycle]:
    """All cycles, the latest first."""
    return list(session.scalars(select(Cycle).order_by(Cycle.plan_year.desc())))


def current(session: AnySession, day: date) -> Cycle | None:
    """The cycle whose stages from Rembug Warga to the city run, else the next, else the latest."""
    deliberated = CycleWindow.stage.in_(DELIBERATED)
    spans = (
        STANDING.with_only_columns(
            CycleWindow.plan_year,
            func.min(CycleWindow.opens_at).label("first"),
            func.max(CycleWindow.closes_at).label("last"),
        )
        .where(deliberated)
        .group_by(CycleWindow.plan_year)
        .order_by(None)
        .subquery()
    )
    query = select(Cycle, spans.c.first, spans.c.last).outerjoin(
        spans, spans.c.plan_year == Cycle.plan_year
    )
    rows = session.execute(query.order_by(Cycle.plan_year)).all()
    known = [(c, city_day(first), city_day(last)) for c, first, last in rows if first is not None]
    running = [c for c, first, last in known if first <= day <= last]
    coming = [c for c, first, _last in known if first > day]
    blank = [c for c, first, _last in rows if first is None and c.held_year >= day.year]
    everything = [c for c, _first, _last in rows]
    return next(iter(running or coming or blank or everything[-1:]), None)


def filing_year(session: AnySession, stage: str, area_code: str, at: datetime) -> int:
    """The plan year for which something that is filed then is meant.

    Open windows decide (the nearest year first); else the next to open; else the year after.
    """
    usual = city_day(at).year + 1
    near: dict[int, list[Window]] = defaultdict(list)
    for found in standing(
        session, CycleWindow.stage == stage, CycleWindow.area_code.in_(chain(area_code))
    ):
        near[found.plan_year].append(found)
    tables = {year: Timetable.of(windows, area_code) for year, windows in sorted(near.items())}
    tables = {year: table for year, table in tables.items() if table.windows}
    for year, table in tables.items():
        if table.at(at) is not None:
            return year
    if usual not in tables:
        return usual
    opening = {year: table.next(at) for year, table in tables.items()}
    coming = [(w.opens_at, year) for year, w in opening.items() if w is not None]
    return min(coming)[1] if coming else usual
