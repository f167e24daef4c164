"""Of which cycle a proposal is, until when its level may decide, and the same in other cycles."""

from __future__ import annotations

from typing import Any

from flask import g

from app.access import Actor
from app.kinds import kind_of
from app.queries import carried, cycle_words, cycles
from app.queries.cycles import LEVEL_STAGES
from app.services.before import CITY_WIDE
from models import AnySession, Item, Proposal

from . import Panel

slot, order = "due", 5


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """Both years for everybody; the window only while a level has it in hand."""
    if not isinstance(item, Proposal):
        return None
    values: dict[str, Any] = {
        "years": cycle_words.both_years(item.plan_year),
        "window": _window(item, reads) if kind_of(item).held_by(item) == "level" else "",
        "history": carried.history(reads, item),
    }
    return Panel("cycle.html", values)


def _window(item: Proposal, reads: AnySession) -> str:
    """How the stage of its level stands there; "" where nothing is declared."""
    area = cycles.city_code() if item.level in CITY_WIDE else item.area_code
    tables = cycles.timetables(reads, item.plan_year, area, LEVEL_STAGES[item.level])
    declared = {stage: table for stage, table in tables.items() if table.windows}
    for stage, table in declared.items():
        if table.is_open(g.arrived) or stage == LEVEL_STAGES[item.level][-1]:
            said = cycle_words.standing(stage, table, g.arrived)
            again = cycle_words.again(table, g.arrived)
            return " ".join(filter(None, (f"{cycle_words.stage_name(stage)}: {said}", again)))
    return ""
