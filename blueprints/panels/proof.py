"""What the checks found on the proof, calmly, for everybody; and how often answers held."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from app.access import Actor
from app.kinds import kind_of
from app.queries import closing, proof
from app.workflow import Phase
from models import AnySession, Item, reading

from . import Panel

slot, order = "body", 10
KEPT = 600  # seconds for which a department's shares are remembered


def panel(item: Item, actor: Actor, reads: AnySession) -> Panel | None:
    """The last proof, the department's share of disputes, the way on after an appeal."""
    if not _answered(item):
        return None
    values: dict[str, Any] = {
        "proofs": proof.of_item(reads, item, actor),
        "verdicts": _verdicts(item),
        "ombudsman": getattr(item, "appealed", False) and item.state == "closed",
    }
    return Panel("proof.html", values) if any(values.values()) else None


def _answered(item: Item) -> bool:
    """Has somebody said that it is done?  Only kinds whose steps prove something ask."""
    workflow = kind_of(item).workflow
    if not any(step.proves for step in workflow.steps):
        return False
    return item.state in proof.JUDGED or workflow[item.state].phase is Phase.DONE


def _verdicts(item: Item) -> closing.Verdicts | None:
    code = item.department_code
    found = verdicts_of(code, int(time.time()) // KEPT) if code else None
    return found if found and found.enough else None


@lru_cache(maxsize=512)
def verdicts_of(code: str, _now: int) -> closing.Verdicts:
    """A department's shares, asked once in ten minutes."""
    return closing.of_department(reading(), code)
