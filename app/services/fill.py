"""A city as full as after years of use, for measuring: items, trails, people, discussion.

Repeatable with a seed; a second filling adds to the first.
"""

from __future__ import annotations

import random
import secrets
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any, Generic, TypeVar

from flask import current_app
from sqlalchemy import select

from app.access import CONFIRMED
from app.kinds import KINDS, Kind
from app.queries import routing
from app.queries.calendar import city_calendar, city_day
from app.queries.spots import Spot, points, spots
from models import Area, Category, Department, RoutingRule, db

from .bulk import Batch, NewComment, NewItem, NewPerson, NewSupport
from .demo_city import texts
from .fill_again import Life, Lives
from .fill_columns import OWN
from .fill_walk import City, KeptCalendar, Walker, walk
from .fill_words import Words

T = TypeVar("T")
YEARS = 3
SPOTS = 300  # in each kelurahan; reports gather around them
SCATTER = 0.00025  # degrees, about 28 m
SHARES = {"lapor": 74.0, "musrenbang": 15.0, "badami": 11.0}
HOURS = (1, 1, 1, 1, 2, 6, 14, 22, 30, 32, 28, 24, 22, 20, 20, 20, 22, 24, 28, 32, 30, 22, 12, 4)
SEASONS = {  # January first
    "lapor": (14, 14, 13, 11, 9, 8, 7, 7, 8, 10, 13, 15),
    "musrenbang": (40, 25, 8, 4, 3, 3, 3, 3, 4, 6, 10, 25),
    "badami": (8, 9, 9, 9, 9, 8, 8, 10, 9, 10, 9, 7),
}
VISIBLE = {"public": 58.0, "anonymous": 38.0, "confidential": 4.0}
CHANNELS = {"web": 86.0, "loket": 7.0, "whatsapp": 5.0, "telepon": 2.0}


class Draw(Generic[T]):
    """Draw from values by weight, quickly, again and again."""

    def __init__(self, weights: dict[T, float]) -> None:
        self.values, self.sums = list(weights), list(accumulate(weights.values()))

    def __call__(self, rng: random.Random) -> T:
        """One value."""
        return self.values[bisect(self.sums, rng.random() * self.sums[-1])]


@dataclass
class Setting:
    """Everything an invented item is made of, read once."""

    city: City
    words: Words
    areas: Draw[str]
    spots: dict[str, list[Spot]]
    categories: dict[str, Draw[Category]]
    days: dict[str, Draw[date]]
    kinds: Draw[str]


Login = tuple[int, int | None]  # person, user


def setting(seed: int, only: str = "") -> Setting:
    """Read the city, and decide by ``seed`` how its people are spread; ``only`` one kind."""
    rng = random.Random(seed)
    zone, now = current_app.config["CITY"].zone, datetime.now(UTC) - timedelta(minutes=5)
    words = Words(texts(), points(db.session))
    city = City(
        calendar=KeptCalendar(city_calendar().overrides),
        zone=zone,
        now=now,
        owner=_owner(),
        outside=_outside(),
        note=words.note,
    )
    kelurahan = select(Area.code, Area.area_km2).where(
        Area.level == "kelurahan", Area.valid_to.is_(None)
    )
    crowds = {
        code: km2**0.5 * rng.lognormvariate(0, 0.4)
        for code, km2 in db.session.execute(kelurahan.order_by(Area.code))
    }
    return Setting(
        city,
        words,
        Draw(crowds),
        spots(db.session, SPOTS, seed),
        {kind: _categories(kind) for kind in KINDS},
        {kind: _days(kind, now.astimezone(zone).date()) for kind in KINDS},
        Draw({kind: SHARES.get(kind, 10.0) for kind in KINDS if only in ("", kind)}),
    )


def _categories(kind: str) -> Draw[Category]:
    """The categories of a kind, the first ones by far the most used."""
    query = select(Category).where(
        Category.kind == kind, Category.emergency == "", Category.valid_to.is_(None)
    )
    found = db.session.scalars(query.order_by(Category.position)).all()
    for category in found:
        db.session.expunge(category)
    return Draw({category: (n + 1) ** -0.9 for n, category in enumerate(found)})


