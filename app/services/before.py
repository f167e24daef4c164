"""What must hold before a step is taken or an item filed, beyond the item itself.

``checks`` run inside the step's transaction, with the item locked and its answers checked;
``filings`` before anything is written.  Each raises Refused or Incomplete.  ``at`` is when the
request arrived: what was sent in time counts, however long the queue was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.access import Actor
from app.forms import amounts
from app.kinds import Kind, kind_of
from app.queries import cycle_words, cycles
from app.queries.calendar import city_day
from app.queries.cycles import LEVEL_STAGES, Timetable
from app.workflow import Step
from models import PROPOSAL_LEVELS, Item, db

from . import carry, credit, levels, ranking_locks, realisation, rw_limits, splitting
from .answers import Refused

Check = Callable[[Item, Step, Actor, Mapping[str, Any], datetime], None]
FilingCheck = Callable[[Kind, Actor, Mapping[str, Any], datetime], None]
CITY_WIDE = PROPOSAL_LEVELS[3:]  # decided by departments and the city, whatever the area


class Closed(Refused):
    """The stage is closed there; ``args[1]`` says so for people, ``table`` when it is open."""

    def __init__(self, name: str, why: str, stage: str, table: Timetable) -> None:
        super().__init__(name, why)
        self.stage, self.table = stage, table


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """Raises Refused when something forbids the step now."""
    for check in checks:
        check(item, step, actor, given, at)


def filing(kind: Kind, actor: Actor, values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What follows for the item from when it is filed.  Raises Refused when that is not open."""
    follows: dict[str, Any] = {}
    if kind.filed_in and not values.get("plan_year"):
        area = values["area_code"]
        follows["plan_year"] = cycles.filing_year(db.session, kind.filed_in, area, at)
    for check in filings:
        check(kind, actor, {**values, **follows}, at)
    return follows


def require_level(plan_year: int, level: str, area_code: str | None, at: datetime) -> None:
    """Raises Closed while nobody may decide at that level there.

    ``area_code`` None (or a level of departments) means the whole city.
    """
    area = area_code or ""
    if not area or level in CITY_WIDE:
        area = cycles.city_code()
    tables = cycles.timetables(db.session, plan_year, area, LEVEL_STAGES[level])
    if any(table.is_open(at) for table in tables.values()):
        return
    stage = next((s for s, t in tables.items() if t.next(at)), LEVEL_STAGES[level][-1])
    why = cycle_words.closed(stage, area, tables[stage], at)
    raise Closed("note", why, stage, tables[stage])


def window_of_step(
    item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime
) -> None:
    """What a level decides it decides while its stage is open there."""
    if step.name not in kind_of(item).in_stage or actor.seats_as("system"):
        return
    require_level(item.plan_year, item.level, item.area_code, at)  # type: ignore[attr-defined]


def window_of_filing(kind: Kind, actor: Actor, values: Mapping[str, Any], at: datetime) -> None:
    """Some kinds are filed while a stage is open in the area."""
    if not kind.filed_in or actor.seats_as("system"):
        return
    area = values["area_code"]
    table = cycles.timetable(db.session, values["plan_year"], kind.filed_in, area)
    if not table.is_open(at):
        why = cycle_words.closed(kind.filed_in, area, table, at)
        kept = _("What you typed is kept.")
        raise Closed("", f"{why} {kept}", kind.filed_in, table)


def line_fits(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """A line of the catalogue has a largest volume in one proposal."""
    largest = given["line"]["largest"] if "line" in given else None
    if largest is not None and given["volume"] > largest:
        raise Refused("volume", _("At most %(n)s in one proposal.", n=amounts.written(largest)))


def still_to_come(
    item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime
) -> None:
    """A day that somebody names as a promise is not over when they name it."""
    for name in ("date", "expected_on"):
        if name in given and given[name] < city_day(at):
            raise Refused(name, _("Please choose a day that is still to come."))


checks: tuple[Check, ...] = (
    still_to_come,
    line_fits,
    window_of_step,
    ranking_locks.hold_lists,
    levels.checked,
    realisation.checked,
    credit.checked,
    carry.checked,
    splitting.checked,
)
filings: tuple[FilingCheck, ...] = (window_of_filing, rw_limits.check)
