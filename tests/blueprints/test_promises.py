"""What residents read about time: on a complaint's page, before sending, and in general."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale, format_date

from app.queries import promises
from app.queries.calendar import city_calendar, city_day
from app.services import items
from models import HolidayOverride, db
from tests import factories as make
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
FORM = "EEEE, d MMMM y"


def page(client, item) -> str:
    answer = client.get(f"/lapor/{item.number}")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def in_words(moment) -> str:
    with force_locale("id"):
        return str(format_date(city_day(moment), FORM))


def test_a_stranger_reads_by_when_it_is_resolved_and_how_that_is_counted(client):
    item = make.item("lapor", state="accepted")
    shown = page(client, item)
    assert in_words(item.whole_due_at) in shown
    assert "/waktu-kerja" in shown
    left = city_calendar().between(city_day(), city_day(item.whole_due_at))
    assert re.search(rf"\b{left}\b", shown)


def test_a_proposal_has_no_such_promise(client):
    item = make.item("musrenbang")
    answer = client.get(f"/musrenbang/{item.number}")
    assert "/waktu-kerja" not in answer.text.split("<footer")[0]


def test_a_pause_is_shown_while_it_lasts_and_afterwards(client_for, session):
    item = make.item("lapor")
    author = item.filed_by
    items.move(item, "ask_info", make.everybody(item), {"note": "Di sebelah mana?"})
    standing = promises.of_complaint(session, item)
    assert standing.paused is not None
    assert standing.paused.cap == 10
    assert page(client_for(author), item).count("10") >= 1
    items.move(item, "give_info", make.everybody(item), {"note": "Sebelah timur."})
    standing = promises.of_complaint(session, item)
    assert standing.paused is None
    assert [pause.state for pause in standing.pauses] == ["need_info"]
    page(client_for(author), item)


def test_a_disputed_solution_begins_a_second_round(client, session):
    item = make.item("lapor", state="resolved", category_code="pju-mati")
    first = item.whole_due_at
    items.move(item, "dispute", make.everybody(item), {"note": "Masih mati."})
    standing = promises.of_complaint(session, item)
    assert (standing.round, standing.ended) == (2, None)
    assert item.whole_due_at != first
    page(client, item)


def test_whether_the_promise_was_kept_is_said_in_the_end(client, session):
    item = make.item("lapor", state="resolved")
    assert promises.of_complaint(session, item).kept is True
    page(client, item)
    item.whole_due_at = datetime.now(UTC) - timedelta(days=30)
    session.flush()
    standing = promises.of_complaint(session, item)
    assert standing.kept is False
    assert standing.late > 0
    page(client, item)


def test_no_query_is_needed_unless_the_clock_stood_still(session):
    item = make.item("lapor", state="accepted")
    promises.of_complaint(session, item)
    with Statements() as seen:
        promises.of_complaint(session, item)
    assert not seen


def test_the_page_about_time_shows_hours_fasting_month_days_off_and_promises(client):
    db.session.add(HolidayOverride(day=city_day().replace(month=9, day=25), name="Hari Jadi Kota",
                                   working=False))  # fmt: skip
    db.session.flush()
    shown = " ".join(client.get("/waktu-kerja").text.split())
    for wanted in ("08.00–16.00", "08.00–16.30", "08.00–15.00", "Ramadan", "Hari Jadi Kota"):
        assert wanted in shown, wanted
    assert "Set-Cookie" not in client.get("/waktu-kerja").headers


def test_estimated_days_are_marked_and_missing_joint_leave_is_admitted(client):
    shown = client.get("/waktu-kerja?tahun=2028").text
    assert "Idul Fitri" in shown
    rules = promises.rules(db.session(), 2028)
    assert any(day.estimated for day in rules.days)
    assert not rules.joint_leave_known
    assert promises.rules(db.session(), 2026).joint_leave_known


@pytest.mark.parametrize("year", ["", "x", "99999", "-1", "²⁰²⁶", "1066", "２０２６"])
def test_a_year_that_makes_no_sense_is_this_one(client, year):
    answer = client.get("/waktu-kerja", query_string={"tahun": year})
    assert answer.status_code == 200
    assert str(city_day().year) in answer.text


def test_no_answer_in_ten_working_days_brings_the_question_back_to_the_office(session):
    from app.services import clock

    item = make.item("lapor", state="need_info", at=datetime.now(UTC) - timedelta(days=40))
    item.due_on = city_day() - timedelta(days=1)
    session.flush()
    clock.lapse()
    session.refresh(item)
    assert item.state == "received"
