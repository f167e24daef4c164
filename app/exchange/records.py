"""One row of somebody's table as a complaint with its trail, or the reasons why it is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.kinds.lapor import LAPOR
from app.queries.rules import Case
from app.services.bulk import NewChange
from app.workflow import Step
from models import ROAD_CLASSES, VISIBILITIES, Category

from .coordinates import Box, NoPosition, Position, pair, position
from .dates import Moment, NoDay, moment
from .mapping import Mapping
from .tables import Row, plain

MOST_TITLE, MOST_BODY = 140, 5000
EARLIEST = 2000
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


class Refused(Exception):
    """The row cannot be brought in; the message says why."""


@dataclass(frozen=True)
class Ground:
    """What a row is read against."""

    mapping: Mapping
    zone: ZoneInfo
    box: Box
    now: datetime
    categories: Map[str, Category]
    departments: Map[str, bool]  # code -> is it outside the city?
    kelurahan: Map[str, tuple[str, ...]]  # plain name or code -> codes
    districts: Map[str, str]  # plain name -> code
    points: Map[str, tuple[float, float]]
    owner: Any  # Case -> department code or ""


@dataclass
class Record:
    """A complaint as the table tells it.  ``at`` are the moments known, by their column."""

    number: int
    external_id: str
    row_hash: str
    category: Category
    state: str
    title: str
    body: str
    place: Position | None
    area_code: str
    rw: int | None
    rt: int | None
    address: str
    visibility: str
    channel: str
    road_class: str
    department: str
    reporter: str
    answer: str
    reason: str
    rating: int | None
    happened: datetime | None
    at: dict[str, Moment]
    notes: list[str] = field(default_factory=list)
    trail: list[NewChange] = field(default_factory=list)


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
    title, body = _words(cell("title"), cell("body"), notes)
    found = Record(
        number=row.number,
        external_id=identity,
        row_hash=_hash(row, ground.mapping),
        category=category,
        state=_state(cell("state")),
        title=title,
        body=body,
        place=_place(cell, ground, notes),
        area_code=_area(cell, ground),
        rw=_small(cell("rw"), "RW", notes),
        rt=_small(cell("rt"), "RT", notes),
        address=cell("address")[:200],
        visibility=_visibility(cell("visibility"), category),
        channel=cell("channel")[:20] or "impor",
        road_class=cell("road_class") if cell("road_class") in ROAD_CLASSES else "tidak_tahu",
        department=_department(cell("department"), ground),
        reporter=cell("reporter")[:120],
        answer=cell("answer")[:MOST_BODY],
        reason=cell("reason"),
        rating=_rating(cell("rating"), notes),
        happened=None,
        at=_moments(cell, ground, notes),
        notes=notes,
    )
    if happened := _moment("happened_on", cell("happened_on"), ground, notes):
        found.happened = happened.at
    return found


def _hash(row: Row, mapping: Mapping) -> str:
    said = "\x1f".join(
        f"{name}={row.cells.get(column, '')}" for name, column in sorted(mapping.columns.items())
    )
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _words(title: str, body: str, notes: list[str]) -> tuple[str, str]:
    title = " ".join(title.split())
    if not title and not body.strip():
        raise Refused(_("There is neither a title nor a text."))
    if not title:
        first = " ".join(body.split())
        title = first if len(first) <= MOST_TITLE else f"{first[: MOST_TITLE - 1].rstrip()}…"
        notes.append(_("the title was made from the text"))
    if not body.strip():
        body = title
    if len(title) > MOST_TITLE:
        body = f"{title}\n\n{body}" if body != title else title
        title = f"{title[: MOST_TITLE - 1].rstrip()}…"
        notes.append(_("the title was too long and stands in full in the text"))
    if len(body) > MOST_BODY:
        body = f"{body[: MOST_BODY - 1]}…"
        notes.append(_("the text was cut after 5,000 characters"))
    return title, body


def _state(code: str) -> str:
    if code not in PATHS:
        raise Refused(_("The status “%(name)s” is not in the mapping.", name=code))
    return code


def _department(code: str, ground: Ground) -> str:
    if code and code not in ground.departments:
        raise Refused(_("The department “%(name)s” is not in the mapping.", name=code))
    return code


def _visibility(said: str, category: Category) -> str:
    if category.is_about_officials:
        return "confidential"
    if said and said not in VISIBILITIES:
        raise Refused(_("The visibility “%(name)s” is not in the mapping.", name=said))
    return said or "anonymous"


def _place(cell: Any, ground: Ground, notes: list[str]) -> Position | None:
    lat, lon, both = cell("latitude"), cell("longitude"), cell("coordinates")
    if not (lat and lon) and not both:
        return None
    try:
        found = position(lat, lon, ground.box) if lat and lon else pair(both, ground.box)
    except NoPosition as error:
        if not cell("area"):
            raise Refused(str(error)) from None
        notes.append(str(error))
        return None
    if found.note:
        notes.append(found.note)
    return found


def _area(cell: Any, ground: Ground) -> str:
    """The kelurahan a row names; nothing when it names none."""
    said = plain(cell("area"))
    for start in ("kelurahan ", "kel. ", "kel "):
        said = said.removeprefix(start)
    if not said:
        return ""
    codes = ground.kelurahan.get(said) or ground.kelurahan.get(said.replace(" ", "")) or ()
    within = ground.districts.get(plain(cell("district")).removeprefix("kecamatan ").strip(), "")
    if within:
        codes = tuple(code for code in codes if code.startswith(f"{within}."))
    if len(codes) != 1:
        raise Refused(_("There is no kelurahan “%(name)s” in the city.", name=cell("area")))
    return codes[0]


def _small(text: str, name: str, notes: list[str]) -> int | None:
    digits = text.upper().removeprefix("RW").removeprefix("RT").strip(" .:0") or ""
    if not digits:
        return None
    if digits.isascii() and digits.isdecimal() and 1 <= int(digits[:6]) <= 60:
        return int(digits)
    notes.append(_("%(name)s “%(text)s” was left out", name=name, text=text[:20]))
    return None


def _rating(text: str, notes: list[str]) -> int | None:
    if text in ("1", "2", "3", "4", "5"):
        return int(text)
    if text:
        notes.append(_("the rating “%(text)s” was left out", text=text[:20]))
    return None


def _moment(name: str, said: str, ground: Ground, notes: list[str]) -> Moment | None:
    if not said:
        return None
    try:
        found = moment(said, ground.zone, ground.mapping.date_order)
    except NoDay:
        if name == "created":
            raise Refused(_("“%(text)s” is no day.", text=said[:40])) from None
        notes.append(_("%(column)s: “%(text)s” is no day", column=name, text=said[:40]))
        return None
    if found.note:
        notes.append(f"{said[:20]}: {found.note}")
    return found


def _moments(cell: Any, ground: Ground, notes: list[str]) -> dict[str, Moment]:
    at = {}
    for name in set(WHEN.values()) | {"created"}:
        found = _moment(name, cell(name), ground, notes)
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


def tell(found: Record, ref: int, ground: Ground) -> None:
    """Write the trail, and see that every moment follows the one before.  Raises Refused."""
    steps = path(found)
    _settle_owner(found, steps, ground)
    at = min(found.at["created"].at, ground.now)
    source = LAPOR.workflow.initial
    came = _(
        "Brought in from %(name)s, number %(id)s.", name=ground.mapping.name, id=found.external_id
    )
    unknown = f"{came} {_('When this was is not recorded there.')}"
    found.trail = [NewChange(ref, 1, "author", "file", "", source, "", came, at)]
    for pos, step in enumerate(steps, 2):
        known = found.at.get(WHEN[step.name])
        said = unknown if known is None else came
        if known is not None and known.timed and known.at < at:
            found.notes.append(_("a date before the one it follows was put right"))
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


def _settle_owner(found: Record, steps: list[Step], ground: Ground) -> None:
    """What was sent somewhere has an owner; the rules name one where the row does not."""
    named = {step.name for step in steps}
    if "refer" in named:
        if not ground.departments.get(found.department, False):
            raise Refused(_("The owner outside the city is missing."))
    elif "route" in named and not found.department:
        text = " ".join((found.title, found.address, found.body))
        case = Case(found.category.code, found.area_code, found.road_class, text)
        found.department = ground.owner(case)
        if not found.department:
            raise Refused(_("No department is named, and no rule leads to one."))
        found.notes.append(_("the department follows from the rules"))
    elif "route" not in named:
        found.department = ""
