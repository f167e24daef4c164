"""A jury's marks, alone and beside the voters: weighed exactly, each on its own scale."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.counting import Aspect, Election, Marks, Project, Rule, Unfit, count

ASPECTS = (Aspect("use", 60), Aspect("ready", 40))
TIES = ("more_votes", "name")


def given_by(*judges):
    """Marks of judges for one project, two aspects each."""
    return {f"j{n}": {"use": one, "ready": other} for n, (one, other) in enumerate(judges)}


def election(votes=((0, 3), (1, 2), (2, 1)), cost=10, budget=20):
    projects = [Project(str(n), cost) for n in range(4)]
    return Election.of(projects, [([p], None, n) for p, n in votes], budget)


FULL = {
    "0": given_by((5, 5), (1, 1), (3, 3)),
    "1": given_by((5, 4), (5, 4), (4, 4)),
    "2": given_by((1, 2), (2, 1), (1, 1)),
}


def points(outcome):
    return {one.id: Fraction(one.points) for one in outcome.results if one.points}


def test_means_and_spread_are_exact():
    verdict = Marks(ASPECTS, FULL).verdict("1")
    assert [given for _judge, given in verdict.judges] == [90, 90, 75]
    assert (verdict.mean, verdict.spread) == (Fraction(85), Fraction(15))


def test_the_jury_s_part_and_the_voters_part_make_the_points():
    rule = Rule(rule="ranked", skip=False, jury=Fraction(2, 5), ties=TIES)
    outcome = count(election(), rule, Marks(ASPECTS, FULL))
    assert points(outcome)["0"] == Fraction(2, 5) * 50 + Fraction(3, 5) * 50
    assert points(outcome)["1"] == Fraction(2, 5) * 85 + Fraction(3, 5) * Fraction(100, 3)
    assert outcome.winners == ("1", "0")


def test_what_nobody_judged_has_no_place_and_no_points_but_its_votes_count_among_all():
    rule = Rule(rule="ranked", jury=Fraction(1, 2), ties=TIES)
    votes = ((0, 3), (3, 9))
    outcome = count(election(votes, budget=100), rule, Marks(ASPECTS, FULL))
    assert (outcome.of("3").why, outcome.of("3").points, outcome.of("3").votes) == (
        "unjudged", "", 9,
    )  # fmt: skip
    assert outcome.voters == 12
    assert points(outcome)["0"] == 25 + Fraction(25, 2)


def test_marks_that_are_missing_or_off_the_scale_are_refused():
    rule = Rule(rule="ranked", jury=Fraction(1), ties=TIES)
    with pytest.raises(Unfit):
        count(election(), rule)
    for bad in ({"use": 6, "ready": 1}, {"use": 3}):
        with pytest.raises(Unfit):
            count(election(), rule, Marks(ASPECTS, {"0": {"j": bad}}))
    with pytest.raises(Unfit):
        Rule(rule="equal-shares", jury=Fraction(1, 2))


marks = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=3, max_size=5)


@given(
    given=st.lists(marks, min_size=4, max_size=4),
    votes=st.lists(st.integers(1, 9), min_size=4, max_size=4),
    part=st.integers(1, 10),
    gone=st.integers(0, 3),
)
def test_withdrawing_one_moves_no_other_and_the_order_of_criteria_does_not_matter(
    given, votes, part, gone
):
    rule = Rule(rule="ranked", jury=Fraction(part, 10), ties=TIES)
    asked = election(list(enumerate(votes)), budget=1000)
    told = {str(n): given_by(*one) for n, one in enumerate(given)}
    whole = count(asked, rule, Marks(ASPECTS, told))
    turned = count(asked, rule, Marks(ASPECTS[::-1], told))
    assert turned.result_hash == whole.result_hash
    fewer = {id: one for id, one in told.items() if id != str(gone)}
    without = count(asked, rule, Marks(ASPECTS, fewer))
    assert without.winners == tuple(id for id in whole.winners if id != str(gone))
    assert points(without) == {id: p for id, p in points(whole).items() if id != str(gone)}
