"""One row of somebody's table as a proposal with its trail, or the reasons why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _

from app.kinds.musrenbang import MUSRENBANG
from app.kinds.musrenbang_form import BIDANG, GROUPS
from app.services.bulk import NewChange, NewLevel
from models import FUNDING, PROPOSAL_LEVELS, Category

from . import ground as read
from . import proposal_amounts as amount
from .dates import Moment
from .ground import EARLIEST, Entry, Ground, Refused
from .tables import Row, plain

MOST_PEOPLE = 3_000_000
# The last steps to each state; the levels before are climbed first.
AT_LEVEL: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "verified": ("verify",),
    "agreed": ("verify", "agree"),
    "returned": ("return",),
    "refused": ("refuse",),
    "deferred": ("verify", "defer"),
    "withdrawn": ("withdraw",),
}
IN_PLAN: dict[str, tuple[str, ...]] = {
    "in_rkpd": ("enter_rkpd",),
    "in_apbd": ("enter_rkpd", "enter_apbd"),
    "procurement": ("enter_rkpd", "enter_apbd", "procure"),
    "works": ("enter_rkpd", "enter_apbd", "start_works"),
    "done": ("enter_rkpd", "enter_apbd", "start_works", "finish"),
    "not_realised": ("enter_rkpd", "drop"),
}
STATES = AT_LEVEL | IN_PLAN
DECISIONS = ("verify", "judge", "agree", "return", "refuse", "defer")
OTHER_REASONS = {"refused": "not_priority", "deferred": "not_priority", "returned": "incomplete",
                 "not_realised": "no_budget", "withdrawn": "no_longer_wanted"}  # fmt: skip
Cell = Callable[[str], str]


@dataclass(kw_only=True)
class Wish(Entry):
    """A proposal as the table tells it.  Money in whole rupiah; ``own`` its own columns."""

    level: str
    plan_year: int
    reason: str
    note: str
    rank: int | None
    own: dict[str, Any]


def record(
    row: Row,
    ground: Ground,
    topics: Sequence[tuple[str, Category]],
    catalogue: Mapping[str, tuple[str, str]],
) -> Wish:
    """The proposal in a row; where it lies is settled later.  Raises Refused."""
    if row.problem:
        raise Refused(row.problem)
    notes = list(row.notes)

    def cell(name: str) -> str:
        return ground.mapping.cell(row.cells, name)

    state, level = _standing(cell)
    problem, body = cell("problem"), cell("body")
    title, body = read.words(cell("title"), "\n\n".join(filter(None, (problem, body))), notes)
    entry = catalogue.get(plain(cell("catalogue"))) if cell("catalogue") else None
    category = _category(cell("category"), title, entry, ground, topics, notes)
    mark = read.digest(row, ground.mapping)
    at = _moments(cell, ground, notes)
    year = _year(cell, at, ground)
    at.setdefault("created", _begin(year, ground, notes))
    found = Wish(
        number=row.number,
        external_id=_identity(cell("id"), mark, notes),
        row_hash=mark,
        category=category,
        state=state,
        level=level,
        plan_year=year,
        title=title,
        body=body,
        place=_place(cell, ground, notes),
        area_code=_area(cell, ground, notes),
        rw=read.small(cell("rw"), "RW", notes),
        rt=read.small(cell("rt"), "RT", notes),
        address=cell("address")[:200],
        visibility=read.visibility(cell("visibility"), category),
        channel="impor",
        department=_department(cell("department"), ground, notes),
        reporter=cell("reporter")[:120],
        reason=cell("reason"),
        note=cell("note")[: read.MOST_BODY],
        rank=amount.whole(cell("rank"), _("rank"), 10_000, notes),
        at=at,
        notes=notes,
        own={},
    )
    found.own = _own(cell, found, entry[0] if entry else None)
    return found


def _standing(cell: Cell) -> tuple[str, str]:
    """State and level; what stands in plan or budget has come through all levels."""
    state, level = cell("state"), cell("level")
    if state not in STATES:
        raise Refused(_("The status “%(name)s” is not in the mapping.", name=state))
    if state in IN_PLAN:
        return state, PROPOSAL_LEVELS[-1]
    if level and level not in PROPOSAL_LEVELS:
        raise Refused(_("The level “%(name)s” is not in the mapping.", name=level))
    return state, level or PROPOSAL_LEVELS[0]


def _identity(said: str, mark: str, notes: list[str]) -> str:
    """Its number there; without one the row is known again by what it says."""
    if len(said) > 200:
        raise Refused(_("The number is longer than 200 signs."))
    if not said:
        notes.append(_("there is no number; the row is known by its words"))
    return said or f"baris-{mark}"


def _category(
    said: str,
    title: str,
    entry: tuple[str, str] | None,
    ground: Ground,
    topics: Sequence[tuple[str, Category]],
    notes: list[str],
) -> Category:
    """What the mapping says, else the catalogue's, else the one whose words stand in the title."""
    named = ground.categories.get(said)
    if named is not None:
        return named
    if entry is not None:
        return ground.categories[entry[1]]
    words = f" {plain(title)} "
    for word, topic in topics:
        if f" {word} " in words or (len(word) > 5 and word in words):
            notes.append(_("the category follows from the title: %(name)s", name=topic.name))
            return topic
    if said:
        raise Refused(_("The category “%(name)s” is not in the mapping.", name=said))
    raise Refused(_("There is no category, and the title leads to none."))


