"""What the checks found on the proof, calmly, for everybody; and how often answers held."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from app.access import Actor
from app.kinds import kind_of
from app.queries import numbers, proof
from app.workflow import Phase
from models import AnySession, Item, reading

from . import Panel

slot, order = "body", 10
KEPT = 600  # seconds for which a department's numbers are remembered
DAYS = max(numbers.DAYS)


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The last proof, the department's share of disputes, the way on after an appeal."""
    if not _answered(item):
        return None
    values: dict[str, Any] = {
        "proofs": proof.of_item(reads, item, actor),
        "verdicts": _verdicts(item),
        "ombudsman": getattr(item, "appealed", False) and item.state == "closed",
    }
    return Panel("proof.html", values | {"days": DAYS}) if any(values.values()) else None


def _answered(item: Item) -> bool:
    """Has somebody said that it is done?  Only kinds whose steps prove something ask."""
    workflow = kind_of(item).workflow
    if not any(step.proves and step.target for step in workflow.steps):
        return False
    return item.state in proof.JUDGED or workflow[item.state].phase is Phase.DONE


def _verdicts(item: Item) -> dict[str, Any] | None:
    code = item.department_code
    found = published(code, int(time.time()) // KEPT) if code else {"disputed_percent": ""}
    return None if found["disputed_percent"] == "" else found


@lru_cache(maxsize=512)
def published(code: str, _now: int) -> dict[str, Any]:
    """What is said of a department's year, asked once in ten minutes."""
    return numbers.published(numbers.of(reading(), "department", code, DAYS))
