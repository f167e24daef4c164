"""The demo's two votes: one to take part in, one that is over, certified, with its folder."""

from __future__ import annotations

import math
import random
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select

from app.access import Actor
from app.counting import Rule
from app.queries import cycle_work
from app.queries.calendar import city_day
from app.queries.labels import area_label
from models import Ballot, Contest, Eligible, Person, Verification, db

from . import certifying, contest_folder, contest_keys, contests, sealing, tallies
from .demo_cast import Cast
from .fill_walk import City
from .mandates import VOUCHED

VOTERS, TURNOUT = 430, 0.78
PICKS = 5
MOST_ITEMS, LEAST_ITEMS = 14, 3
SHARE = 0.3  # of what all of it costs
STEP = 5_000_000  # rupiah
RULE = Rule.from_json({"rule": "equal-shares", "completion": ["step:1%", "fill:greedy"]})
WHY = (
    "Lahannya masih menunggu pelepasan hak; Kecamatan mengusulkannya lagi pada musrenbang "
    "berikutnya begitu suratnya lengkap."
)


def hold(cast: Cast, city: City, years: tuple[int, int], rng: random.Random) -> int:
    """Play both votes around the hero's kelurahan; returns how many there are."""
    area = cast.hero.area_code
    lurah, camat = cast.moderators[area], cast.validators[area[:8]]
    past = _draft(camat, "kecamatan", area[:8], years[0], city, opens=-18, closes=-1)
    if past is not None:
        _held(past, camat, cast.desks["planner"], rng)
    now = _draft(lurah, "kelurahan", area, years[1], city, opens=-2, closes=12)
    if now is not None:
        contests.publish(now, lurah, at=now.opens_at - timedelta(days=10))
    contests.open_due()
    return sum(vote is not None for vote in (past, now))


def _at(city: City, days: int, hour: int) -> datetime:
    day = city_day() + timedelta(days=days)
    return datetime.combine(day, time(hour), city.zone)


def _draft(
    keeper: Actor, level: str, area: str, year: int, city: City, *, opens: int, closes: int
) -> Contest | None:
    """A vote over what an area had on its list for a year; None where there is too little."""
    values: dict[str, Any] = {
        "title": f"Prioritas warga {area_label(area)} untuk pembangunan {year}",
        "body": "Pilih usulan yang menurut Anda paling perlu dikerjakan lebih dulu.",
        "kind": "musrenbang",
        "level": level,
        "area_code": area,
        "plan_year": year,
        "mode": "approval",
        "most": PICKS,
        "pagu": STEP,
        "rule": RULE.to_json(),
        "disputes_until": _at(city, opens - 2, 16),
        "opens_at": _at(city, opens, 8),
        "closes_at": _at(city, closes, 20),
    }
    contest = contests.draft(keeper, values)
    rows = [row for row in contests.on_offer(contest) if row.cost][:MOST_ITEMS]
    if len(rows) < LEAST_ITEMS:
        contests.discard(contest, keeper)
        return None
    contests.pick(contest, keeper, [row.id for row in rows])
    costs = [row.cost for row in rows]
    pagu = math.ceil(max(sum(costs) * SHARE, *costs) / STEP) * STEP  # the dearest may win, too
    contests.edit(contest, keeper, {"pagu": pagu, "most": min(PICKS, len(rows))})
    return contest


def _held(contest: Contest, camat: Actor, planner: Actor, rng: random.Random) -> None:
    """People vote, it closes, is sealed, counted, decided and certified."""
    people = _people(contest.area_code, rng)
    contests.publish(contest, camat, at=contest.opens_at - timedelta(days=10))
    voters = rng.sample(people, round(len(people) * TURNOUT))
    _box(contest, voters, rng)
    contests.open_due()
    contests.close(contest.id)
    sealing.seal(contest.id)
    tally = tallies.settle(contest.id)
    contest_folder.publish(contest, contest_folder.COUNTED)
    last = int(tally.outcome["winners"][-1]) if tally else 1
    certifying.decide(contest, camat, {last: (False, WHY)})
    certifying.certify(contest, camat)
    certifying.certify(contest, planner)
    contest_keys.destroy(contest.id)


def _people(area: str, rng: random.Random) -> Sequence[int]:
    """Residents without an account, whom their RW has vouched for; their ids."""
    homes = cycle_work.below(area, "kelurahan")
    rows = [
        {
            "name": "Warga",
            "level": VOUCHED,
            "area_code": rng.choice(homes),
            "rw": rng.randint(1, 9),
            "rt": rng.randint(1, 6),
        }
        for _ in range(VOTERS)
    ]
    made = db.session.execute(
        insert(Person).returning(Person.id, Person.area_code, Person.rw), rows
    ).all()
    db.session.execute(
        insert(Verification),
        [
            {
                "person_id": one.id,
                "level": VOUCHED,
                "method": "attestation",
                "area_code": one.area_code,
                "rw": one.rw,
                "seat": f"operator:{one.area_code}",
            }
            for one in made
        ],
    )
    return [one.id for one in made]


def _box(contest: Contest, voters: Sequence[int], rng: random.Random) -> None:
    """The ballots of days gone by, which the clock of ``cast_ballot`` would not take any more.

    People choose what is near and what many talk of.
    """
    numbers = [choice.no for choice in contest.choices]
    weights = [1 / (1 + 0.35 * place) for place in range(len(numbers))]
    near = dict(
        list(
            db.session.execute(
                select(Eligible.person_id, Eligible.rw).where(Eligible.contest_id == contest.id)
            )
        )
    )
    rows = []
    for person in voters:
        leaning = [
            weight * (3 if no % 4 == (near.get(person) or 0) % 4 else 1)
            for no, weight in zip(numbers, weights, strict=True)
        ]
        some = set(rng.choices(numbers, leaning, k=rng.randint(2, PICKS)))
        rows.append(
            {
                "contest_id": contest.id,
                "pseud": contest_keys.of_person(contest.id, person),
                "choices": sorted(some)[: contest.most],
                "points": [],
                "least": contest.least,
                "most": contest.most,
                "total": 0,
                "items": contest.items,
                "channel": "online",
                "nonce": secrets.token_bytes(16),
            }
        )
    db.session.execute(insert(Ballot), rows)