def _department(code: str, ground: Ground, notes: list[str]) -> str:
    if code and code not in ground.departments:
        notes.append(_("the department “%(name)s” is not in the mapping and was left out",
                       name=code[:60]))  # fmt: skip
        return ""
    return code


def _place(cell: Cell, ground: Ground, notes: list[str]) -> Any:
    """The position; a wrong one is left out where an area is named."""
    try:
        return read.place(cell, ground, notes)
    except Refused as error:
        if not read.district(cell, ground):
            raise
        notes.append(str(error))
        return None


def _area(cell: Cell, ground: Ground, notes: list[str]) -> str:
    """The kelurahan, or the kecamatan where no kelurahan is named or known."""
    district = read.district(cell, ground)
    try:
        found = read.area(cell, ground)
    except Refused:
        if not district:
            raise
        found = ""
        notes.append(_("there is no kelurahan “%(name)s”", name=cell("area")[:60]))
    if not found and district:
        notes.append(_("only the kecamatan is known"))
    return found or district


def _moments(cell: Cell, ground: Ground, notes: list[str]) -> dict[str, Moment]:
    known = {name: read.when(name, cell(name), ground, notes) for name in ("created", "decided")}
    at = {name: found for name, found in known.items() if found is not None}
    created = at.get("created")
    if created and (created.at > ground.now + timedelta(hours=12) or created.at.year < EARLIEST):
        notes.append(_("%(column)s: %(day)s cannot be and was left out",
                       column="created", day=f"{created.at:%Y-%m-%d}"))  # fmt: skip
        del at["created"]
    return at


def _year(cell: Cell, at: Mapping[str, Moment], ground: Ground) -> int:
    """The year of the works; the one after it was proposed where only that day is known."""
    said = cell("plan_year").strip()
    latest = ground.now.astimezone(ground.zone).year + 2
    if found := re.fullmatch(r"(?:.*\D)?((?:19|20)\d\d)(?:\D.*)?(?:\.0)?", said):
        year = int(found[1])
    elif "created" in at:
        year = at["created"].at.astimezone(ground.zone).year + 1
    else:
        raise Refused(_("Neither the plan year nor the day of the proposal is known."))
    if not EARLIEST <= year <= latest:
        raise Refused(_("The plan year %(year)s cannot be.", year=year))
    return year


def _begin(year: int, ground: Ground, notes: list[str]) -> Moment:
    """A day for what has none: the beginning of the year in which the Musrenbang was held."""
    notes.append(
        _("the day of the proposal is unknown; taken as 1 January %(year)s", year=year - 1)
    )
    day = datetime.combine(datetime(year - 1, 1, 1), time(9), ground.zone)
    return Moment(min(day.astimezone(UTC), ground.now), timed=False)


