"""What the three kinds declare: known answers, words for every reason, effects with a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.access import RULES
from app.cli.kinds import page
from app.forms.steps import FIELDS, answers, form_for
from app.kinds import KINDS, REASONS, states_in
from app.workflow import Phase

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=str)
HOLDERS = {"", "triage", "owner", "author", "planner", "level", "appeal"}
ALLOWED = {"comment", "support", "vote", "edit"}


@every_kind
def test_every_step_asks_only_what_its_form_has_a_field_for(kind):
    known = set(FIELDS) - {"period_from", "period_to"} | {"period", "parts", "checklist", "shares"}
    for step in kind.workflow.steps:
        assert set(step.answers) <= known, step.name


@every_kind
def test_every_reason_has_words_and_is_asked_for(kind):
    for step in kind.workflow.steps:
        assert set(step.reasons) <= set(REASONS), step.name
        assert bool(step.reasons) == ("reason" in step.answers), step.name
        assert len(set(step.reasons)) == len(step.reasons)


def test_every_reason_with_words_is_used():
    used = {r for kind in KINDS.values() for step in kind.workflow.steps for r in step.reasons}
    assert used == set(REASONS)


@every_kind
def test_every_effect_and_clock_names_a_step_or_state_there_is(kind):
    assert set(kind.effects) <= {step.name for step in kind.workflow.steps}
    assert set(kind.named) <= {state.name for state in kind.workflow.states}


@every_kind
def test_every_state_is_held_and_allows_in_known_words(kind):
    for state in kind.workflow.states:
        assert state.held_by in HOLDERS, state.name
        assert state.allows <= ALLOWED, state.name
        assert state.within is None or state.held_by, f"{state.name}: a clock and nobody to act"
        if state.phase is Phase.CLOSED:
            assert state.within is None, state.name


@every_kind
def test_whoever_holds_a_state_has_a_step_out_of_it(kind):
    for state in kind.workflow.states:
        if not state.held_by:
            continue
        ways = [s for s in kind.workflow.steps if state.name in s.sources]
        rules = {rule for step in ways for rule in step.by}
        held_by = {"owner": {"owner"}, "triage": {"triage"}}.get(state.held_by, {state.held_by})
        assert held_by & rules, (kind.slug, state.name, state.held_by)


@every_kind
def test_every_step_names_rules_there_are(kind):
    for step in kind.workflow.steps:
        assert step.by, step.name
        assert set(step.by) <= set(RULES), step.name


@every_kind
def test_negative_steps_carry_a_public_reason_and_words(kind):
    """What ends an item against its author's wish says why, in words."""
    closing = set(kind.workflow.in_phase(Phase.CLOSED))
    for step in kind.workflow.steps:
        if step.target in closing and "author" not in step.by and step.name != "merge":
            assert {"reason", "note"} <= set(step.required), step.name


@every_kind
def test_every_steps_form_has_a_field_for_each_answer(kind, app):
    with app.test_request_context():
        for step in kind.workflow.steps:
            form = form_for(step, {})()
            given = answers(form, step)
            assert set(step.answers) <= set(given) | {"photos"}, step.name


@every_kind
def test_slug_letter_and_table_agree(kind):
    assert kind.model.__mapper_args__["polymorphic_identity"] == kind.slug
    assert len(kind.letter) == 1
    assert kind.letter.isupper()


def test_letters_of_public_numbers_are_not_shared():
    assert len({kind.letter for kind in KINDS.values()}) == len(KINDS)


@every_kind
def test_the_city_has_words_for_the_service(kind, app):
    with app.app_context():
        for name in ("label", "word", "sentence", "action", "noun"):
            assert kind.words[name], name


def test_states_of_a_phase_are_listed_with_their_kind():
    pairs = states_in(Phase.NEW)
    assert ("lapor", "received") in pairs
    assert ("badami", "idea") in pairs
    assert ("lapor", "closed") not in pairs


def test_the_page_with_the_diagrams_is_current(app):
    with app.app_context():
        written = Path(app.root_path, "kinds", "README.md").read_text("utf-8")
        current = page() == written
    assert current, "run: bin/flask kinds diagrams"
