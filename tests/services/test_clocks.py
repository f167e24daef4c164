"""Deadlines as they are written: step by step they are what the whole trail says."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.kinds import kind_of
from app.queries.calendar import city_calendar, city_terms
from app.services import bulk, clock_sweep, clocks, fill, items
from app.services.refused import Refused
from app.workflow import BACK, Incomplete, NotAllowed
from models import Item
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
COLUMNS = ("due_at", "due_on", "hop_due_at", "whole_due_at", "whole_ended_at", "round", "pauses")
LEFT_OUT = {"merge", "divide", "split", "archive", "reject", "make_proposal", "withdraw"}


def written(item: Item) -> dict[str, object]:
    return {name: getattr(item, name) for name in COLUMNS}


def said(item: Item, session) -> dict[str, object]:
    """What the trail says now."""
    trail = session.execute(clocks.TRAIL, {"item": item.id}).all()
    found = kind_of(item).clocks(item, trail, city_terms(), clocks.since(item, trail))
    return {n: v for n, v in clocks.columns(found, city_terms(), True).items() if n in COLUMNS}


def live(item: Item, seed: int, steps: int, at: datetime) -> datetime:
    """Take random steps that lead on, hours to days apart; returns when the last was taken."""
    rng = random.Random(seed)
    for _n in range(steps):
        kind = kind_of(item)
        open_steps = [
            step
            for step in kind.workflow.steps
            if item.state in step.sources
            and step.target not in (None, BACK)
            and step.name not in LEFT_OUT
            and kind.facts(item).issuperset(step.when)
        ]
        if not open_steps:
            return at
        step = rng.choice(open_steps)
        at += timedelta(hours=rng.choice((1, 5, 26, 70)))
        try:
            items.move(item, step.name, make.everybody(item), make.answers(item, step), at=at)
        except (NotAllowed, Incomplete, Refused):
            continue
    return at


@pytest.mark.parametrize("seed", range(6))
def test_step_by_step_is_what_the_whole_trail_says(seed, session):
    begin = datetime.now(UTC) - timedelta(days=90)
    item = make.item("lapor", at=begin, category_code="jalan-berlubang")
    for part in range(4):
        begin = live(item, seed * 10 + part, 2, begin)
        assert written(item) == said(item, session), item.state
    before = written(item)
    clock_sweep.begin()
    report = clock_sweep.Report()
    last = 0
    while last := clock_sweep.batch(report, last):
        pass
    session.expire_all()
    assert report.moved == 0
    assert written(item) == before


def test_another_category_and_another_priority_are_another_promise(session):
    item = make.item("lapor", category_code="jalan-berlubang")
    calendar = city_calendar()
    assert item.whole_due_at == calendar.after(item.created_at, 3 + 10)
    answers = {"category": "lampu-lalu-lintas"}
    items.move(item, "recategorise", make.everybody(item), answers)
    assert item.hop_due_at == calendar.after(item.created_at, 1)
    assert item.whole_due_at == calendar.after(item.created_at, 1 + 3)


def test_a_question_stops_both_clocks_and_its_answer_gives_no_new_one(session):
    begin = datetime.now(UTC) - timedelta(days=8)
    item, calendar = make.item("lapor", at=begin), city_calendar()
    hop, whole = item.hop_due_at, item.whole_due_at
    asked, answered = begin + timedelta(days=1), begin + timedelta(days=3)
    items.move(item, "ask_info", make.everybody(item), {"note": "Di mana?"}, at=asked)
    assert item.due_at == calendar.after(asked, 10)
    assert (item.next_mark_at, item.pauses) == (None, 1)
    items.move(item, "give_info", make.everybody(item), {"note": "Di sini."}, at=answered)
    stood = calendar.position(answered) - calendar.position(asked)
    for was, now in ((hop, item.hop_due_at), (whole, item.whole_due_at)):
        longer = calendar.position(now) - calendar.position(was)
        assert abs(longer - stood) <= calendar.whole // 200


def test_an_owner_outside_stops_the_clock_once_and_not_for_ever(session):
    begin = datetime.now(UTC) - timedelta(days=100)
    item = make.item("lapor", at=begin)
    calendar, cap = city_calendar(), city_terms().caps["to_external"]
    whole = item.whole_due_at
    everybody = make.everybody(item)
    items.move(item, "verify", everybody, at=begin + timedelta(hours=1))
    step = kind_of(item).workflow.named("refer")
    at = begin + timedelta(days=1)
    items.move(item, "refer", everybody, make.answers(item, step), at=at)
    longest = item.whole_due_at
    days = (calendar.position(longest) - calendar.position(whole)) / calendar.whole
    assert days == pytest.approx(cap, abs=0.01)
    items.move(item, "take_back", everybody, {"note": "Kembali."}, at=at + timedelta(days=80))
    assert item.whole_due_at == longest
    step = kind_of(item).workflow.named("refer")
    again = at + timedelta(days=81)
    items.move(item, "refer", everybody, make.answers(item, step), at=again)
    assert (item.whole_due_at, item.pauses) == (longest, 1)


def test_a_part_has_the_promise_of_the_whole_it_was_cut_from(session):
    begin = datetime.now(UTC) - timedelta(days=6)
    item = make.item("lapor", at=begin)
    items.move(item, "verify", make.everybody(item), at=begin + timedelta(hours=1))
    part = items.split_off(
        item, make.DEPARTMENT, "Bagian", seat="coordinator", at=begin + timedelta(days=2)
    )
    assert part.whole_due_at == item.whole_due_at
    assert part.hop_due_at > begin + timedelta(days=2)


def test_volumes_come_in_with_the_clocks_of_their_trails(session):
    where = fill.setting(5)
    people = bulk.people(list(fill.residents(where, 20, 5)))
    (batch,) = fill.batches(where, people, 60, 60, 5)
    bulk.bring(batch)
    session.expire_all()
    found = session.scalars(select(Item)).all()
    assert len(found) >= 60
    for item in found:
        trail = session.execute(clocks.TRAIL, {"item": item.id}).all()
        made = kind_of(item).clocks(item, trail, city_terms())
        watched = clocks.can_be_late(item)
        wanted = clocks.columns(made, city_terms(), watched)
        for name in (*COLUMNS, "next_mark_at"):
            if hasattr(item, name):
                assert getattr(item, name) == wanted[name], (item.kind, item.state, name)
