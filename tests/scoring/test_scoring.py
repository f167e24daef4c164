"""Scores: exact, recomputable, and no proposal's fate hangs on another's withdrawal."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymcdm.methods import TOPSIS
from pymcdm.normalizations import vector_normalization

from app.scoring import (
    MOST_INCONSISTENT,
    WHOLE,
    Criterion,
    Unmarked,
    band,
    closeness,
    compare,
    nearest_shifts,
    ranks,
    reweighted,
    score,
    weights_add_up,
)

DEFAULT = [
    Criterion("urgency", 2500),
    Criterion("beneficiaries", 2000),
    Criterion("plan", 2000),
    Criterion("equity", 1500),
    Criterion("readiness", 1000),
    Criterion("support", 1000),
]


def weights(n: int) -> st.SearchStrategy[list[int]]:
    """``n`` weights that make 100 points."""
    cuts = st.lists(st.integers(0, WHOLE), min_size=n - 1, max_size=n - 1).map(sorted)
    return cuts.map(lambda c: [b - a for a, b in zip([0, *c], [*c, WHOLE], strict=True)])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Criterion], dict[int, dict[str, list[int]]]]:
    """Criteria with weights, and the marks of some proposals by some assessors."""
    n = draw(st.integers(2, 6))
    criteria = [Criterion(f"c{i}", weight) for i, weight in enumerate(draw(weights(n)))]
    assessors = draw(st.integers(1, 4))
    mark = st.lists(st.integers(1, 5), min_size=assessors, max_size=assessors)
    proposals = draw(st.integers(1, 8))
    return criteria, {
        one: {criterion.code: draw(mark) for criterion in criteria} for one in range(proposals)
    }


def test_the_sum_written_in_the_guide_comes_out_to_the_hundredth():
    marks = {
        "urgency": [5, 4],
        "beneficiaries": [3, 3],
        "plan": [5, 5],
        "equity": [1, 2],
        "readiness": [4, 4],
        "support": [2, 2],
    }
    found = score(DEFAULT, marks, least=2)
    # 25 · 0.875 + 20 · 0.5 + 20 · 1 + 15 · 0.125 + 10 · 0.75 + 10 · 0.25
    assert found.total == Fraction("63.75")
    assert [part.points for part in found.parts][:2] == [Fraction("21.875"), Fraction(10)]


def test_too_few_assessors_are_no_score_and_a_mark_beside_the_scale_is_refused():
    one = [Criterion("a", WHOLE)]
    with pytest.raises(Unmarked, match="a"):
        score(one, {"a": [3]}, least=2)
    with pytest.raises(Unmarked):
        score(one, {})
    with pytest.raises(ValueError, match="outside"):
        score(one, {"a": [6]})
    with pytest.raises(ValueError, match="no such criterion"):
        Criterion("a", 1, 5, 5)


@given(tables())
def test_the_best_marks_give_all_points_and_the_parts_make_the_total(table):
    criteria, proposals = table
    assert weights_add_up(criteria)
    for marks in proposals.values():
        found = score(criteria, marks)
        assert sum(part.points for part in found.parts) == found.total
        assert 0 <= found.total <= 100
    best = {criterion.code: [5] for criterion in criteria}
    assert score(criteria, best).total == 100
    assert score(criteria, {code: [1] for code in best}).total == 0


@given(tables(), st.data())
def test_withdrawing_a_proposal_changes_the_order_of_no_other(table, data):
    criteria, proposals = table
    totals = {one: score(criteria, marks).total for one, marks in proposals.items()}
    gone = data.draw(st.sampled_from(sorted(totals)))
    before = ranks(totals)
    after = ranks({one: total for one, total in totals.items() if one != gone})
    for one, other in combinations(after, 2):
        assert (before[one] < before[other]) == (after[one] < after[other])


def test_equal_totals_share_a_place_and_the_next_is_left_out():
    assert ranks({"a": Fraction(3), "b": Fraction(5), "c": Fraction(3), "d": Fraction(1)}) == {
        "b": 1,
        "a": 2,
        "c": 2,
        "d": 4,
    }


def test_a_measured_value_becomes_a_mark_by_published_limits():
    limits = [10, 50, 200, 1000]
    assert [band(value, limits) for value in (0, 9, 10, 199, 200, 5000)] == [1, 1, 2, 3, 4, 5]


@given(tables(), st.data())
def test_a_total_with_another_weight_is_what_a_new_round_would_have_given(table, data):
    criteria, proposals = table
    code = data.draw(st.sampled_from([criterion.code for criterion in criteria]))
    points = data.draw(st.integers(0, 100))
    marks = next(iter(proposals.values()))
    shares = score(criteria, marks).shares
    rest = WHOLE - next(c.weight for c in criteria if c.code == code)
    others = [c for c in criteria if c.code != code]
    expected = shares[code] * points
    for other in others:
        part = Fraction(other.weight, rest) if rest else Fraction(1, len(others))
        expected += shares[other.code] * part * (100 - points)
    assert reweighted(criteria, shares, code, Fraction(points)) == expected


@given(tables(), st.data())
def test_the_nearest_shift_is_the_first_change_of_order_a_search_finds(table, data):
    criteria, proposals = table
    shares = {one: score(criteria, marks).shares for one, marks in proposals.items()}
    code = data.draw(st.sampled_from([criterion.code for criterion in criteria]))
    weight = Fraction(next(c.weight for c in criteria if c.code == code), 100)

    def totals(points: Fraction) -> dict[int, Fraction]:
        return {one: reweighted(criteria, row, code, points) for one, row in shares.items()}

    now = totals(weight)
    order = sorted(now, key=lambda one: (-now[one], one))
    less, more = nearest_shifts(criteria, shares, order, code)
    found = [shift.weight for shift in (less, more) if shift]
    for points in {Fraction(k, 2) for k in range(201)}:
        then = totals(points)
        turned = any(then[b] > then[a] for a, b in combinations(order, 2))
        reached = any((w <= weight and points < w) or (w >= weight and points > w) for w in found)
        assert not turned or reached
    for shift in (less, more):
        if shift:
            then = totals(shift.weight)
            assert then[shift.above] == then[shift.below]


def test_comparisons_that_agree_with_each_other_give_back_the_weights_behind_them():
    behind = [Fraction(4), Fraction(2), Fraction(1)]
    judged = {(i, j): behind[i] / behind[j] for i, j in combinations(range(3), 2)}
    found = compare(3, judged)
    assert found.weights == (5714, 2857, 1429)
    assert sum(found.weights) == WHOLE
    assert found.ratio == pytest.approx(0, abs=1e-12)
    assert found.matrix[2][0] == Fraction(1, 4)


def test_comparisons_that_run_in_a_ring_are_found_out():
    ring = {(0, 1): Fraction(9), (1, 2): Fraction(9), (0, 2): Fraction(1, 9)}
    assert compare(3, ring).ratio > MOST_INCONSISTENT
    with pytest.raises(ValueError, match="no such comparison"):
        compare(2, {(0, 1): Fraction(10)})
    with pytest.raises(ValueError, match="criteria"):
        compare(0, {})


@given(st.integers(1, 8), st.data())
def test_the_consistency_ratio_is_saatys_and_weights_always_make_a_hundred(n, data):
    scale = st.sampled_from(
        [Fraction(k) for k in range(1, 10)] + [Fraction(1, k) for k in range(2, 10)]
    )
    judged = {pair: data.draw(scale) for pair in combinations(range(n), 2)}
    found = compare(n, judged)
    assert sum(found.weights) == WHOLE
    matrix = np.array([[float(value) for value in row] for row in found.matrix])
    means = matrix.prod(axis=1) ** (1 / n)
    shares = means / means.sum()
    assert np.abs(shares * WHOLE - np.array(found.weights)).max() < 1
    if n > 2:
        index = ((matrix @ shares / shares).mean() - n) / (n - 1)
        random = [0.58, 0.90, 1.12, 1.24, 1.32, 1.41][n - 3]
        assert found.ratio == pytest.approx(max(index / random, 0), abs=1e-9)


@given(tables())
def test_both_rules_agree_with_an_independent_library(table):
    criteria, proposals = table
    codes = [criterion.code for criterion in criteria]
    scored = {one: score(criteria, marks) for one, marks in proposals.items()}
    matrix = np.array([[float(part.mean) for part in found.parts] for found in scored.values()])
    parts = np.array([criterion.weight / WHOLE for criterion in criteria])
    for found, row in zip(scored.values(), (matrix - 1) / 4, strict=True):
        assert float(found.total) == pytest.approx(float(row @ parts) * 100)
    means = {one: {part.code: part.mean for part in found.parts} for one, found in scored.items()}
    ours = closeness(criteria, means)
    spread = (matrix * parts).max(axis=0) - (matrix * parts).min(axis=0)
    if len(proposals) > 1 and spread.max() > 0:
        theirs = TOPSIS(vector_normalization)(matrix, parts, np.ones(len(codes)), validation=False)
        assert [ours[one] for one in proposals] == pytest.approx(list(theirs), abs=1e-9)
