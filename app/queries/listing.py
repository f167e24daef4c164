"""What stands beside a list: its filters with counts, and the way from a typed number."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.kinds import KINDS
from app.queries import choices, facets, handover, routing
from app.queries.items import Filters
from app.queries.labels import area_label, department_label
from app.workflow import Phase
from models import Item

PHASES = {
    Phase.NEW: _("New"),
    Phase.OPEN: _("In progress"),
    Phase.DONE: _("Done"),
    Phase.CLOSED: _("Not continued"),
}
NUMBER = re.compile(r"^([A-Z])[- ]?(\d{4})[- ]?(\d{1,7})(?:[- ]?(\d))?$")


def check_digit(digits: str) -> str:
    """The check digit of a public number (ISO 7064 MOD 11,10) over year and number."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def as_number(text: str) -> str | None:
    """The public number somebody typed ("l 2026 12345"), completed; None when it is none."""
    found = NUMBER.match(text.strip().upper())
    if found is None or found[1] not in {kind.letter for kind in KINDS.values()}:
        return None
    digits = found[3].zfill(7)
    right = check_digit(found[2] + digits)
    if found[4] not in (None, right):
        return None
    return f"{found[1]}-{found[2]}-{digits}-{right}"


BESIDE = {"area", "district"}  # filters next to which counts cost little and hold


def options(session: Session, filters: Filters) -> dict[str, Any]:
    """What the filters of a list offer, and how much each choice would leave.

    Counts stand beside a list that is narrowed to a kind and an area at most; ``None`` elsewhere.
    """
    counts = None
    if set(filters.active) <= BESIDE:
        area = filters.area if filters.active else None
        counts = facets.counts(session, facets.Chosen(kind=filters.kind or None, area=area))
    return {
        "counts": counts,
        "phases": PHASES,
        "categories": choices.categories(filters.kind) if filters.kind else [],
        "area_name": area_label(filters.area) if filters.area else "",
        "department_name": department_label(filters.department) if filters.department else "",
        "states": KINDS[filters.kind].workflow.states if filters.kind else (),
    }


def why(session: Session, item: Item) -> Any:
    """Which rule leads from this item to a department, for its page; None without a rule."""
    return routing.suggest(session, item)


def prefill(session: Session, form: Any, item: Item) -> None:
    """Offer the department the rules name, never one that has sent the item back already."""
    asked = [name for name in ("department", "external") if name in form and not form[name].data]
    if not asked:
        return
    explanation = why(session, item)
    back = handover.returned_by(session, item) if getattr(item, "returns", 0) else set[str]()
    offered = (item.department_code, explanation.department_code if explanation else None)
    best = next((code for code in offered if code and code not in back), None)
    for name in asked:
        known = {value for value, *_rest in form[name].iter_choices()}
        form[name].data = best if best in known else None
