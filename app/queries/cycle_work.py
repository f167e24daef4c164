"""What planners see of a cycle: its windows by stage, gaps, and every decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.queries import cycles
from app.queries.cycles import AREA_STAGES, Timetable, Window
from app.queries.labels import area_label, labels
from models import STAGES, AnySession, CycleWindow

HISTORY = 200


@dataclass(frozen=True)
class StageRows:
    """The windows of a stage, the widest area first, and the kecamatan without any."""

    stage: str
    windows: tuple[Window, ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One decision and what it stood for before."""

    row: CycleWindow
    before: CycleWindow | None


def stages(session: AnySession, plan_year: int) -> list[StageRows]:
    """Every stage with its windows; one query."""
    found = cycles.standing(session, CycleWindow.plan_year == plan_year)
    return [_stage(stage, [w for w in found if w.stage == stage]) for stage in STAGES]


def _stage(stage: str, windows: Sequence[Window]) -> StageRows:
    order = sorted(windows, key=lambda w: (len(w.area_code), w.area_code, w.opens_at))
    without: tuple[str, ...] = ()
    if windows and stage in AREA_STAGES:
        without = tuple(
            area_label(code)
            for code in below(cycles.city_code(), "kecamatan")
            if not Timetable.of(windows, code).windows
            and not all(Timetable.of(windows, k).windows for k in below(code, "kelurahan"))
        )
    return StageRows(stage, tuple(order), without)


def below(area_code: str, level: str) -> list[str]:
    """The areas of a level in an area (itself, if it is one), by code."""
    known = labels()
    here = known.areas.keys()
    if level == "kelurahan":
        here = {code: "" for some in known.kelurahan.values() for code, _name in some}.keys()
    return sorted(
        code
        for code in here
        if known.levels.get(code) == level
        and (code == area_code or code.startswith(f"{area_code}."))
    )


def history(session: AnySession, plan_year: int) -> list[Decision]:
    """Every decision about a cycle, the latest first."""
    earlier = aliased(CycleWindow)
    query = (
        select(CycleWindow, earlier)
        .outerjoin(earlier, earlier.id == CycleWindow.replaces_id)
        .where(CycleWindow.plan_year == plan_year)
        .order_by(CycleWindow.id.desc())
        .limit(HISTORY)
    )
    return [Decision(row, before) for row, before in session.execute(query)]