def _days(kind: str, today: date) -> Draw[date]:
    """The days of three years, more of them lately and in the season."""
    season = SEASONS.get(kind, (1,) * 12)
    days = (today - timedelta(days=n) for n in range(YEARS * 365))
    return Draw(
        {
            day: season[day.month - 1]
            * (1.25 - n / (YEARS * 365))
            * (0.6 if day.weekday() > 4 else 1)
            for n, day in enumerate(days)
        }
    )


def _owner() -> Callable[[Walker], str]:
    """The routing rules as a function, asked once for each case."""
    rules = list(db.session.scalars(select(RoutingRule).order_by(RoutingRule.position)))
    known = routing.departments(db.session)
    for found_ in (*rules, *known.values()):
        db.session.expunge(found_)  # read in another thread, without a session
    today, kept = city_day(), dict[tuple[str, str, str], str]()
    fallback = current_app.config["CITY"].roles["default_owner"]

    def owner(row: Walker) -> str:
        case = (row.category.code, row.area_code[:8], getattr(row, "road_class", "tidak_tahu"))
        if case not in kept:
            found = routing.explain(rules, routing.Case(*case))
            code = routing.successor(known, found.department_code, today) if found else None
            kept[case] = code or fallback
        return kept[case]

    return owner


def _outside() -> Callable[[Walker], str]:
    codes = list(
        db.session.scalars(
            select(Department.code)
            .where(Department.external, Department.valid_to.is_(None))
            .order_by(Department.code)
        )
    )
    return lambda row: codes[sum(row.category.code.encode()) % len(codes)]


def residents(where: Setting, number: int, seed: int) -> Iterator[NewPerson]:
    """Invented people, each in a kelurahan; every third has a login to which no password leads."""
    rng, names = random.Random(seed), where.words.texts.names or ("Warga",)
    for n in range(number):
        since = where.city.now - timedelta(days=rng.randrange(YEARS * 365, 2 * YEARS * 365))
        yield NewPerson(
            rng.choice(names),
            where.areas(rng),
            rng.randrange(1, 20),
            rng.randrange(1, 12),
            CONFIRMED if rng.random() < 0.9 else 0,
            since,
            f"warga-{secrets.token_hex(6)}@contoh.invalid" if n % 3 == 0 else None,
        )


def batches(
    where: Setting,
    people: list[Login],
    number: int,
    size: int,
    seed: int,
    lives: Lives | None = None,
) -> Iterator[Batch]:
    """``number`` items in batches of ``size``, old and new mixed; each is made when asked for."""
    rng, lives = random.Random(seed), lives or Lives(where.city.now)
    for begin in range(0, number, size):
        batch = Batch()
        for ref in range(min(size, number - begin)):
            _invent(rng, where, people, ref, batch, lives)
        yield batch


def lived(where: Setting, seed: int) -> Lives:
    """Enough lives for whoever fills a part of the city, walked once."""
    rng, lives = random.Random(seed), Lives(where.city.now)
    for kind in KINDS:
        while not lives.enough(kind):
            created = _moment(rng, where, kind)
            fresh = {"area_code": where.areas(rng), "author_id": 0, "filed_by_id": 0}
            life = _live(rng, where, KINDS[kind], created, 0, fresh | {"rw": 1, "rt": 1})
            lives.keep(*life)
    return lives


def _invent(
    rng: random.Random,
    where: Setting,
    people: list[Login],
    ref: int,
    batch: Batch,
    lives: Lives,
) -> None:
    kind, (person, user) = where.kinds(rng), people[int(rng.random() ** 1.6 * len(people))]
    created = _moment(rng, where, kind)
    fresh = {
        "area_code": where.areas(rng),
        "rw": 1 + int(rng.random() * 19),
        "rt": 1 + int(rng.random() * 11),
        "author_id": person,
        "filed_by_id": user,
    }
    life = lives.again(rng, kind, created, ref, fresh)
    row, trail, own = life or _live(rng, where, KINDS[kind], created, ref, fresh)
    if life is None:
        lives.keep(row, trail, own)
    batch.changes += trail
    batch.items.append(_item(rng, where, row, ref, own))
    batch.levels += [replace(level, ref=ref) for level in row.levels]
    if row.published_at is not None:
        _company(rng, where, people, row, ref, batch, trail[-1].at)


