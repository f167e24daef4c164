"""What makes two reports likely to mean the same thing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.alike import Between, Said, likeness, weight, words

LAMP = Said("pju-mati", frozenset({"lampu", "mati", "tiang", "borma"}))
SAME = Between(metres=15, kin=1, letters=0.6, days=2)

stems = st.frozensets(
    st.sampled_from(["lampu", "mati", "tiang", "lubang", "tolong", "pak", "borma"])
)
between = st.builds(
    Between,
    metres=st.floats(0, 400),
    kin=st.floats(0, 1),
    letters=st.floats(0, 1),
    days=st.floats(0, 200),
    over=st.booleans(),
)
said = st.builds(Said, category=st.just("pju-mati"), stems=stems, pinned=st.booleans())


@given(said, said, between)
def test_likeness_is_a_probability_and_the_same_from_both_sides(one, other, gap):
    there = likeness(one, other, gap, {})
    assert 0 < there < 1
    assert there == pytest.approx(likeness(other, one, gap, {}))


@given(said, said, between, st.floats(0, 300))
def test_farther_apart_is_never_likelier(one, other, gap, more):
    farther = replace(gap, metres=gap.metres + more)
    assert likeness(one, other, farther, {}) <= likeness(one, other, gap, {}) + 1e-12


@given(said, said, between, st.floats(0, 100))
def test_longer_ago_is_never_likelier(one, other, gap, more):
    later = replace(gap, days=gap.days + more)
    assert likeness(one, other, later, {}) <= likeness(one, other, gap, {}) + 1e-12


@given(stems, stems)
def test_common_words_are_a_share(one, other):
    assert 0 <= words(one, other, {}) <= 1
    assert words(one, one, {}) == (1 if one else 0)


def test_a_rare_word_tells_more_than_a_common_one_and_a_courtesy_almost_nothing():
    shares = {"lampu": 0.2}
    assert weight("borma", shares) > weight("lampu", shares) > weight("tolong", shares)


def test_the_same_words_at_the_same_pole_are_likely_and_elsewhere_they_are_not():
    assert likeness(LAMP, LAMP, SAME, {}) > 0.9
    assert likeness(LAMP, LAMP, replace(SAME, metres=600), {}) < 0.5


def test_without_a_pin_the_words_have_to_say_more():
    placeless = replace(LAMP, pinned=False)
    assert likeness(placeless, LAMP, replace(SAME, metres=0), {}) < likeness(LAMP, LAMP, SAME, {})
