"""When the demo's two cycles of e-Musrenbang are held: one is over, one is at the kecamatan today.

The cycle that is over keeps the city's own calendar; the present one is laid around the day of
loading, so that its kecamatan stage is always under way.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import groupby

from app.queries.cycles import city_code
from models import PROPOSAL_LEVELS
from models.area import chain

from .cycles import Wanted
from .demo_paths import CENTRE, Goal
from .fill_walk import City

OPENS, CLOSES = time(8), time(16)
# Days from the opening of a kecamatan's own stage: (stage, opens, closes).
AROUND = (("rembug_warga", -33, -17), ("kelurahan", -16, -1), ("kecamatan", 0, 9))
SINCE = 5  # days the kecamatan of the showcase has been at it
APART = 3  # days between two pairs of kecamatan
# For the whole city, in days from today.
CITY_WIDE = (("forum_opd", 45, 56), ("kota", 59, 66), ("rkpd", 67, 110), ("apbd", 111, 170))
STAGES = ("rembug_warga", "kelurahan", "kecamatan", "forum_opd", "kota")
WORKS, LATER = "realisation", "later"  # later: in the cycle after
ELSEWHERE = {"enter_rkpd": "rkpd", "enter_apbd": "apbd", "carry_over": LATER}
CLIMB = ("verify", "agree", "agree_budget", "object")
ENDS = ("refuse", "merge", "withdraw", "defer")
BREATH, SETTLED, FRESH = timedelta(minutes=25), timedelta(days=2), timedelta(days=12)

Place = tuple[int, str, str]  # plan year, level, area
Part = tuple[Sequence[str], datetime, datetime]  # steps, between two moments


@dataclass(frozen=True)
class Bound:
    """What was decided together on a list: what leads to it is before, what follows is after."""

    begins: datetime
    ends: datetime
    agrees: bool = True  # a forum, which takes the step "agree" itself


@dataclass
class Timetable:
    """The windows of both cycles.  ``past`` and ``now`` are plan years."""

    city: City
    past: int
    now: int
    districts: Sequence[str]  # in the order of their stages, two by two
    centre: str
    windows: Mapping[int, Sequence[Wanted]] = field(default_factory=dict)
    bounds: dict[Place, Bound] = field(default_factory=dict)
    _spans: dict[Place, tuple[datetime, datetime]] = field(default_factory=dict)

    def lay(self, windows: Mapping[int, Sequence[Wanted]]) -> None:
        """Take the windows of earlier cycles and lay those of the present one around today."""
        self.windows = {**windows, self.now: list(self._present())}
        for year, wanted in self.windows.items():
            for want in wanted:
                self._spans[year, want.stage, want.area_code] = want.opens_at, want.closes_at

    def day(self, days: int, at: time = OPENS) -> datetime:
        """So many days from today, at an hour of the city."""
        day = self.city.now.astimezone(self.city.zone).date() + timedelta(days=days)
        return datetime.combine(day, at, self.city.zone)

    def working(self, days: int, at: time) -> datetime:
        """The same, on the last working day until then; in the future the first from then."""
        return self.office_day(self.day(days, at), 1 if days > 0 else -1)

    def office_day(self, moment: datetime, step: int = 1) -> datetime:
        """The moment, on that day or the nearest working day after (``step`` 1) or before (-1)."""
        days = (moment + timedelta(days=step * n) for n in range(14))
        return next((day for day in days if self.city.calendar.is_working(day.date())), moment)

    @property
    def side(self) -> str:
        """The kecamatan whose stage is open at the same time as the centre's."""
        n = self.districts.index(self.centre)
        return self.districts[min(n ^ 1, len(self.districts) - 1)]

    def districts_for(self, goal: Goal) -> list[str]:
        """Where a goal can be shown."""
        if goal.where:
            return [self.centre if goal.where == CENTRE else self.side]
        if goal.past:
            return list(self.districts)
        free = [code for code in self.districts if code not in (self.centre, self.side)]
        return [code for code in free if self.shows(goal, code)] or free

    def year(self, goal: Goal) -> int:
        """The plan year of a goal's cycle."""
        return self.past if goal.past else self.now

    def span(self, year: int, stage: str, area_code: str) -> tuple[datetime, datetime]:
        """When a stage is open: in the area, else around it."""
        for code in reversed(chain(area_code)):
            if found := self._spans.get((year, stage, code)):
                return found
        return self.city.now - timedelta(days=400), self.city.now

    def shows(self, goal: Goal, area_code: str) -> bool:
        """Has the area come as far as a goal of the present cycle, and not much further?"""
        stage = next((s for _n, _l, s in reversed(_staged(goal)) if s in STAGES[:3]), STAGES[0])
        opens, closes = self.span(self.now, stage, area_code)
        over = bool(goal.steps) and goal.steps[-1] in ENDS
        fresh = over or closes > self.city.now - FRESH
        return opens < self.city.now - SETTLED and fresh

    def moments(
        self, rng: random.Random, goal: Goal, area_code: str, level: int = 0
    ) -> tuple[list[tuple[str, datetime]], set[str]]:
        """When each step is taken, the filing first, and the levels at which a forum agrees on it.

        ``level`` is where it begins; above the RW nothing is filed.
        """
        year, made, forums = self.year(goal), [], set()
        last = self.city.now - timedelta(days=2000)
        for (stage, at_level), group in groupby(_staged(goal, level), key=lambda one: one[1:]):
            names = [name for name, _stage, _level in group]
            lo, hi = self._room(year, stage, area_code, last)
            if "carry_over" in goal.steps and stage == WORKS:
                hi = min(hi, self.span(self.now, STAGES[0], area_code)[0])
            bound = self.bounds.get((year, at_level, _list_of(at_level, area_code)))
            parts: list[Part] = [(names, lo, hi)]
            if bound is not None and stage == STAGES[PROPOSAL_LEVELS.index(at_level)]:
                parts = list(_around(names, bound, lo, hi))
                forums |= {at_level} if bound.agrees and "agree" in names else set()
            for some, begin, end in parts:
                found = list(self._spread(rng, some, max(begin, last), end))
                made += found
                last = found[-1][1] + BREATH
        return made, forums

    def _room(
        self, year: int, stage: str, area_code: str, last: datetime
    ) -> tuple[datetime, datetime]:
        if stage == LATER:
            year, stage = self.now, STAGES[0]
        opens, closes = self.span(year, stage, area_code)
        lo, hi = max(opens, last), min(closes, self.city.now - timedelta(hours=1))
        if lo >= hi:  # it has not opened: whatever needs no stage happens on the last days
            lo, hi = last, self.city.now - timedelta(minutes=5)
        return lo, hi

    def _spread(
        self, rng: random.Random, names: Sequence[str], lo: datetime, hi: datetime
    ) -> Iterator[tuple[str, datetime]]:
        """The steps one after the other, in office hours where there is room."""
        width = max(hi - lo, timedelta(minutes=len(names)))
        for n, name in enumerate(names):
            at = lo + width * ((n + rng.uniform(0.15, 0.85)) / len(names))
            working = self.city.working(rng, at)
            yield name, working if working < lo + width * ((n + 1) / len(names)) else at

    def _present(self) -> Iterator[Wanted]:
        centre = self.districts.index(self.centre) // 2
        for n, code in enumerate(self.districts):
            begin = APART * (n // 2 - centre) - SINCE
            for stage, opens, closes in AROUND:
                yield Wanted(stage, code, self.day(begin + opens), self.day(begin + closes, CLOSES))
        for stage, opens, closes in CITY_WIDE:
            yield Wanted(stage, city_code(), self.day(opens), self.day(closes, CLOSES))
        budgeted = self.day(CITY_WIDE[-1][2], CLOSES)
        january = budgeted.replace(year=self.now, month=1, day=2, hour=8, minute=0)
        opened = max(january, budgeted + timedelta(hours=16))
        end = opened.replace(month=12, day=31, hour=23, minute=59)
        yield Wanted("realisation", city_code(), opened, end)


def _around(names: Sequence[str], bound: Bound, lo: datetime, hi: datetime) -> Iterator[Part]:
    """The steps before what was decided together and those after it."""
    if not bound.agrees:
        yield names, lo, min(hi, bound.begins)
        return
    cut = names.index("agree") if "agree" in names else len(names)
    before, after = names[:cut], names[cut + 1 :]
    if before:
        yield before, lo, min(hi, bound.begins)
    if after:
        yield after, max(lo, bound.ends), hi


def _list_of(level: str, area_code: str) -> str:
    return area_code[:8] if level == "kecamatan" else area_code


def _staged(goal: Goal, level: int = 0) -> list[tuple[str, str, str]]:
    """(step, stage, level) in order, the filing first."""
    made = [] if level else [("file", STAGES[0], PROPOSAL_LEVELS[0])]
    for name in goal.steps:
        usual = WORKS if level == len(STAGES) - 1 and name not in CLIMB else STAGES[level]
        made.append((name, ELSEWHERE.get(name, usual), PROPOSAL_LEVELS[level]))
        level += {"advance": 1, "send_back": -1}.get(name, 0)
    return made


def years(now: datetime) -> tuple[int, int]:
    """The plan years of the cycle that is over and of the present one.

    Works of a plan year need half of that year to show.
    """
    return (now.year if now.month > 6 else now.year - 1), now.year + 1