def _own(cell: Cell, found: Wish, catalogue: str | None) -> dict[str, Any]:
    notes = found.notes
    volume, unit = amount.volume(cell("volume"), cell("unit"), notes)
    price = amount.money(cell("unit_price"), _("unit price"), notes)
    cost = amount.money(cell("cost"), _("cost"), notes)
    if volume is not None and volume > amount.LARGEST_VOLUME:
        volume, cost = amount.too_large(volume, cost, notes)
    if cost is None and volume is not None and price is not None:
        cost = amount.product(volume, price, notes)
    budget = amount.money(cell("budget"), _("budget"), notes)
    progress = amount.whole(cell("progress").rstrip("% "), _("progress"), 100, notes)
    return {
        "level": found.level,
        "plan_year": found.plan_year,
        "bidang": _one_of(cell("bidang"), BIDANG, "fisik"),
        "catalogue_code": catalogue,
        "volume": volume,
        "unit": unit,
        "unit_price": price,
        "cost": cost,
        "filed_volume": volume,
        "filed_cost": cost,
        "beneficiaries": amount.whole(
            cell("beneficiaries"), _("people helped"), MOST_PEOPLE, notes
        ),
        "swadaya": cell("swadaya")[:300],
        "proposing_group": _one_of(cell("group"), GROUPS, "umum"),
        "funding": cell("funding") if cell("funding") in FUNDING else FUNDING[0],
        "sub_kegiatan": cell("sub_kegiatan")[:200],
        "budget": budget,
        "contract_value": amount.money(cell("contract_value"), _("contract"), notes),
        "spent": amount.money(cell("spent"), _("spent"), notes) or 0,
        "progress": 100 if found.state == "done" else progress or 0,
        "tapd_amount": budget if found.state in IN_PLAN else None,
    }  # fmt: skip


def _one_of(said: str, known: Sequence[tuple[str, Any]], otherwise: str) -> str:
    word = plain(said).replace(" ", "_")
    return next((code for code, _label in known if code == word), otherwise)


def path(found: Wish) -> list[tuple[str, str]]:
    """The steps to where it stands, each with the level at which it was taken."""
    steps: list[tuple[str, str]] = []
    last = PROPOSAL_LEVELS.index(found.level)
    for level in PROPOSAL_LEVELS[:last]:
        steps += [(_seen(level), level), ("agree", level), ("advance", level)]
    ending = STATES[found.state]
    if found.state in IN_PLAN:
        ending = ("verify", "agree", *ending)
    steps += [(_seen(found.level) if name == "verify" else name, found.level) for name in ending]
    return steps


def _seen(level: str) -> str:
    """How a level first says that it has looked: the departments give a verdict."""
    return "judge" if level == "forum_opd" else "verify"


def tell(found: Wish, ref: int, ground: Ground) -> None:
    """Write the trail; days between filing and decision are not known and said so."""
    at = min(found.at["created"].at, ground.now)
    decided = found.at.get("decided")
    came = read.came_from(found, ground)
    unknown = f"{came} {_('When this was is not recorded there.')}"
    source = MUSRENBANG.workflow.initial
    found.trail = [NewChange(ref, 1, "author", "file", "", source, "", came, at)]
    steps = path(found)
    for pos, (name, _level) in enumerate(steps, 2):
        step = MUSRENBANG.workflow.named(name)
        is_last = pos == len(steps) + 1
        said = came if is_last and decided else unknown
        if is_last and decided:
            at = min(max(at, decided.at), ground.now)
        if is_last and found.note:
            said = f"{said}\n\n{found.note}"
        target = step.target or source
        reason = _reason(found, step.reasons)
        found.trail.append(NewChange(ref, pos, "system", name, source, target, reason, said, at))
        source = target


def _reason(found: Wish, known: Sequence[str]) -> str:
    """The coded reason; where the table has none, the plainest, and the report says so."""
    if not known:
        return ""
    if found.reason in known:
        return found.reason
    otherwise = OTHER_REASONS[found.state]
    found.notes.append(_("the reason is not recorded; taken as “%(name)s”", name=otherwise))
    return otherwise


def levels(found: Wish, ref: int) -> list[NewLevel]:
    """One row for each level it went through, with what was decided there last."""
    rows: dict[str, NewLevel] = {}
    for change, (name, level) in zip(found.trail[1:], path(found), strict=True):
        if name in DECISIONS:
            rows[level] = NewLevel(
                ref=ref,
                level=level,
                text="",
                volume=found.own["volume"],
                cost=found.own["cost"],
                rank=found.rank if level == found.level else None,
                decision=name,
                reason=change.reason,
                seat=change.seat,
                decided_at=change.at,
            )
    return list(rows.values())
