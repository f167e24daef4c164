"""Deadlines computed anew: only what policy or calendar moved, all of it, told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.clocks import Policy
from app.jobs import clocks as job
from app.queries.calendar import city_calendar, city_day, forget_terms
from app.services import clock_sweep
from models import ClockMark, ClockSweep, HolidayOverride, SlaPolicy, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _fresh_terms(app):
    yield
    with app.app_context():
        forget_terms()


def rest(day: date) -> None:
    db.session.add(HolidayOverride(day=day, name="Hari Jadi Kota", working=False))
    db.session.flush()


def promise(item, **columns) -> None:
    """A line of the policy for items like this one, newer than those of the city's file."""
    usual = {"verify_days": 2, "plan_days": 4, "resolve_days": 4, "priority": "normal"}
    usual |= {"complaint_class": item.complaint_class, "category_code": item.category_code}
    usual |= {"valid_from": city_day() - timedelta(days=200)}
    db.session.add(SlaPolicy(**usual | columns))
    db.session.flush()


def queued(session) -> int:
    query = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'clocks_recompute'")
    return session.scalar(query)


def run() -> clock_sweep.Report:
    job.recompute.func()
    last = select(ClockSweep).order_by(ClockSweep.id.desc()).limit(1)
    return clock_sweep.Report.read(db.session.scalars(last).one().report)


def test_nothing_moves_while_nothing_changed(session):
    items = [make.item("lapor", state=state) for state in ("received", "accepted", "resolved")]
    before = [(i.due_at, i.hop_due_at, i.whole_due_at, i.next_mark_at) for i in items]
    assert clock_sweep.begin() is not None
    report = run()
    for item in items:
        session.refresh(item)
    assert [(i.due_at, i.hop_due_at, i.whole_due_at, i.next_mark_at) for i in items] == before
    assert (report.looked, report.moved) == (3, 0)


def test_a_day_off_moves_what_is_due_after_it_by_a_working_day(session):
    item, over = make.item("lapor"), make.item("lapor", state="closed")
    calendar, closed = city_calendar(), over.whole_due_at
    first, hop = calendar.add(city_day(), 1), item.hop_due_at
    rest(first)
    assert clock_sweep.begin_if_changed() is not None
    assert queued(session) == 1
    report = run()
    session.refresh(item)
    session.refresh(over)
    assert item.due_on == calendar.add(city_day(hop), 1)
    assert (report.moved, report.later, report.earlier) == (1, 1, 0)
    assert report.by_state == {"lapor:received": 1}
    assert report.examples == [[item.number, "received", str(city_day(hop)), str(item.due_on)]]
    assert over.whole_due_at == closed


def test_a_shorter_promise_moves_open_complaints_of_its_class_and_no_other(session):
    mine, other = make.item("lapor"), make.item("lapor", category_code="pju-mati")
    before = other.whole_due_at
    promise(mine)
    assert clock_sweep.begin_if_changed() is not None
    assert run().earlier == 1
    session.refresh(mine)
    session.refresh(other)
    assert other.whole_due_at == before
    policy = Policy(2, 4, 4)
    assert mine.hop_due_at == city_calendar().after(mine.created_at, policy.verify)
    assert mine.whole_due_at == city_calendar().after(mine.created_at, policy.whole)


def test_a_promise_that_begins_later_does_not_bind_what_was_filed_before(session):
    item = make.item("lapor")
    before = item.hop_due_at
    promise(item, valid_from=city_day() + timedelta(days=1))
    clock_sweep.begin()
    assert run().moved == 0
    session.refresh(item)
    assert item.hop_due_at == before


def test_the_same_calendar_begins_no_second_sweep(session):
    make.item("lapor")
    rest(date(2027, 9, 25))
    assert clock_sweep.begin_if_changed() is not None
    assert clock_sweep.begin_if_changed() is None


def test_where_nothing_is_open_there_is_nothing_to_do(session):
    rest(date(2027, 9, 25))
    assert clock_sweep.begin_if_changed() is None
    assert queued(session) == 0


def test_a_sweep_that_was_cut_short_goes_on_where_it_stopped(session, monkeypatch):
    items = [make.item("lapor") for _ in range(5)]
    rest(city_calendar().add(city_day(), 1))
    sweep = clock_sweep.begin_if_changed()
    monkeypatch.setattr(clock_sweep, "AT_ONCE", 2)
    assert clock_sweep.go_on(sweep)
    assert (sweep.after_id, sweep.looked, sweep.ended_at) == (items[1].id, 2, None)
    report = run()
    assert (report.looked, report.moved) == (5, 5)
    assert db.session.get(ClockSweep, sweep.id).ended_at is not None


def test_a_dry_run_tells_and_writes_nothing(session, app):
    item = make.item("lapor")
    before = item.due_at
    rest(city_calendar().add(city_day(), 1))
    session.commit()
    done = app.test_cli_runner().invoke(args=["clocks", "recompute", "--dry-run"])
    assert "1 deadlines moved: 0 earlier, 1 later" in done.output, done.output
    session.expire_all()
    assert item.due_at == before
    done = app.test_cli_runner().invoke(args=["clocks", "recompute"])
    assert item.number in done.output
    session.expire_all()
    assert item.due_at > before


def test_a_mark_of_what_is_no_longer_late_is_taken_back(session):
    item = make.item("lapor", at=datetime.now(UTC) - timedelta(days=20))
    day = datetime.now(UTC)
    for level in ("warn", "breach"):
        db.session.add(ClockMark(item_id=item.id, clock="verify", level=level, run=1, due_at=day))
    promise(item, verify_days=90, resolve_days=90)
    clock_sweep.begin()
    run()
    assert session.scalars(select(ClockMark).where(ClockMark.item_id == item.id)).all() == []
