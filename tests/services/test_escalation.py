"""Promises that run out: each level once, to the right seats, in one letter a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, text

from app.clocks import BREACH, TWICE, WARN
from app.jobs import clocks as job
from app.queries.calendar import city_calendar
from app.services import deadline_letters, escalation, items
from models import ClockMark, Item, Notification
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime.now(UTC)


def old(working_days: int, **columns) -> Item:
    """A complaint filed so many working days ago, that nobody has looked at."""
    day = NOW
    calendar = city_calendar()
    begin = calendar.position(NOW) - working_days * calendar.whole
    while calendar.position(day) > begin:
        day -= timedelta(hours=3)
    return make.item("lapor", at=day, published=False, **columns)


def marks(item, session) -> set[tuple[str, str, int]]:
    rows = session.scalars(select(ClockMark).where(ClockMark.item_id == item.id))
    return {(mark.clock, mark.level, mark.run) for mark in rows}


def lines(user, session) -> list[str]:
    rows = select(Notification.event).where(
        Notification.user_id == user.id,
        Notification.event.in_(escalation.EVENTS.values()),
    )
    return list(session.scalars(rows.order_by(Notification.id)))


def policy_days(item) -> int:
    calendar = city_calendar()
    ticks = calendar.position(item.hop_due_at) - calendar.position(item.created_at)
    return round(ticks / calendar.whole)


def test_what_is_young_is_not_marked(session):
    item = make.item("lapor")
    assert item.next_mark_at > NOW
    assert escalation.mark(NOW) == 0
    assert marks(item, session) == set()


def test_levels_are_marked_as_they_are_reached_and_each_once(session):
    item = make.item("lapor")
    clock = ("verify", 1)
    calendar, n = city_calendar(), policy_days(item)
    at_warn = calendar.after(item.created_at, Fraction(3 * n, 4))
    for now, levels in [
        (at_warn + timedelta(minutes=2), {WARN}),
        (item.hop_due_at + timedelta(minutes=1), {WARN}),
        (calendar.midnight_after(item.hop_due_at), {WARN, BREACH}),
        (calendar.after(item.created_at, 2 * n) + timedelta(days=1), {WARN, BREACH, TWICE}),
    ]:
        for _again in range(2):
            escalation.mark(now)
        found = {level for name, level, run in marks(item, session) if (name, run) == clock}
        assert found == levels, now


def test_who_is_told_climbs_with_the_level(session):
    moderator, validator = make.user(roles=("moderator",)), make.user(roles=("validator",))
    coordinator = make.user(roles=("coordinator",))
    elsewhere = make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN)
    item = make.item("lapor")
    n = policy_days(item)
    calendar = city_calendar()
    warned = item.next_mark_at
    escalation.mark(warned)
    assert lines(moderator, session) == ["due_soon"]
    assert lines(validator, session) == lines(coordinator, session) == []
    escalation.mark(calendar.midnight_after(item.hop_due_at))
    assert lines(validator, session) == ["overdue"]
    assert lines(coordinator, session) == []
    escalation.mark(calendar.after(item.created_at, 2 * n) + timedelta(days=1))
    assert lines(moderator, session) == ["due_soon", "overdue", "overdue_twice"]
    assert lines(coordinator, session) == ["overdue_twice"]
    assert lines(elsewhere, session) == []


def test_the_department_hears_of_what_it_holds(session):
    officer, moderator = make.user(roles=("officer",)), make.user(roles=("moderator",))
    item = make.item("lapor", state="routed")
    escalation.mark(item.next_mark_at)
    assert lines(officer, session) == ["due_soon"]
    assert lines(moderator, session) == []


def test_of_what_takes_twice_its_time_the_head_of_the_department_hears(session):
    lead = ("officer", {"department_code": make.DEPARTMENT, "leads": True})
    head, officer = make.user(mandate=lead), make.user(roles=("officer",))
    elsewhere = ("officer", {"department_code": make.OTHER_DEPARTMENT, "leads": True})
    other = make.user(mandate=elsewhere)
    item = make.item("lapor", department_code=make.DEPARTMENT)  # the kelurahan has it
    n, calendar = policy_days(item), city_calendar()
    escalation.mark(calendar.midnight_after(item.hop_due_at))
    assert lines(head, session) == []
    escalation.mark(calendar.after(item.created_at, 2 * n) + timedelta(days=1))
    assert lines(head, session) == ["overdue_twice"]
    assert lines(officer, session) == lines(other, session) == []


def test_the_head_hears_of_nothing_else_while_an_officer_is_there(session):
    lead = ("officer", {"department_code": make.DEPARTMENT, "leads": True})
    head = make.user(mandate=lead)
    alone = make.item("lapor", state="routed")
    escalation.mark(alone.next_mark_at)
    assert lines(head, session) == ["due_soon"]
    officer = make.user(roles=("officer",))
    shared = make.item("lapor", state="routed")
    escalation.mark(shared.next_mark_at)
    assert lines(officer, session) == ["due_soon"]
    assert lines(head, session) == ["due_soon"]
    tasks = select(Notification.user_id).where(
        Notification.event == "task", Notification.item_id == shared.id
    )
    assert officer.id in session.scalars(tasks).all()
    assert head.id not in session.scalars(tasks).all()


def test_no_seat_hears_of_an_oversight_case_it_is_about(session):
    about = make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    moderator, validator = make.user(roles=("moderator",)), make.user(roles=("validator",))
    coordinator = make.user(roles=("coordinator",))
    item = make.item(
        "lapor",
        oversight=True,
        subject_department_code=make.OTHER_DEPARTMENT,
        department_code=make.OTHER_DEPARTMENT,
    )
    escalation.mark(NOW + timedelta(days=200))
    assert marks(item, session)
    assert lines(coordinator, session)
    for user in (about, moderator, validator):
        assert lines(user, session) == []


@pytest.mark.parametrize("state", ["need_info", "resolved", "closed", "rejected"])
def test_what_waits_for_its_reporter_or_is_over_is_never_late(state, session):
    item = make.item("lapor", state=state)
    session.refresh(item)
    assert item.next_mark_at is None
    item.next_mark_at = NOW
    session.flush()
    escalation.mark(NOW + timedelta(days=300))
    assert marks(item, session) == set()


def test_a_new_holder_has_a_clock_of_its_own_that_is_marked_anew(session):
    item = make.item("lapor", state="routed")
    escalation.mark(item.next_mark_at)
    first = {m for m in marks(item, session) if m[0] == "plan"}
    answers = {"reason": "wrong_department", "note": "Bukan kami."}
    items.move(item, "return", make.everybody(item), answers)
    items.move(item, "reverify", make.everybody(item), {"department": make.DEPARTMENT})
    items.move(item, "route", make.everybody(item), {"department": make.DEPARTMENT})
    escalation.mark(NOW + timedelta(days=300))
    second = {m for m in marks(item, session) if m[0] == "plan"}
    assert {run for _name, _level, run in first} < {run for _name, _level, run in second}
    assert {level for name, level, _run in marks(item, session) if name == "whole"} == {
        WARN,
        BREACH,
        TWICE,
    }


def test_nothing_is_said_while_the_offices_are_closed(session):
    item = old(9)
    saturday_night = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    job.mark.func(timestamp=int(saturday_night.timestamp()))
    assert marks(item, session) == set()
    monday = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    job.mark.func(timestamp=int(monday.timestamp()))
    assert marks(item, session)


def test_a_person_gets_one_letter_a_day_with_all_of_it(session):
    moderator = make.user(roles=("moderator",))
    late = [old(9) for _ in range(3)]
    hidden = old(9, visibility="confidential")
    while escalation.mark(NOW):
        pass
    assert escalation.queue_letters(NOW) == 1
    letter, covered = deadline_letters.of_deadlines(moderator.id)
    assert letter.to == moderator.email
    assert all(item.number in letter.body and item.title in letter.body for item in late)
    assert hidden.number in letter.body
    assert letter.body.count(late[0].title) == len([i for i in late if i.title == late[0].title])
    deadline_letters.mailed(covered)
    session.expire_all()
    assert deadline_letters.of_deadlines(moderator.id) is None
    old(9)
    escalation.mark(NOW)
    assert escalation.queue_letters(NOW) == 0
    tomorrow = NOW + timedelta(days=1, minutes=1)
    assert escalation.queue_letters(tomorrow) == 1


def test_what_was_dealt_with_in_the_meantime_is_not_in_the_letter(session):
    moderator, item = make.user(roles=("moderator",)), old(9)
    escalation.mark(NOW)
    items.move(item, "reject", make.everybody(item), {"reason": "spam", "note": "Iklan."})
    assert deadline_letters.of_deadlines(moderator.id) is None


def test_the_job_finds_its_work_by_an_index(session):
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(
        text(
            "EXPLAIN SELECT id FROM item WHERE next_mark_at <= now() ORDER BY next_mark_at LIMIT 9"
        )
    ).all()
    assert any("ix_item_next_mark" in line for line in plan), plan
