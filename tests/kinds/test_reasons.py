"""The reasons for which proposals stop: every one has words that a neighbour understands."""

from __future__ import annotations

import pytest

from app.kinds import KINDS, REASONS
from app.kinds.musrenbang_reasons import PLAIN, WAYS
from app.kinds.musrenbang_states import DEFERRALS, DROPS, OBJECTIONS, REFUSALS, RETURNS, SENT_BACK

STOPS = {*REFUSALS, *RETURNS, *SENT_BACK, *DEFERRALS, *OBJECTIONS, *DROPS}
DOCUMENTED = {
    "entered_twice",
    "wrong_address",
    "already_proposed",
    "wrong_department",
    "not_city_asset",
    "below_standard",
    "still_good",
    "already_budgeted",
    "technically_impossible",
}


def test_the_reasons_that_offices_gave_in_the_past_can_be_given():
    assert set(REFUSALS) >= DOCUMENTED


@pytest.mark.parametrize("code", sorted(STOPS))
def test_every_reason_says_what_it_means_and_what_one_can_do(code):
    assert code in PLAIN
    assert set(PLAIN[code].ways) <= set(WAYS)
    assert PLAIN[code].ways


def test_every_reason_of_every_step_has_a_public_word():
    for kind in KINDS.values():
        for step in kind.workflow.steps:
            assert set(step.reasons) <= set(REASONS), (kind.slug, step.name)


def test_every_way_is_offered_for_some_reason():
    assert {way for told in PLAIN.values() for way in told.ways} == set(WAYS)
