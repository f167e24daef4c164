"""Tell in time that a stage opens or closes: those who decide there, and whoever has a draft.

Each mark of each window is told once, in the transaction that writes it down.  Where a window was
set late, only the nearest mark is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.config import SettingsError
from app.kinds import KINDS
from app.queries import cycles, typed_place
from app.queries.actors import actor_of, in_force
from app.queries.calendar import city_day
from app.queries.cycles import AREA_STAGES, LEVEL_STAGES, Timetable, Window
from models import (
    STAGES,
    CycleReminder,
    CycleWindow,
    Draft,
    Intake,
    Item,
    Mandate,
    Proposal,
    User,
    db,
)

from . import notices

OPENED, OPENED_WITHIN = "opened", timedelta(days=1)
USUAL_MARKS = ("3d", "1d", "3h")
SIZES = {"d": timedelta(days=1), "h": timedelta(hours=1)}
# Who decides in a stage; the city's own seats hear of the city's own dates alone.
ROLES: Mapping[str, tuple[str, ...]] = {
    "rembug_warga": ("operator", "moderator", "validator"),
    "kelurahan": ("moderator", "validator"),
    "kecamatan": ("validator", "planner"),
    "forum_opd": ("officer", "planner"),
    "kota": ("planner", "tapd"),
    "rkpd": ("planner",),
    "apbd": ("planner", "tapd"),
    "realisation": ("officer", "planner"),
}
UNDECIDED = ("submitted", "verified")
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Due:
    """Windows of one stage that open or close at the same moment, and the mark reached."""

    plan_year: int
    stage: str
    at: datetime
    mark: str
    windows: tuple[Window, ...]

    @property
    def name(self) -> str:
        """What makes it come once to each person."""
        return f"{self.plan_year} {self.stage} {self.at:%Y-%m-%dT%H:%M} {self.mark}"


def marks() -> dict[str, timedelta]:
    """How long before a close is told, from ``[cycle] reminders``.  Raises SettingsError."""
    said = current_app.config["CITY"].facts.get("cycle", {}).get("reminders", USUAL_MARKS)
    try:
        return {str(mark): int(mark[:-1]) * SIZES[mark[-1]] for mark in said}
    except (KeyError, ValueError, IndexError):
        raise SettingsError('settings.toml, [cycle] reminders must be like ["3d", "3h"].') from None


def remind(now: datetime | None = None) -> int:
    """Tell what is due; returns how many people were told.  Commit afterwards."""
    now = now or datetime.now(UTC)
    told = 0
    for due in _due(now):
        people = recipients(due, now)
        event = "stage_opened" if due.mark == OPENED else "stage_closing"
        told += len(notices.tell_all(people, event, due.name))
    return told


def _due(now: datetime) -> list[Due]:
    """What was reached and is now written down, the same moments together."""
    before = marks()
    furthest = max(before.values(), default=timedelta())
    soon = CycleWindow.closes_at.between(now, now + furthest)
    fresh = CycleWindow.opens_at.between(now - OPENED_WITHIN, now)
    groups: dict[tuple[int, str, datetime, str], list[Window]] = defaultdict(list)
    for window in cycles.standing(db.session, soon | fresh):
        if not window.holds(now):
            continue
        name = (window.plan_year, window.stage, window.closes_at)
        if now - window.opens_at <= OPENED_WITHIN and _written(window, [OPENED]):
            groups[*name, OPENED].append(window)
        reached = [m for m, size in before.items() if window.closes_at - size <= now]
        nearest = min(reached, key=before.__getitem__, default="")
        if nearest in _written(window, reached):
            groups[*name, nearest].append(window)
    return [Due(*name, tuple(windows)) for name, windows in sorted(groups.items())]


def _written(window: Window, reached: Sequence[str]) -> set[str]:
    """Those marks that were not written down before; they are now."""
    if not reached:
        return set()
    rows = [{"window_id": window.id, "mark": mark} for mark in reached]
    new = insert(CycleReminder).on_conflict_do_nothing().returning(CycleReminder.mark)
    return set(db.session.scalars(new, rows))


def recipients(due: Due, now: datetime) -> dict[int, dict[str, Any]]:
    """Who hears of it, and what it says to each: area, undecided proposals, unsent drafts."""
    declared = cycles.standing(
        db.session, CycleWindow.plan_year == due.plan_year, CycleWindow.stage == due.stage
    )
    facts = {"stage": due.stage, "year": due.plan_year, "at": due.at.isoformat()}
    reasons = [window.reason for window in due.windows if window.act == "reopen"]
    if reasons:
        facts["reason"] = reasons[0]
    people: dict[int, dict[str, Any]] = {}
    undecided = _undecided(due)
    for mandate in _mandates(due.stage):
        area = _hears(mandate, due, declared)
        if area and mandate.user_id not in people:
            waiting = sum(n for place, n in undecided.items() if _is_theirs(mandate, place))
            people[mandate.user_id] = {**facts, "area": area, "waiting": waiting}
    for user_id, (area, count) in _drafts(due, declared, now).items():
        people[user_id] = {**facts, "area": area, **people.get(user_id, {}), "drafts": count}
    return people


def _mandates(stage: str) -> Iterable[Mandate]:
    held = Mandate.role.in_(ROLES[stage])
    return db.session.scalars(select(Mandate).where(held, *in_force(city_day())))


def _hears(mandate: Mandate, due: Due, declared: Sequence[Window]) -> str:
    """The area of the window that concerns this seat; "" when none does."""
    mine = mandate.area_code or cycles.city_code()
    for window in due.windows:
        inside = window.area_code.startswith(f"{mine}.")
        narrow = mine != cycles.city_code() and inside
        governed = window in Timetable.of(declared, mine).windows
        if governed or narrow:
            return mine if governed and mandate.area_code else window.area_code
    return ""


def _undecided(due: Due) -> dict[tuple[str, int | None, str | None], int]:
    """Proposals that wait for a decision in this stage, by kelurahan, RW and department."""
    levels = [level for level, stages in LEVEL_STAGES.items() if due.stage in stages]
    if due.stage == STAGES[0]:
        levels = ["rw"]
    place = (Item.area_code, Item.rw, Item.department_code)
    rows = db.session.execute(
        select(*place, func.count())
        .join(Proposal.__table__, Proposal.__table__.c.id == Item.id)
        .where(
            Proposal.__table__.c.level.in_(levels),
            Proposal.__table__.c.plan_year == due.plan_year,
            Item.state.in_(UNDECIDED),
        )
        .group_by(*place)
    )
    return {(area, rw, department): n for area, rw, department, n in rows}


def _is_theirs(mandate: Mandate, place: tuple[str, int | None, str | None]) -> bool:
    area, rw, department = place
    if mandate.department_code is not None and mandate.role == "officer":
        return department == mandate.department_code
    mine = mandate.area_code or cycles.city_code()
    here = area == mine or area.startswith(f"{mine}.")
    return here and mandate.rw in (None, rw)


def _drafts(due: Due, declared: Sequence[Window], now: datetime) -> dict[int, tuple[str, int]]:
    """Whoever has drafts that belong into one of these windows: the area, and how many."""
    kinds = [kind.slug for kind in KINDS.values() if kind.filed_in == due.stage]
    if due.stage not in AREA_STAGES or not kinds:
        return {}
    sent = select(Intake.key).where(Intake.key == Draft.key, Intake.status == "waiting")
    recent = (
        Draft.kind.in_(kinds),
        Draft.updated_at > now - KEPT,
        Draft.user_id.is_not(None),
        ~sent.exists(),
    )
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(Draft, User).join(User, User.id == Draft.user_id).where(*recent)
    for draft, user in db.session.execute(rows):
        area = typed_place.area_of(db.session(), draft.data, actor_of(user))
        if any(window in Timetable.of(declared, area).windows for window in due.windows):
            found[user.id].append(area)
    return {user_id: (areas[0], len(areas)) for user_id, areas in found.items()}
