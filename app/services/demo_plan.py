"""The stories of the demo: who reported what where, and when each step was taken."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import select

from app.kinds import KINDS, Kind
from app.queries import routing
from app.queries.spots import Spot as LonLat
from app.workflow import Phase
from models import AreaBoundary, Category, Department, RoutingRule, db

from .demo_calendar import Timetable
from .demo_cast import Cast, Resident
from .demo_paths import GOALS, Goal
from .demo_texts import Template, Texts, chances, filled
from .fill_walk import DAYS, City

NEAR_HOME = 0.09  # share of the stories set in the hero's kelurahan
LATE = 0.07  # share of the steps that take longer than promised
LONGEST = 420.0  # days
LAPSE_DAYS = 15.5
NAMED_WITHIN = 700.0  # metres: further away a place is no help to find a spot
SLOW = {"enter_rkpd": 40.0, "enter_apbd": 55.0, "finish": 30.0, "replicate": 60.0}


@dataclass
class Story:
    """One item's life: what is filed, and (step, moment) for what follows.

    lon, lat in degrees (EPSG:4326).  ``values`` fill the placeholders of its texts.
    """

    kind: Kind
    goal: Goal
    category: Category
    template: Template
    author: Resident
    lon: float
    lat: float
    area_code: str
    basis: str
    address: str
    rw: int
    rt: int
    values: dict[str, Any]
    created_at: datetime
    steps: list[tuple[str, datetime]]
    seed: int
    twin: Story | None = None
    outside: str = ""
    item_id: int = 0
    said: list[str] = field(default_factory=list)
    year: int = 0
    forums: set[str] = field(default_factory=set)  # levels at which a forum agrees on it

    @property
    def title(self) -> str:
        """The title, filled in."""
        return filled(self.template["title"], self.values)[:140]

    @property
    def text(self) -> str:
        """The text, filled in."""
        return filled(self.template["text"], self.values)


class Planner:
    """Makes stories out of goals and material, at most ``most`` for each goal."""

    def __init__(
        self,
        rng: random.Random,
        city: City,
        texts: Texts,
        cast: Cast,
        spots: dict[str, list[LonLat]],
        most: int,
        calendar: Timetable | None = None,
    ) -> None:
        self.rng, self.city, self.texts, self.cast, self.spots = rng, city, texts, cast, spots
        self.most, self.calendar = most, calendar
        self.turn: Counter[str] = Counter()
        found = db.session.scalars(select(Category).where(Category.valid_to.is_(None)))
        self.categories = {category.code: category for category in found}
        self.external = set(db.session.scalars(select(Department.code).where(Department.external)))
        rules = db.session.scalars(select(RoutingRule).order_by(RoutingRule.position))
        self.rules: dict[str | None, list[RoutingRule]] = defaultdict(list)
        for rule in rules:
            self.rules[rule.category_code].append(rule)
        guessed = select(AreaBoundary.id).where(
            AreaBoundary.approximate, AreaBoundary.valid_to.is_(None)
        )
        self.basis = "confirmed" if db.session.scalar(guessed.limit(1)) else "exact"
        self.areas = sorted(spots)
        self.decks: dict[str, list[Template]] = defaultdict(list)
        self.open: list[Story] = []  # stories another one may double

    def stories(self) -> Iterator[Story]:
        """Every story; those that double another come after it."""
        goals = [(KINDS[kind], goal) for kind in GOALS for goal in GOALS[kind]]
        goals.sort(key=lambda pair: pair[1].scene == "pair")
        for kind, goal in goals:
            for n in range(min(goal.times, self.most)):
                pair, hero = goal.scene == "pair", goal.hero and n == 0
                if goal.scene == "again" and n:
                    yield self._again(kind, goal, self.open[-1])
                else:
                    yield self._double(kind, goal) if pair else self._story(kind, goal, hero)

    def _story(self, kind: Kind, goal: Goal, hero: bool) -> Story:
        home = self.cast.hero.area_code
        for tried in range(400):
            template = self._template(kind, again=tried % 160 == 159)
            near = hero or (not self._held(kind) and self.rng.random() < NEAR_HOME)
            story = self._placed(kind, goal, template, home if near else None)
            if self._fits(story, goal):
                story.author = self.cast.hero if hero else story.author
                self.open.append(story)
                return story
            self.decks[kind.slug].insert(0, template)
        raise LookupError(f"no material for {kind.slug}: {' '.join(goal.steps)}")

    def _template(self, kind: Kind, again: bool) -> Template:
        """The next text from the deck; ``again`` puts all of them on top once more."""
        deck = self.decks[kind.slug]
        if again or not deck:
            known = [t for t in self.texts.items[kind.slug] if t["category"] in self.categories]
            fresh = [t for t in known if not self.categories[t["category"]].emergency]
            deck += self.rng.sample(fresh, len(fresh))
        return deck.pop()

    def _fits(self, story: Story, goal: Goal) -> bool:
        answered = "answer" in goal.steps
        if ("submit_proof" in goal.steps or answered) and story.category.place_bound == answered:
            return False
        if goal.scene == "outside":
            return bool(story.outside)
        return not (story.outside and "route" in goal.steps and story.kind.slug == "lapor")

    def _placed(self, kind: Kind, goal: Goal, template: Template, area: str | None) -> Story:
        area = area or self._area(kind, goal)
        lon, lat = self.rng.choice(self.spots[area])
        author = self._author(area)
        local = author.area_code == area
        rw = author.rw if local else self.rng.randrange(1, 13)
        rt = author.rt if local else self.rng.randrange(1, 9)
        values = self._values(template, lon, lat, area, rw, rt)
        if held := self._held(kind):
            goal = _seen(goal, template)
            made, forums = held.moments(self.rng, goal, area)
            year = held.year(goal)
        else:
            times, forums, year = self._times(kind, goal), set(), 0
            made = list(zip(("file", *goal.steps), times, strict=True))
        story = Story(
            kind=kind,
            goal=goal,
            category=self.categories[template["category"]],
            template=template,
            author=author,
            lon=round(lon, 6),
            lat=round(lat, 6),
            area_code=area,
            basis=self.basis,
            address=f"Dekat {values['tempat']}",
            rw=rw,
            rt=rt,
            values=values,
            created_at=made[0][1],
            steps=made[1:],
            seed=self.rng.randrange(10**6),
            year=year,
            forums=forums,
        )
        story.outside = self._outside(story)
        return story

    def _held(self, kind: Kind) -> Timetable | None:
        """The calendar of the cycle, for the kind that has one."""
        return self.calendar if kind.filed_in else None

    def _area(self, kind: Kind, goal: Goal) -> str:
        """A kelurahan for a story; those of a showcase take turns."""
        if (held := self._held(kind)) is None:
            return self.rng.choice(self.areas)
        districts = set(held.districts_for(goal))
        areas = [area for area in self.areas if area[:8] in districts]
        if not goal.where:
            return self.rng.choice(areas)
        place = f"{goal.where} {goal.past} {goal.steps[-1:] == ('route',)}"
        self.turn[place] += 1
        return areas[self.turn[place] % len(areas)]

    def _author(self, area: str) -> Resident:
        near = [r for r in self.cast.residents[1:] if r.area_code[:8] == area[:8]]
        if near and self.rng.random() < 0.8:
            return self.rng.choice(near)
        return self.rng.choice(self.cast.residents[1:])

    def _values(
        self, template: Template, lon: float, lat: float, area: str, rw: int, rt: int
    ) -> dict[str, Any]:
        from app.queries.labels import labels

        spot = self.texts.near(template.get("places") or ("jalan",), lon, lat)
        if spot is None or _metres(spot.lon - lon, spot.lat - lat, lat) > NAMED_WITHIN:
            spot = self.texts.near({s.kind for s in self.texts.spots}, lon, lat)
        return chances(self.rng, template.get("text", "")) | {
            "tempat": spot.name if spot else "kantor kelurahan",
            "kelurahan": labels().areas.get(area, ""),
            "kecamatan": labels().areas.get(area[:8], ""),
            "rw": f"{rw:02d}",
            "rt": f"{rt:02d}",
        }

    def _outside(self, story: Story) -> str:
        """The owner outside the city the rules name; empty when it is the city's own matter."""
        said = f"{story.title} {story.address} {story.text}"
        road = story.template.get("road_class") or "tidak_tahu"
        case = routing.Case(story.category.code, story.area_code, road, said)
        found = routing.explain(self.rules[story.category.code], case)
        code = found.department_code if found else ""
        return code if code in self.external else ""

    def _double(self, kind: Kind, goal: Goal) -> Story:
        """Somebody else reports what another story holds, some days later."""
        able = [s for s in self.open if s.kind is kind and s.steps and s.twin is None]
        over = set(kind.workflow.in_phase(Phase.CLOSED))  # nothing is joined to what is over
        able = [s for s in able if not over & set(_states(kind, s.goal))]
        able = [s for s in able if not s.category.oversight]
        other = self.rng.choice(able)
        late = self.city.now - timedelta(hours=3)
        created = min(other.created_at + timedelta(days=self.rng.uniform(0.4, 4)), late)
        at = self.city.working(self.rng, created + timedelta(days=self.rng.uniform(0.2, 2)))
        others = [r for r in self.cast.residents[1:] if r is not other.author]
        story = Story(**{**other.__dict__, "steps": [], "said": []})
        story.goal, story.twin, story.created_at = goal, other, created
        story.author, story.seed = self.rng.choice(others), self.rng.randrange(10**6)
        story.lon += self.rng.uniform(-0.0003, 0.0003)
        story.lat += self.rng.uniform(-0.0003, 0.0003)
        if held := self._held(kind):
            closes = held.span(other.year, "rembug_warga", other.area_code)[1]
            soon = other.created_at + timedelta(minutes=30)
            story.created_at = max(min(created, closes - timedelta(hours=5)), soon)
            at = max(min(at, closes), story.created_at + timedelta(minutes=40))
        story.steps = [(goal.steps[0], min(at, late + timedelta(hours=2)))]
        other.twin = story
        return story

    def _again(self, kind: Kind, goal: Goal, first: Story) -> Story:
        """The same trouble at the same place, at another time, from somebody else."""
        times = self._times(kind, goal)
        story = Story(**{**first.__dict__, "said": []})
        story.created_at, story.steps = times[0], list(zip(goal.steps, times[1:], strict=True))
        story.template = self.rng.choice(self.texts.by_category[first.category.code])
        story.author, story.seed = self._author(first.area_code), self.rng.randrange(10**6)
        story.lon += self.rng.uniform(-0.0002, 0.0002)
        story.lat += self.rng.uniform(-0.0002, 0.0002)
        return story

    def _times(self, kind: Kind, goal: Goal) -> list[datetime]:
        """The moments of filing and of every step, all of them past."""
        states = _states(kind, goal)
        spans = [
            self._span(kind, state, step) for state, step in zip(states, goal.steps, strict=False)
        ]
        total = sum(spans)
        rest = self._rest(kind, states[-1], total)
        squeeze = min(1.0, LONGEST / (total + rest))
        for back in range(0, 40, 2):
            begin = self.city.now - timedelta(days=(total + rest) * squeeze + back)
            moments = self._moments(goal, self._daytime(begin), spans, squeeze)
            if moments[-1] < self.city.now:
                break
        return moments

    def _moments(
        self, goal: Goal, begin: datetime, spans: Sequence[float], squeeze: float
    ) -> list[datetime]:
        moments = [begin]
        for step, days in zip(goal.steps, accumulate(spans), strict=True):
            at = begin + timedelta(days=days * squeeze)
            if step not in (
                "lapse",
                "confirm",
                "dispute",
                "appeal",
                "give_info",
                "resubmit",
                "withdraw",
            ):
                at = self.city.working(self.rng, at)
            elif step != "lapse":
                at = self._daytime(at)
            moments.append(max(at, moments[-1] + timedelta(minutes=self.rng.randrange(20, 90))))
        return moments

    def _daytime(self, moment: datetime) -> datetime:
        """The same day at an hour at which people are awake."""
        local = moment.astimezone(self.city.zone)
        if 6 <= local.hour < 22:
            return moment
        return moment - timedelta(hours=(local.hour - 21) % 24)

    def _span(self, kind: Kind, state: str, step: str) -> float:
        """Days from a state to the step out of it: within the promise, but for a few."""
        if step == "lapse":
            return LAPSE_DAYS
        within = kind.workflow[state].within
        if within is None:
            return SLOW.get(step, DAYS.get(state, 8.0) * 0.7) * self.rng.uniform(0.6, 1.3)
        share = (
            self.rng.uniform(1.1, 1.5) if self.rng.random() < LATE else self.rng.uniform(0.1, 0.8)
        )
        return max(within * share * 1.3, 0.05)

    def _rest(self, kind: Kind, state: str, total: float) -> float:
        """How long the item has stood where it is now."""
        declared = kind.workflow[state]
        if not declared.held_by:
            return self.rng.uniform(1, max(LONGEST - total, 20))
        if declared.within is None:
            return min(DAYS.get(state, 12.0), 40.0) * self.rng.uniform(0.1, 0.9)
        if self.rng.random() < LATE:
            return declared.within * 1.4 * self.rng.uniform(1.2, 1.8) + 2
        return declared.within * self.rng.uniform(0.02, 0.75)


def _seen(goal: Goal, template: Template) -> Goal:
    """Where there is nothing to see, nobody goes to look."""
    if template["bidang"] == "fisik" or "survey" not in goal.steps:
        return goal
    return replace(goal, steps=tuple("skip_survey" if s == "survey" else s for s in goal.steps))


def _states(kind: Kind, goal: Goal) -> list[str]:
    """The states a goal's steps lead through, from the first one on."""
    states = [kind.workflow.initial]
    for name in goal.steps:
        states.append(kind.workflow.named(name).target or states[-1])
    return states


def _metres(dlon: float, dlat: float, lat: float) -> float:
    return math.hypot(dlon * math.cos(math.radians(lat)), dlat) * 111_195
