"""Where the line falls, against a computation that knows nothing of the product's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queries.ranking import ListKey, cut, ranked
from app.services import ranking
from models import PROPOSAL_LEVELS, Proposal
from tests import factories as make
from tests.statements import Statements

COSTS = st.lists(st.none() | st.integers(0, 10**12), max_size=30)
CEILINGS = st.none() | st.integers(0, 10**13)
KEY = ListKey(2027, "kelurahan", make.KELURAHAN)


def by_hand(costs, ceiling, rule):
    """Each place by itself, from the words of the rule alone."""
    answers: list[Any] = []
    for place, cost in enumerate(costs):
        if ceiling is None:
            answers.append(None)
            continue
        before = costs[:place]
        if rule == "stop":
            sums = [sum(c or 0 for c in costs[: n + 1]) for n in range(place + 1)]
            if any(s > ceiling for s in sums[:-1]):
                answers.append(False)
            else:
                answers.append(None if cost is None else sums[-1] <= ceiling)
            continue
        left = ceiling
        for c in before:
            if c is not None and c <= left:
                left -= c
        answers.append(None if cost is None else cost <= left)
    return answers


@given(COSTS, CEILINGS, st.sampled_from(["stop", "skip"]))
def test_the_line_falls_where_the_words_of_the_rule_put_it(costs, ceiling, rule):
    assert [place.above for place in cut(costs, ceiling, rule)] == by_hand(costs, ceiling, rule)


@given(COSTS, st.integers(0, 10**13), st.sampled_from(["stop", "skip"]))
def test_what_is_above_the_line_never_costs_more_than_the_ceiling(costs, ceiling, rule):
    places = cut(costs, ceiling, rule)
    assert sum(c or 0 for c, p in zip(costs, places, strict=True) if p.above) <= ceiling


@given(COSTS, st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_larger_ceiling_takes_nothing_away_from_a_list_that_stops(costs, ceiling, more):
    small, large = cut(costs, ceiling), cut(costs, ceiling + more)
    assert all(b.above for a, b in zip(small, large, strict=True) if a.above)


@given(COSTS)
def test_without_a_ceiling_the_sum_runs_and_nothing_is_above_or_below(costs):
    places = cut(costs, None)
    assert [p.running for p in places] == [sum(c or 0 for c in costs[: n + 1])
                                           for n in range(len(costs))]  # fmt: skip
    assert {p.above for p in places} <= {None}


@pytest.mark.parametrize(
    "wrong",
    [
        ("rw", make.KELURAHAN, None, None),
        ("kelurahan", None, make.DEPARTMENT, None),
        ("kelurahan", make.KELURAHAN, None, 3),
        ("forum_opd", make.KELURAHAN, None, None),
        ("forum_opd", make.KELURAHAN, make.DEPARTMENT, None),
        ("nirgends", make.KELURAHAN, None, None),
    ],
)
def test_a_list_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="no such list"):
        ListKey(2027, *wrong)


def proposal(cost=1000, level="kelurahan", **values) -> Proposal:
    """A published proposal at a level of 2027."""
    made = make.item("musrenbang", **values)
    made.plan_year, made.level, made.cost = 2027, level, cost
    return made  # type: ignore[return-value]


@pytest.fixture
def clerk(session):
    """The kelurahan's moderator."""
    return make.actor(make.user(roles=["moderator"]))


def test_a_list_holds_what_reached_its_level_and_nothing_else(session, clerk):
    here, beyond = proposal(), proposal(level="kecamatan")
    proposal(level="rw")  # noise: not there yet, elsewhere, another year, hidden, unpublished
    proposal(area_code=make.OTHER_KELURAHAN)
    proposal().plan_year = 2028
    proposal(visibility="confidential")
    proposal(published=False)
    gone = proposal()
    gone.state = "refused"
    refused_higher_up = proposal(level="kecamatan")
    refused_higher_up.state = "refused"
    session.flush()
    found = ranked(session, KEY)
    assert {row.id for row in found.unranked} == {here.id, beyond.id, refused_higher_up.id}
    assert not found.rows


@pytest.mark.parametrize("level", PROPOSAL_LEVELS)
def test_each_level_has_its_list(session, level):
    item = proposal(level=level, rw=4, department_code=make.DEPARTMENT)
    session.flush()
    from app.queries.ranking_keys import key_of

    key = key_of(item, "32.73")
    assert key is not None and key.level == level
    assert [row.id for row in ranked(session, key).unranked] == [item.id]


def test_a_level_counts_with_the_cost_it_decided_on(session, clerk):
    one = proposal(cost=500)
    ranking.reorder(clerk, KEY, [one.id])
    row = next(row for row in one.levels if row.level == "kelurahan")
    row.cost, one.level, one.cost = 500, "kecamatan", 900
    session.flush()
    assert [row.cost for row in ranked(session, KEY)] == [500]
    upper = ListKey(2027, "kecamatan", make.KECAMATAN)
    assert [row.cost for row in ranked(session, upper).unranked] == [900]


def test_a_list_costs_three_queries_however_long_it_is(session, clerk):
    made = [proposal(cost=n) for n in range(12)]
    ranking.reorder(clerk, KEY, [one.id for one in made[:8]])
    with Statements() as sent:
        found = ranked(session, KEY)
    assert len(found.rows) == 8 and len(found.unranked) == 4
    assert len(sent) <= 3