def _live(
    rng: random.Random,
    where: Setting,
    kind: Kind,
    created: datetime,
    ref: int,
    fresh: dict[str, Any],
) -> Life:
    """A new life, walked from its filing until today."""
    category = where.categories[kind.slug](rng)
    own = OWN[kind.slug](rng, category, created.astimezone(where.city.zone).date())
    row = Walker(
        kind=kind.slug,
        category=category,
        department_code=None,
        oversight=category.oversight or category.complaint_class == "pengawasan",
        created_at=created,
        priority="normal",
        published_at=created if kind.publishes_at_filing and rng.random() < 0.9 else None,
    )
    row.__dict__.update(own, **fresh)
    trail = walk(rng, where.city, row, ref)
    row.levels = row.past[-1]["levels"]
    return row, trail, tuple(own)


def _moment(rng: random.Random, where: Setting, kind: str) -> datetime:
    while True:
        day = where.days[kind](rng)
        at = datetime(day.year, day.month, day.day, HOUR(rng), tzinfo=where.city.zone)
        at += timedelta(seconds=int(rng.random() * 3600))
        if at < where.city.now:
            return at.astimezone(UTC)


def _channel(rng: random.Random, row: Any) -> str:
    """By which way it came; proposals are brought in, so that no RW's limit holds for them."""
    if KINDS[row.kind].filed_in:
        return "impor"
    return "web" if row.filed_by_id else CHANNEL(rng)


def _item(rng: random.Random, where: Setting, row: Any, ref: int, own: tuple[str, ...]) -> NewItem:
    lon, lat = rng.choice(where.spots[row.area_code])
    title, body, address = where.words.item(rng, row)
    return NewItem(
        ref=ref,
        kind=row.kind,
        category_code=row.category.code,
        state=row.state,
        title=title,
        body=body,
        lon=round(lon + rng.gauss(0, SCATTER), 6),
        lat=round(lat + rng.gauss(0, SCATTER), 6),
        area_code=row.area_code,
        rw=row.rw,
        rt=row.rt,
        address=address,
        author_id=row.author_id,
        filed_by_id=row.filed_by_id,
        channel=_channel(rng, row),
        visibility="confidential" if row.oversight else VISIBILITY(rng),
        oversight=row.oversight,
        department_code=row.department_code,
        published_at=row.published_at,
        due_on=None,
        state_since=row.state_since,
        created_at=row.created_at,
        year=getattr(row, "plan_year", row.created_at.astimezone(where.city.zone).year),
        own={name: getattr(row, name) for name in own},
    )


VISIBILITY, CHANNEL, HOUR = Draw(VISIBLE), Draw(CHANNELS), Draw(dict(enumerate(map(float, HOURS))))


def _company(
    rng: random.Random,
    where: Setting,
    people: list[Login],
    row: Walker,
    ref: int,
    batch: Batch,
    last: datetime,
) -> None:
    """Who stood behind it and what was said: little for most, much for a few."""
    begin, span = row.published_at or row.created_at, where.city.now - row.created_at
    window = min(span, last - row.created_at + timedelta(days=20))
    for person, _user in rng.sample(people, min(int(rng.paretovariate(1.1)) - 1, 60, len(people))):
        at = min(begin + window * rng.random(), where.city.now)
        batch.supports.append(NewSupport(ref, person, at))
    for _n in range(min(int(rng.paretovariate(1.6)) - 1, 15)):
        at = min(begin + window * rng.random(), where.city.now)
        person = rng.choice(people)[0]
        stance = rng.choice(("", "for", "for", "against")) if KINDS[row.kind].stances else ""
        body = where.words.comment(rng, row.kind)
        batch.comments.append(NewComment(ref, person, body, stance, "", None, at))
    if row.department_code and rng.random() < 0.15:
        seat, at = f"officer:{row.department_code}", min(last, where.city.now)
        body = where.words.answer(rng, row)
        batch.comments.append(
            NewComment(
                ref, rng.choice(people)[0], body, "", seat, row.department_code, max(at, begin)
            )
        )
