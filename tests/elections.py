"""A secret vote that has been held: cast through the database, closed, sealed, counted."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.counting import Rule
from app.services import contest_folder, contest_keys, contest_spec, sealing, tallies
from models import Contest, Tally, db
from tests import contests

CAST = text("SELECT answer FROM cast_ballot(:which, :who, :chosen, :shares, 'online', :fresh)")
USUAL = Rule.from_json({"rule": "equal-shares", "completion": ["step:1%", "fill:greedy"]}).to_json()


def ballots(number: int, items: int, seed: int = 1) -> list[list[int]]:
    """So many ballots of two groups of people who want different things."""
    draw = random.Random(seed)
    halves = range(1, items // 2 + 1), range(items // 2 + 1, items + 1)
    return [
        sorted(draw.sample(halves[n % 3 == 0], draw.randint(1, min(3, items // 2))))
        for n in range(number)
    ]


def held(
    given: Sequence[list[int]], shares: Sequence[list[int]] | None = None, **values: Any
) -> Contest:
    """A contest in which these ballots were cast; sealed."""
    values = {"rule": USUAL, "mode": "points" if shares else "approval", "most": 5, **values}
    made = contests.contest("draft", **values)
    made.spec_hash = contest_spec.digest(db.session, made)
    made.published_at, made.state = made.opens_at, "published"
    db.session.flush()
    contest_keys.make(made.id)
    for n, chosen in enumerate(given):
        row = {
            "which": made.id,
            "who": contest_keys.of_person(made.id, n),
            "chosen": chosen,
            "shares": shares[n] if shares else [],
            "fresh": secrets.token_bytes(16),
        }
        assert db.session.scalar(CAST, row) == "accepted"
    for state in ("open", "closed"):
        made.state = state
        db.session.flush()
    sealed = sealing.seal(made.id)
    assert sealed is not None
    return sealed


def counted(*given: Any, **values: Any) -> tuple[Contest, Tally]:
    """The same, counted and published."""
    contest = held(*given, **values)
    tally = tallies.settle(contest.id)
    assert tally is not None
    contest_folder.publish(contest, contest_folder.COUNTED)
    return contest, tally
