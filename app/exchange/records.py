"""One row of somebody's table as a complaint with its trail, or the reasons why it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from app.kinds.lapor import LAPOR
from app.queries.rules import Case
from app.services.bulk import NewChange
from app.workflow import Step
from models import ROAD_CLASSES

from . import ground as read
from .dates import Moment
from .ground import EARLIEST, MOST_BODY, Entry, Ground, Refused
from .tables import Row

Owner = Callable[[Case], str]  # the department code the rules give, or ""
TO_OWNER = ("verify", "route", "accept")
# How a complaint comes to stand where it stands, by the steps every such complaint has taken.
PATHS: dict[str, tuple[str, ...]] = {
    "received": (),
    "verified": ("verify",),
    "routed": ("verify", "route"),
    "accepted": TO_OWNER,
    "working": (*TO_OWNER, "start"),
    "proof_submitted": (*TO_OWNER, "start", "submit_proof"),
    "resolved": (*TO_OWNER, "start", "submit_proof", "resolve"),
    "closed": (*TO_OWNER, "start", "submit_proof", "resolve", "lapse"),
    "to_external": ("verify", "refer"),
    "rejected": ("reject",),
    "archived": ("archive",),
}
ANSWERED = {"resolved": (*TO_OWNER, "answer"), "closed": (*TO_OWNER, "answer", "lapse")}
# The column that says when a step was taken.
WHEN = {
    "verify": "verified",
    "route": "routed",
    "refer": "routed",
    "accept": "accepted",
    "start": "started",
    "submit_proof": "resolved",
    "resolve": "resolved",
    "answer": "resolved",
    "lapse": "closed",
    "confirm": "closed",
    "reject": "closed",
    "archive": "closed",
}


@dataclass(kw_only=True)
class Record(Entry):
    """A complaint as the table tells it."""

    road_class: str
    answer: str
    reason: str
    rating: int | None
    happened: datetime | None


def record(row: Row, ground: Ground) -> Record:
    """The complaint in a row; where it lies is settled later.  Raises Refused."""
    if row.problem:
        raise Refused(row.problem)
    notes = list(row.notes)

    def cell(name: str) -> str:
        return ground.mapping.cell(row.cells, name)

    identity = cell("id")
    if not identity or len(identity) > 200:
        raise Refused(_("There is no number by which the row could be known again."))
    category = ground.categories.get(cell("category"))
    if category is None:
        raise Refused(_("The category “%(name)s” is not in the mapping.", name=cell("category")))
    title, body = read.words(cell("title"), cell("body"), notes)
    found = Record(
        number=row.number,
        external_id=identity,
        row_hash=read.digest(row, ground.mapping),
        category=category,
        state=_state(cell("state")),
        title=title,
        body=body,
        place=read.place(cell, ground, notes),
        area_code=read.area(cell, ground),
        rw=read.small(cell("rw"), "RW", notes),
        rt=read.small(cell("rt"), "RT", notes),
        address=cell("address")[:200],
        visibility=read.visibility(cell("visibility"), category),
        channel=cell("channel")[:20] or "impor",
        road_class=cell("road_class") if cell("road_class") in ROAD_CLASSES else "tidak_tahu",
        department=read.department(cell("department"), ground),
        reporter=cell("reporter")[:120],
        answer=cell("answer")[:MOST_BODY],
        reason=cell("reason"),
        rating=_rating(cell("rating"), notes),
        happened=None,
        at=_moments(cell, ground, notes),
        notes=notes,
    )
    if happened := read.when("happened_on", cell("happened_on"), ground, notes):
        found.happened = happened.at
    return found


def _state(code: str) -> str:
    if code not in PATHS:
        raise Refused(_("The status “%(name)s” is not in the mapping.", name=code))
    return code


def _rating(text: str, notes: list[str]) -> int | None:
    if text in ("1", "2", "3", "4", "5"):
        return int(text)
    if text:
        notes.append(_("the rating “%(text)s” was left out", text=text[:20]))
    return None


def _moments(cell: Any, ground: Ground, notes: list[str]) -> dict[str, Moment]:
    at = {}
    for name in set(WHEN.values()) | {"created"}:
        found = read.when(name, cell(name), ground, notes, needed=name == "created")
        if found is not None:
            at[name] = found
    if "created" not in at:
        raise Refused(_("The day of the report is missing."))
    filed = at["created"].at
    if filed > ground.now + timedelta(hours=12):
        raise Refused(_("The day of the report has not come yet."))
    if filed.year < EARLIEST:
        raise Refused(_("The day of the report lies before the year 2000."))
    return at


def path(found: Record) -> list[Step]:
    """The steps this complaint has taken.  Raises Refused when it cannot stand where it does."""
    names = PATHS[found.state]
    if not found.category.place_bound:
        if found.state == "proof_submitted":
            raise Refused(_("This category has no proof to be checked."))
        names = ANSWERED.get(found.state, names)
    if found.rating is not None and names[-1:] == ("lapse",):
        names = (*names[:-1], "confirm")
    steps = [LAPOR.workflow.named(name) for name in names]
    last = steps[-1] if steps else None
    if last is not None and last.reasons and found.reason not in last.reasons:
        codes = ", ".join(last.reasons)
        raise Refused(_("The reason is missing; it is one of: %(codes)s.", codes=codes))
    return steps


def tell(found: Record, ref: int, ground: Ground, owner: Owner) -> None:
    """Write the trail, and see that every moment follows the one before.  Raises Refused."""
    steps = path(found)
    _settle_owner(found, steps, ground, owner)
    at = min(found.at["created"].at, ground.now)
    source = LAPOR.workflow.initial
    came = read.came_from(found, ground)
    unknown = f"{came} {_('When this was is not recorded there.')}"
    found.trail = [NewChange(ref, 1, "author", "file", "", source, "", came, at)]
    for pos, step in enumerate(steps, 2):
        known = found.at.get(WHEN[step.name])
        said = unknown if known is None else came
        put_right = _("a date before the one it follows was put right")
        if known is not None and _before(known, at, ground) and put_right not in found.notes:
            found.notes.append(put_right)
        at = min(max(at, known.at if known else at), ground.now)
        target = step.target or source
        reason = found.reason if step.reasons else ""
        if pos == len(steps) + 1 and found.answer:
            said = f"{said}\n\n{found.answer}"
        if step.name == "lapse":
            said += " " + _("Closed there; what the reporter said is not recorded.")
        found.trail.append(
            NewChange(ref, pos, "system", step.name, source, target, reason, said, at)
        )
        source = target


def _before(known: Moment, at: datetime, ground: Ground) -> bool:
    """Does a moment lie before another?  Of a day alone only the day counts."""
    if known.timed:
        return known.at < at
    return known.at.astimezone(ground.zone).date() < at.astimezone(ground.zone).date()


def _settle_owner(found: Record, steps: list[Step], ground: Ground, owner: Owner) -> None:
    """What was sent somewhere has an owner; the rules name one where the row does not."""
    named = {step.name for step in steps}
    if "refer" in named:
        if not ground.departments.get(found.department, False):
            raise Refused(_("The owner outside the city is missing."))
    elif "route" in named and not found.department:
        text = " ".join((found.title, found.address, found.body))
        case = Case(found.category.code, found.area_code, found.road_class, text)
        found.department = owner(case)
        if not found.department:
            raise Refused(_("No department is named, and no rule leads to one."))
        found.notes.append(_("the department follows from the rules"))
    elif "route" not in named:
        found.department = ""
