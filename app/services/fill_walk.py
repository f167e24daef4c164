"""Walk the declared workflows at random, as years of use would: every trail is a legal one.

Pure but for the kinds' own rules: what a kind's ``facts`` and ``effects`` say is asked of the row
that walks, which is no database row yet.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import accumulate
from typing import Any

from app.clocks import Calendar
from app.kinds import KINDS, Kind
from app.workflow import BACK, Step
from models import Category

from .bulk import NewChange, NewLevel
from .fill_answers import ANSWERS

# How often a step is taken among those that are open; what is not named here: 1.
WEIGHTS = {
    "amend": 0.0,
    "relocate": 0.0,
    "divide": 0.0,  # an invented item has no parts
    "gather": 0.0,
    "reopen_parts": 0.0,
    "recategorise": 0.0,
    "reject": 0.2,  # what doubles another item is not joined here, so more are rejected
    "archive": 0.05,
    "withdraw": 0.03,
    "ask_info": 0.05,
    "make_proposal": 0.03,
    "refer": 0.15,
    "return": 0.04,
    "take_back": 0.1,
    "refuse_proof": 0.05,
    "dispute": 0.04,
    "contest": 0.01,
    "appeal": 0.05,
    "uphold": 0.4,
    "lapse": 0.7,
    "plan": 0.2,
    "refuse": 0.24,
    "defer": 0.06,
    "redirect": 0.03,
    "route": 1.0,
    "drop": 0.08,
    "monitor": 0.3,
    "report_progress": 0.5,
    "accept_outside": 0.0,
    "refuse_outside": 0.0,
    "survey": 0.5,
    "skip_survey": 0.1,
    "send_back": 0.03,
    "split": 0.0,  # an invented item has no parts
    "object": 0.05,
    "hand_over": 0.5,
    "confirm_works": 0.5,
    "contest_works": 0.02,
    "answer_contest": 0.5,
    "resume_works": 0.02,
    "stop": 0.2,
    "replicate": 0.3,
}
# Days an item usually stays where no clock runs.
DAYS = {
    "discussion": 35.0,
    "incubation": 60.0,
    "pilot": 100.0,
    "adopted": 250.0,
    "planned": 9.0,
    "to_external": 20.0,
    "verified": 12.0,
    "agreed": 9.0,
    "deferred": 160.0,
    "in_rkpd": 90.0,
    "in_apbd": 60.0,
    "procurement": 50.0,
    "works": 45.0,
    "merged": 1000.0,
}
FORGOTTEN = 0.02  # items nobody touches any more
STAYS = 3  # facts recorded without moving on
MOST_STEPS = 40
LATER_LEVELS = ("kecamatan", "forum_opd", "kota")


class Walker:
    """What walks: the columns of an item and of its kind, with the words its rules use."""

    category: Category
    kind: str
    area_code: str
    department_code: str | None
    oversight: bool
    created_at: datetime
    author_id: int
    filed_by_id: int | None
    priority: str
    parent_id: int | None = None
    published_at: datetime | None
    state: str
    state_since: datetime
    levels: list[Any]
    past: list[dict[str, Any]]  # how it stood after each of its steps

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update({"levels": [], "past": []} | columns)

    def remember(self) -> None:
        """Keep how it stands now."""
        now = self.__dict__ | {"levels": [_level(row) for row in self.levels]}
        del now["past"]
        self.past.append(now)


def _level(row: Any) -> NewLevel:
    return NewLevel(
        0,
        row.level,
        row.text or "",
        row.volume,
        row.cost,
        row.rank,
        row.decision,
        row.reason or "",
        row.seat,
        row.decided_at,
    )


@dataclass
class City:
    """What a walk has to know of the city."""

    calendar: Calendar
    zone: tzinfo
    now: datetime
    owner: Callable[[Walker], str]  # the department the routing rules name
    outside: Callable[[Walker], str]  # an owner outside the city
    note: Callable[[random.Random, Walker, Step, str], str]
    days: dict[date, date] = field(default_factory=dict)

    def working(self, rng: random.Random, moment: datetime) -> datetime:
        """The first moment from ``moment`` on at which an office works."""
        local = moment.astimezone(self.zone)
        day = local.date()
        begin = self.days.get(day)
        if begin is None:
            begin = day
            while not self.calendar.is_working(begin):
                begin += timedelta(days=1)
            self.days[day] = begin
        if begin == day and 8 <= local.hour < 16:
            return moment
        if begin == day and local.hour >= 16:
            return self.working(rng, moment + timedelta(hours=25 - local.hour))
        minute = rng.randrange(8 * 60, 15 * 60)
        at = datetime(
            begin.year, begin.month, begin.day, minute // 60, minute % 60, tzinfo=self.zone
        )
        return max(at + timedelta(seconds=rng.randrange(60)), moment)


class KeptCalendar(Calendar):
    """A calendar that remembers what it counted."""

    __hash__ = object.__hash__

    @lru_cache(maxsize=20_000)  # noqa: B019 (lives as long as one filling)
    def add(self, start: date, days: int) -> date:
        """As ``Calendar.add``."""
        return super().add(start, days)


def walk(rng: random.Random, city: City, row: Walker, ref: int) -> list[NewChange]:
    """The trail of ``row`` from its filing until today; ``row`` stands then where it leads.

    ``row.past`` holds how it stood after each step.
    """
    kind = KINDS[row.kind]
    row.state, row.state_since = kind.workflow.initial, row.created_at
    trail = [
        NewChange(ref, 1, "author", "file", "", row.state, "", "", row.created_at, row.filed_by_id)
    ]
    row.remember()
    if rng.random() < FORGOTTEN:
        return trail
    at, stays = row.created_at, 0
    while len(trail) < MOST_STEPS:
        step, seat = _choose(rng, kind, row, stays)
        if step is None:
            break
        stays = stays + 1 if step.target in (None, row.state) else 0
        at = _later(rng, city, kind, row, step, at)
        if at >= city.now:
            break
        trail.append(_take(rng, city, kind, row, step, seat, at, (ref, len(trail) + 1)))
        row.remember()
    return trail


def _take(
    rng: random.Random,
    city: City,
    kind: Kind,
    row: Walker,
    step: Step,
    seat: str,
    at: datetime,
    place: tuple[int, int],
) -> NewChange:
    answers: dict[str, Any] = {"seat": seat}
    for name, often, answer in _asked(kind.slug, step.name):
        if often == 1.0 or rng.random() < often:
            answers[name] = answer(rng, city, row, step, at)
    if "note" in answers:
        answers["note"] = city.note(rng, row, step, answers.get("reason", ""))
    effect: Any = kind.effects.get(step.name)
    if effect is not None:
        effect(row, answers)
    source, target = row.state, step.target or row.state
    if target != source or step.target is not None:
        row.state, row.state_since = target, at
    if step.publishes and row.published_at is None:
        row.published_at = at
    by_author = row.filed_by_id if seat == "author" else None
    for level in row.levels:
        level.decided_at = level.decided_at or at
    note, reason = answers.get("note", ""), answers.get("reason", "")
    return NewChange(*place, seat, step.name, source, target, reason, note, at, by_author)


@dataclass(frozen=True)
class Open:
    """The steps open in one situation, to draw from: their summed weights, and what each asks."""

    steps: tuple[Step, ...]
    sums: tuple[float, ...]


@lru_cache(maxsize=4096)
def _open(slug: str, state: str, facts: frozenset[str], ownerless: bool, tired: bool) -> Open:
    """The steps open to somebody with every right, with how often they are taken."""
    steps, weights = [], []
    for step in KINDS[slug].workflow.open_steps(state, lambda rules: True, facts):
        stay = step.target in (None, state)
        weight = WEIGHTS.get(step.name, 1.0)
        if stay and "department" in step.required:
            weight = 20.0 if ownerless else 0.0
        elif stay and tired:
            weight = 0.0
        if weight and step.target != BACK and ANSWERS.keys() >= set(step.required):
            steps.append(step)
            weights.append(weight)
    return Open(tuple(steps), tuple(accumulate(weights)))


@lru_cache(maxsize=1024)
def _asked(slug: str, name: str) -> tuple[tuple[str, float, Callable[..., Any]], ...]:
    """What the step asks that we can answer: name, how often it is answered, by what."""
    step = KINDS[slug].workflow.named(name)
    often = dict.fromkeys(step.answers, 0.5) | dict.fromkeys(step.required, 1.0)
    return tuple((name, often[name], ANSWERS[name]) for name in often if name in ANSWERS)


def _choose(rng: random.Random, kind: Kind, row: Walker, stays: int) -> tuple[Step | None, str]:
    ownerless = row.department_code is None and getattr(row, "level", "") in LATER_LEVELS
    found = _open(kind.slug, row.state, kind.facts(row), ownerless, stays >= STAYS)
    for _try in range(8 if found.steps else 0):
        step = found.steps[bisect(found.sums, rng.random() * found.sums[-1])]
        if seat := _seat(rng, row, step):
            return step, seat
    return None, ""


def _seat(rng: random.Random, row: Walker, step: Step) -> str:
    """A seat from which the step may be taken; empty when there is none."""
    first = _SEATS[step.by[0]](row)
    if len(step.by) == 1 or (first and rng.random() < 0.8):
        return first
    return _SEATS[step.by[-1]](row) or first


def _owner_seat(row: Walker) -> str:
    return f"officer:{row.department_code}" if row.department_code else ""


def _triage_seat(row: Walker) -> str:
    return "coordinator" if row.oversight else f"moderator:{row.area_code}"


def _level_seat(row: Walker) -> str:
    return {
        "rw": f"operator:{row.area_code}",
        "kelurahan": _triage_seat(row),
        "kecamatan": f"validator:{row.area_code[:8]}",
        "forum_opd": _owner_seat(row) or "planner",
        "kota": "planner",
    }[row.level]  # type: ignore[attr-defined]


def _appeal_seat(row: Walker) -> str:
    return "coordinator" if row.oversight else f"validator:{row.area_code[:8]}"


_SEATS: Mapping[str, Callable[[Walker], str]] = {
    "triage": _triage_seat,
    "owner": _owner_seat,
    "author": lambda row: "author",
    "planner": lambda row: "planner",
    "tapd": lambda row: "tapd",
    "validator": lambda row: f"validator:{row.area_code[:8]}",
    "coordinator": lambda row: "coordinator",
    "system": lambda row: "system",
    "level": _level_seat,
    "appeal": _appeal_seat,
}


def _later(
    rng: random.Random, city: City, kind: Kind, row: Walker, step: Step, at: datetime
) -> datetime:
    """When the step is taken: mostly in time, sometimes late, staff in their working hours."""
    within = kind.workflow[row.state].within
    usual = DAYS.get(row.state, 10.0) if within is None else within * 0.8
    if step.target in (None, row.state):
        usual *= 0.4
    days = usual * rng.lognormvariate(-0.25, 0.7)
    if step.by == ("system",):
        days = (within or 10) * 1.45
    moment = at + timedelta(days=max(days, 0.02))
    if step.by in (("author",), ("system",)):
        return moment
    return city.working(rng, moment)
