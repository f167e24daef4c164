"""Random lives of complaints: the clocks are those of a walker who follows minute by minute."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.clocks import NORMAL, Policies, Policy, PolicyLine, Terms, read
from app.kinds import KINDS
from app.workflow import BACK, Phase
from tests.examples import examples

from .test_hours import CITIES
from .walker import Rule, dues, utc

CALENDAR, OFFICE = CITIES["usual"]
LAPOR = KINDS["lapor"]
POLICY = Policy(2, 3, 4)
CAPS = {"need_info": 2, "to_external": 3}
LINES = tuple(PolicyLine("informasi", None, priority, POLICY) for priority in ("normal", "high"))
TERMS = Terms(CALENDAR, Policies(LINES), CAPS)
STATES = {state.name: state for state in LAPOR.workflow.states}
# Written down by hand, not read from the kind: the clock of each state and its working days.
CLOCKS = {
    "received": ("verify", 2),
    "need_info": ("verify", 2),
    "verified": ("verified", 2),
    "routed": ("plan", 3),
    "accepted": ("plan", 3),
    "reopened": ("plan", 3),
    "returned": ("returned", 2),
    "proof_submitted": ("proof_submitted", 3),
    "appealed": ("appealed", 10),
}
NOT_RUNNING = {"resolved", "closed", "rejected", "archived", "to_proposal", "merged", "appealed"}
RULES = {
    name: Rule(
        CLOCKS.get(name, (name, None))[0],
        CLOCKS.get(name, (name, None))[1],
        CAPS.get(name),
        name not in NOT_RUNNING,
    )
    for name in STATES
}

Step = tuple[datetime, str, str, str]  # at, step, source, target


def event(row: Step) -> Any:
    return SimpleNamespace(at=row[0], step=row[1], source=row[2], target=row[3])


def live(seed: int, start: datetime, steps: int) -> list[Step]:
    """A random legal life: any step of the workflow, minutes to weeks apart."""
    rng = random.Random(seed)
    trail: list[Step] = [(start, "file", "", LAPOR.workflow.initial)]
    at, state = start, LAPOR.workflow.initial
    before: dict[str, str] = {}
    for _n in range(steps):
        chosen = [
            step
            for step in LAPOR.workflow.steps
            if state in step.sources and (step.target != BACK or state in before)
        ]
        if not chosen:
            break
        step = rng.choice(chosen)
        at += timedelta(minutes=rng.choice((1, 7, 55, 400, 1500, 4000, 9000)))
        target = {None: state, BACK: before.get(state, "")}.get(step.target, step.target)
        if target != state:
            before[target] = state
        trail.append((at, step.name, state, target))
        state = target
    return trail


def clocks(trail: list[Step], **more: Any) -> Any:
    item = SimpleNamespace(
        state=trail[-1][3],
        created_at=trail[0][0],
        complaint_class="informasi",
        category_code="x",
        priority=NORMAL,
        planned_on=None,
        **more,
    )
    return LAPOR.clocks(item, [event(row) for row in trail], TERMS)


def as_if_never_joined(trail: list[Step]) -> list[tuple[datetime, str]]:
    """What the walker follows: states entered, joinings that were undone left out."""
    entered: list[tuple[datetime, str]] = []
    joined = False
    for at, _step, source, target in trail:
        if source == target:
            continue
        if target == "merged":
            joined = True
        elif joined:
            joined = False
            continue
        if not joined:
            entered.append((at, target))
    return entered


starts = st.builds(utc, st.dates(date(2026, 1, 20), date(2026, 11, 30)), st.integers(0, 1439))
lives = st.builds(live, st.integers(0, 10**9), starts, st.integers(0, 14))


@examples(20)
@given(trail=lives)
def test_both_clocks_are_those_of_the_walker(trail):
    assume(trail[-1][3] != "merged")
    ours = clocks(trail)
    whole, hop = dues(OFFICE, as_if_never_joined(trail), RULES, POLICY.whole, POLICY.resolve)
    assert ours.whole.due_at == whole
    if trail[-1][3] != "planned":
        assert (ours.hop.due_at if ours.hop else None) == hop


@given(trail=lives)
def test_pauses_happen_once_and_within_their_cap(trail):
    pauses = clocks(trail).pauses
    assert len({pause.state for pause in pauses}) == len(pauses)
    for pause in pauses:
        assert 0 <= pause.days <= CAPS[pause.state] == pause.cap


@given(trail=lives, at=st.integers(0, 30))
def test_what_is_only_recorded_moves_nothing(trail, at):
    place = min(at, len(trail) - 1)
    when, _step, _source, state = trail[place]
    more = [*trail[: place + 1], (when, "amend", state, state), *trail[place + 1 :]]
    assert clocks(more).due_at == clocks(trail).due_at
    assert [r.due_at for r in clocks(more).rounds] == [r.due_at for r in clocks(trail).rounds]


@given(start=starts, gaps=st.lists(st.integers(1, 6000), min_size=1, max_size=12))
def test_a_return_never_moves_the_whole(start, gaps):
    trail: list[Step] = [(start, "file", "", "received")]
    trail.append((start, "verify", "received", "verified"))
    trail.append((start, "route", "verified", "routed"))
    promised, at = clocks(trail).whole.due_at, start
    for gap in gaps:
        for step, source, target in (
            ("return", "routed", "returned"),
            ("reverify", "returned", "verified"),
            ("route", "verified", "routed"),
        ):
            at += timedelta(minutes=gap)
            trail.append((at, step, source, target))
            found = clocks(trail)
            assert found.whole.due_at == promised
            assert found.whole.number == 1
    assert found.hop.begun_at == at


@given(start=starts, first=st.integers(1, 4000), wait=st.integers(1, 30000))
def test_an_answer_gives_no_new_clock_but_what_was_left(start, first, wait):
    asked = start + timedelta(minutes=first)
    answered = asked + timedelta(minutes=wait)
    trail: list[Step] = [(start, "file", "", "received")]
    before = clocks(trail)
    trail.append((asked, "ask_info", "received", "need_info"))
    trail.append((answered, "give_info", "need_info", "received"))
    after = clocks(trail)
    stood = after.pauses[0].ticks
    for name in ("hop", "whole"):
        was, now = getattr(before, name), getattr(after, name)
        late = CALENDAR.position(asked) >= was.start + was.length
        longer = CALENDAR.position(now.due_at) - CALENDAR.position(was.due_at)
        allowed = 2 * CALENDAR.whole // 400  # both ends are whole minutes
        assert abs(longer - (0 if late else stood)) <= allowed
        assert (now.begun_at, now.length) == (was.begun_at, was.length)


@given(trail=lives)
def test_joining_and_separating_leaves_every_clock_as_it_was(trail):
    state, at = trail[-1][3], trail[-1][0]
    assume(STATES[state].phase in (Phase.NEW, Phase.OPEN))
    again = [
        *trail,
        (at + timedelta(hours=30), "merge", state, "merged"),
        (at + timedelta(days=12), "unmerge", "merged", state),
    ]
    one, two = clocks(trail), clocks(again)
    assert one.due_at == two.due_at
    assert [(r.due_at, r.number, r.ended_at) for r in one.rounds] == [
        (r.due_at, r.number, r.ended_at) for r in two.rounds
    ]
    assert (one.hop and one.hop.due_at) == (two.hop and two.hop.due_at)
    assert [(p.state, p.until) for p in one.pauses] == [(p.state, p.until) for p in two.pauses]


@given(trail=lives)
def test_each_round_begins_where_a_solution_was_opened_again(trail):
    rounds = clocks(trail).rounds
    assert [run.number for run in rounds] == list(range(1, len(rounds) + 1))
    for earlier, later in zip(rounds, rounds[1:], strict=False):
        assert earlier.ended_at is not None
        assert earlier.ended_at <= later.begun_at
    assert all(run.days == (POLICY.whole if run.number == 1 else POLICY.resolve) for run in rounds)


@given(trail=lives, factor=st.sampled_from(("warn", "breach", "twice")))
def test_levels_come_in_order_and_a_promise_lasts_until_its_day_is_over(trail, factor):
    for run in clocks(trail).running:
        assert run.begun_at <= run.level("warn") <= run.due_at < run.level("breach")
        assert run.level("breach") <= run.level("twice")
        assert CALENDAR.midnight_after(run.due_at) == run.level("breach")


@given(start=starts, earlier=st.integers(1, 20000))
def test_the_oldest_of_joined_reports_gives_the_whole_its_start(start, earlier):
    since = start - timedelta(minutes=earlier)
    trail = [event((start, "file", "", "received"))]
    stages = LAPOR.stages(POLICY, TERMS)
    ours = read(trail, stages, CALENDAR, whole=lambda n: POLICY.whole, since=since)
    alone = read(
        [event((since, "file", "", "received"))], stages, CALENDAR, whole=lambda n: POLICY.whole
    )
    assert ours.whole.due_at == alone.whole.due_at
    assert ours.hop.begun_at == start


def test_the_narrowest_line_that_fits_on_the_day_of_filing_holds():
    def line(category, priority, days, first=None, last=None):
        policy = Policy(days, days, days)
        return PolicyLine("aspirasi", category, priority, policy, first, last)

    table = Policies(
        (
            line(None, None, 9),
            line(None, "high", 7),
            line("taman", None, 5),
            line("taman", "normal", 4, date(2026, 1, 1), date(2026, 7, 1)),
            line("taman", "normal", 3, date(2026, 3, 1), date(2026, 5, 1)),
        )
    )

    def days(category, priority, day):
        return table.policy("aspirasi", category, priority, day).verify

    march, june, july = date(2026, 3, 1), date(2026, 6, 30), date(2026, 7, 1)
    assert days("taman", "normal", march) == 3
    assert days("taman", "normal", june) == 4
    assert days("taman", "normal", july) == 5
    assert days("taman", "low", march) == 5
    assert days("jalan", "normal", march) == 9
    assert days("jalan", "high", march) == 7
    assert table.policy("informasi", "x", "normal", march) == Policy(3, 5, 5)
    assert table.policy("pengawasan", "x", "low", march) == Policy(3, 5, 60)


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from((None, "a", "b")),
            st.sampled_from((None, "low", "normal", "high")),
            st.integers(0, 9),
        ),
        max_size=8,
    ),
    category=st.sampled_from("abc"),
)
def test_a_high_priority_never_waits_longer_than_an_ordinary_one(lines, category):
    table = Policies(tuple(PolicyLine("x", c, p, Policy(n, n, n)) for c, p, n in lines))
    high, usual = (table.policy("x", category, p, date(2026, 1, 1)) for p in ("high", "normal"))
    assert (high.verify, high.plan, high.resolve) <= (usual.verify, usual.plan, usual.resolve)


@pytest.mark.parametrize(
    ("days", "worth"), [(3, Fraction(3)), (10, Fraction(10)), (60, Fraction(60))]
)
def test_a_run_knows_its_length(days, worth):
    stages = LAPOR.stages(Policy(days, 1, 1), TERMS)
    trail = [event((utc(date(2026, 5, 5), 600), "file", "", "received"))]
    assert read(trail, stages, CALENDAR).hop.days == worth
