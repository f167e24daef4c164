"""The state machine: holes in a declaration are refused, walks stay on declared ground."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kinds import KINDS
from app.workflow import BACK, NotAllowed, Phase, State, Step, Workflow

NEW, OPEN, DONE = (
    State("new", "New", Phase.NEW),
    State("open", "Open"),
    State("done", "Done", Phase.DONE),
)
BEGIN = Step("begin", "Begin", ("new",), "open", by=("triage",))
FINISH = Step("finish", "Finish", ("open",), "done", by=("owner",), asks=("note", "photos?"))
STUCK = State("stuck", "Stuck")
WAIT = Step("wait", "Wait", ("open",), "stuck", by=("owner",))
NOTE = Step("note", "Note", ("open", "done"), None, by=("owner",))


def workflow(*steps, states=(NEW, OPEN, DONE)):
    return Workflow(tuple(states), steps)


def anybody(_rules):
    return True


GOOD = workflow(BEGIN, FINISH, NOTE)


@pytest.mark.parametrize(
    ("steps", "states", "problem"),
    [
        ((replace(BEGIN, target="nowhere"), FINISH), None, "unknown"),
        ((BEGIN, replace(FINISH, sources=("open", "lost"))), None, "unknown"),
        ((BEGIN,), None, "unreachable"),
        ((BEGIN, FINISH, WAIT), (NEW, OPEN, DONE, STUCK), "dead end"),
        ((BEGIN, FINISH, replace(NOTE, name="finish")), None, "twice"),
        ((BEGIN, FINISH), (NEW, OPEN, DONE, replace(DONE, label="Again")), "twice"),
    ],
)
def test_a_declaration_with_a_hole_is_refused(steps, states, problem):
    with pytest.raises(ValueError, match=problem):
        workflow(*steps, states=states or (NEW, OPEN, DONE))


def test_a_state_with_facts_to_record_and_no_way_on_is_a_dead_end():
    note = replace(NOTE, sources=("stuck",))
    with pytest.raises(ValueError, match="dead end"):
        workflow(BEGIN, FINISH, WAIT, note, states=(NEW, OPEN, DONE, STUCK))


def test_only_steps_that_start_here_and_whose_rule_holds_are_open():
    assert [s.name for s in GOOD.open_steps("open", anybody, frozenset())] == ["finish", "note"]
    only_triage = [
        s.name for s in GOOD.open_steps("open", lambda rules: "triage" in rules, frozenset())
    ]
    assert only_triage == []


def test_a_step_with_a_condition_is_open_when_the_fact_holds():
    flow = workflow(BEGIN, replace(FINISH, when=("proved",)))
    assert not list(flow.open_steps("open", anybody, frozenset()))
    with pytest.raises(NotAllowed):
        flow.step("finish", "open", anybody, frozenset({"other"}))
    assert flow.step("finish", "open", anybody, frozenset({"proved", "other"})).target == "done"


def test_a_step_that_is_not_declared_does_not_exist():
    for name in ("", "fly", "FINISH", "__init__"):
        with pytest.raises(NotAllowed):
            GOOD.named(name)
        with pytest.raises(NotAllowed):
            GOOD.step(name, "open", anybody, frozenset())


def test_what_is_asked_is_told_apart_from_what_is_needed():
    assert FINISH.required == ("note",)
    assert FINISH.answers == ("note", "photos")


def test_the_diagram_shows_every_arrow_between_states():
    drawn = GOOD.mermaid()
    assert "[*] --> new" in drawn
    assert "new --> open: begin" in drawn
    assert "open --> done: finish" in drawn
    assert ": note" not in drawn


@given(kind=st.sampled_from(sorted(KINDS)), picks=st.lists(st.integers(0, 10**6), max_size=60))
def test_every_walk_stays_in_declared_states_and_ends_only_where_all_is_over(kind, picks):
    flow = KINDS[kind].workflow
    facts = frozenset(fact for step in flow.steps for fact in step.when)
    state = flow.initial
    before: list[str] = []
    for pick in picks:
        steps = list(flow.open_steps(state, anybody, facts))
        if not steps:
            assert flow[state].phase in (Phase.DONE, Phase.CLOSED)
            return
        step = steps[pick % len(steps)]
        assert flow.step(step.name, state, anybody, facts) is step
        if step.target == BACK:
            state = before.pop()
        elif step.target is not None:
            before.append(state)
            state = step.target
        assert flow[state].name == state


@given(
    kind=st.sampled_from(sorted(KINDS)),
    rules=st.frozensets(st.sampled_from(["triage", "owner", "author", "planner", "system"])),
    pick=st.integers(0, 10**6),
)
def test_what_is_open_can_be_taken_and_what_is_not_open_cannot(kind, rules, pick):
    flow = KINDS[kind].workflow
    state = flow.states[pick % len(flow.states)].name

    def allowed(by):
        return bool(rules & set(by))

    facts = frozenset({"place_bound", "few_returns", "info_not_asked", "below_city"})
    open_now = set(flow.open_steps(state, allowed, facts))
    for step in flow.steps:
        if step in open_now:
            assert flow.step(step.name, state, allowed, facts) is step
        else:
            with pytest.raises(NotAllowed):
                flow.step(step.name, state, allowed, facts)


@pytest.mark.parametrize("kind", KINDS)
def test_from_every_waiting_state_an_end_can_be_reached(kind):
    flow = KINDS[kind].workflow
    over = set(flow.in_phase(Phase.DONE, Phase.CLOSED))
    ends = set(over)
    while True:
        more = {
            source
            for step in flow.steps
            for source in step.sources
            if step.target in ends and source not in ends
        }
        if not more:
            break
        ends |= more
    assert ends == {state.name for state in flow.states}
