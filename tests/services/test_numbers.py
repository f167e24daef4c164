"""The public numbers: each means what stands beside it, and nothing points at one person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from app.queries import numbers as read
from app.queries.calendar import city_day
from app.services import items, numbers
from models import (
    Change,
    ClosingEvent,
    Complaint,
    ComplaintFact,
    Figure,
    FigureMonth,
    FigureRefresh,
    db,
)
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def counted(scope="department", code=make.DEPARTMENT, days=90):
    numbers.refresh(db.session)
    db.session.expire_all()
    return read.of(db.session, scope, code, days)


def resolved(**given):
    return make.walk(make.item("lapor", state="working", **given), "resolved")


def test_what_came_in_is_counted_for_city_kecamatan_kelurahan_and_department():
    make.item("lapor", state="routed")
    make.item("lapor", state="received", area_code=make.OTHER_KELURAHAN)
    make.item("badami")
    numbers.refresh(db.session)
    city = read.of(db.session, "city", "32.73", 90)
    assert city.received == 2
    assert read.of(db.session, "area", make.KELURAHAN, 90).received == 1
    assert read.of(db.session, "district", make.KECAMATAN, 90).received >= 1
    assert read.of(db.session, "department", make.DEPARTMENT, 90).received == 1


def test_a_second_count_reads_only_what_has_changed_since():
    item = make.item("lapor", state="verified")
    assert numbers.refresh(db.session) > 0
    assert numbers.refresh(db.session) == 0
    items.move(item, "route", make.everybody(item), {"department": make.DEPARTMENT})
    assert numbers.refresh(db.session) == 1
    assert db.session.get_one(ComplaintFact, item.id).department_code == make.DEPARTMENT


def test_a_change_committed_late_is_not_passed_over():
    item = make.item("lapor", state="verified")
    latest = db.session.scalar(select(func.max(Change.id)))
    db.session.add(FigureRefresh(id=numbers.ONE, at=datetime.now(UTC), change_id=latest))
    numbers.refresh(db.session)
    assert db.session.get(ComplaintFact, item.id) is not None


def test_what_was_declared_solved_and_disputed_counts_as_declared_but_not_as_solved():
    item = resolved()
    items.move(item, "dispute", make.everybody(item), {"note": "Belum beres."})
    resolved()
    figure = counted()
    assert (figure.declared, figure.resolved, figure.disputed) == (2, 1, 1)


def test_a_dispute_counts_for_the_office_that_answered_and_not_for_the_one_that_has_it_now():
    item = resolved()
    clerk = make.everybody(item)
    items.move(item, "dispute", clerk, {"note": "Belum beres."})
    sent_back = {"reason": "wrong_department", "note": "Bukan kami.",
                 "other_department": make.OTHER_DEPARTMENT}  # fmt: skip
    items.move(item, "accept", clerk)
    items.move(item, "return", clerk, sent_back)
    make.walk(item, "routed", department_code=make.OTHER_DEPARTMENT)
    first = counted()
    assert (first.received, first.declared, first.resolved, first.disputed) == (0, 1, 0, 1)
    second = read.of(db.session, "department", make.OTHER_DEPARTMENT, 90)
    assert (second.received, second.declared, second.disputed) == (1, 0, 0)
    for state in ("working", "resolved"):
        make.walk(item, state, department_code=make.OTHER_DEPARTMENT)
    first = counted()
    assert (first.declared, first.resolved, first.disputed) == (1, 0, 1)
    second = read.of(db.session, "department", make.OTHER_DEPARTMENT, 90)
    assert (second.declared, second.resolved, second.disputed) == (1, 1, 0)
    city = read.of(db.session, "city", "32.73", 90)
    assert (city.declared, city.resolved, city.disputed) == (1, 1, 1)
    months = select(FigureMonth.code, FigureMonth.resolved).where(FigureMonth.scope == "department")
    assert (make.OTHER_DEPARTMENT, 1) in [tuple(row) for row in db.session.execute(months)]


def test_what_was_brought_in_with_no_record_of_its_answers_counts_for_the_office_that_has_it():
    resolved()
    db.session.execute(delete(ClosingEvent))
    figure = counted()
    assert (figure.declared, figure.resolved) == (1, 1)


def test_only_complaints_whose_promised_day_has_passed_count_for_being_in_time():
    now = datetime.now(UTC)
    for due, done in ((-1, False), (1, False), (-1, True), (5, True)):
        item = resolved() if done else make.item("lapor", state="routed")
        item.whole_due_at = now + timedelta(days=due)
    db.session.flush()
    figure = counted()
    assert figure.resolved_due == 2
    assert figure.resolved_in_time == 0  # solved a day after the promise
    item = resolved()
    item.whole_due_at = now + timedelta(seconds=5)
    db.session.flush()
    numbers.refresh(db.session, now + timedelta(days=1))
    db.session.expire_all()
    assert read.of(db.session, "department", make.DEPARTMENT, 90).resolved_in_time == 1


def test_a_report_that_nobody_checked_counts_against_the_kelurahan_once_its_days_are_over():
    make.item("lapor", published=False, at=datetime.now(UTC) - timedelta(days=30))
    make.item("lapor", published=False)
    figure = counted("area", make.KELURAHAN)
    assert (figure.received, figure.decided_due, figure.decided_in_time) == (2, 1, 0)


def test_a_return_is_counted_for_the_office_that_sent_it_back_wherever_it_goes_on():
    item = make.item("lapor", state="routed")
    items.move(
        item,
        "return",
        make.everybody(item),
        {"reason": "wrong_department", "note": "Bukan kami.",
         "other_department": make.OTHER_DEPARTMENT},
    )  # fmt: skip
    assert counted().returned == 1
    assert read.of(db.session, "department", make.OTHER_DEPARTMENT, 90).returned == 0


def test_a_divided_complaint_counts_once_for_the_city_and_each_part_for_its_department():
    whole = make.item("lapor", state="verified")
    parts = [(make.DEPARTMENT, "Menambal jalan"), (make.OTHER_DEPARTMENT, "Memasang lampu")]
    items.move(whole, "divide", make.everybody(whole), {"parts": parts})
    assert counted("city", "32.73").received == 1
    assert read.of(db.session, "department", make.DEPARTMENT, 90).received == 1
    assert read.of(db.session, "department", make.OTHER_DEPARTMENT, 90).received == 1


def test_what_is_late_now_is_held_by_an_office_and_a_divided_one_counts_once():
    whole = make.item("lapor", state="divided", department_code=make.DEPARTMENT)
    parts = db.session.scalars(select(Complaint).where(Complaint.parent_id == whole.id)).all()
    waits, past = make.item("lapor", state="need_info"), city_day() - timedelta(days=9)
    for late in (whole, waits, *parts):
        late.due_on = past
    db.session.flush()
    numbers.refresh(db.session)
    city, office = counted("city", "32.73"), counted()
    assert (city.open_now, city.late_now) == (2, 1)
    assert (office.open_now, office.late_now) == (1, 1)


def test_each_office_and_window_stands_once_however_often_it_is_counted():
    resolved()
    counted()
    counted()
    rows = db.session.scalars(select(Figure)).all()
    assert len(rows) == len({(r.scope, r.code, r.days) for r in rows})


def test_months_go_back_a_year_and_no_further():
    make.item("lapor", state="verified", at=datetime.now(UTC) - timedelta(days=500))
    make.item("lapor", state="verified")
    counted()
    found = db.session.scalars(select(FigureMonth).where(FigureMonth.scope == "city")).all()
    assert [row.received for row in found] == [1]


def test_counts_of_few_and_shares_of_too_few_are_not_said():
    figure = Figure(scope="area", code="x", days=90, **dict.fromkeys(read.COUNTS, 4))
    said = read.published(figure)
    assert said["received"] == "<5"
    assert said["in_time_percent"] == ""
    assert read.Share(3, 9).percent is None
    assert read.Share(9, 10).percent == 90
    assert read.said(0) == 0
    assert read.said(5) == 5


def test_every_change_of_a_complaint_leads_to_facts_that_agree_with_its_trail():
    for state in ("verified", "routed", "planned", "resolved", "closed", "rejected"):
        make.item("lapor", state=state)
    counted()
    for fact in db.session.scalars(select(ComplaintFact)):
        trail = db.session.scalars(select(Change).where(Change.item_id == fact.item_id)).all()
        assert fact.state == trail[-1].target
        reached = {change.target for change in trail}
        assert (fact.routed_at is not None) == ("routed" in reached)
        assert (fact.resolved_at is not None) == ("resolved" in reached)
        assert fact.decided_at is None or fact.decided_at >= fact.received_at


ADDRESSES = (
    "/angka",
    "/angka/opd/dsdabm",
    "/angka/wilayah/32.73.02",
    f"/angka/wilayah/{make.KELURAHAN}",
    "/angka?hari=90",
    "/angka?hari=abc",
    "/angka/unduh.csv",
)


def test_the_pages_of_the_numbers_open_before_and_after_counting(client):
    for address in ADDRESSES:
        assert client.get(address).status_code == 200, address
    for _n in range(12):
        resolved()
    numbers.refresh(db.session)
    for address in ADDRESSES:
        assert client.get(address).status_code == 200, address


def test_an_office_or_area_that_does_not_exist_is_not_found(client):
    for address in ("/angka/opd/tidak-ada", "/angka/wilayah/99", "/angka/wilayah/32.73"):
        assert client.get(address).status_code == 404


def test_a_confidential_report_shows_as_no_more_than_few(client):
    make.item("lapor", state="verified", visibility="confidential")
    numbers.refresh(db.session)
    page = client.get(f"/angka/wilayah/{make.KELURAHAN}").get_data(as_text=True)
    assert "kurang dari 5" in page or "fewer than 5" in page


def test_months_without_a_report_stand_between_and_the_drawing_hides_the_few():
    for month, received in ((1, 3), (3, 8)):
        db.session.add(
            FigureMonth(
                scope="area", code="32.73.99.1001", month=date(2026, month, 1), received=received,
                resolved=0,
            )
        )  # fmt: skip
    db.session.flush()
    found = read.months(db.session(), "area", "32.73.99.1001")
    assert [(row.month.month, row.received) for row in found] == [(1, 3), (2, 0), (3, 8)]
    assert read.line(found) == [2.5, 0, 8]
    assert read.months(db.session(), "area", "nowhere") == []


def test_the_command_counts_the_numbers_of_now(app):
    make.item("lapor", state="verified")
    result = app.test_cli_runner().invoke(args=["numbers", "refresh"])
    assert result.exit_code == 0, result.output
    assert counted("city", app.config["CITY"].code).received == 1


def test_the_figures_are_made_once_for_each_count_and_anew_after_the_next(client):
    def figures():
        return client.get("/angka").get_data(as_text=True).partition('<dl class="numbers">')[2]

    make.item("lapor", state="verified")
    numbers.refresh(db.session())
    db.session.commit()
    first = figures()
    for _n in range(6):
        make.item("lapor", state="verified")
    db.session.commit()
    assert figures() == first
    numbers.refresh(db.session())
    db.session.commit()
    assert figures() != first


def test_no_name_in_the_table_is_a_formula(client, session):
    make.department().name = "=1+1"
    make.item("lapor", state="routed")
    numbers.refresh(db.session)
    session.commit()
    table = client.get("/angka/unduh.csv").get_data(as_text=True)
    assert f"{make.DEPARTMENT},'=1+1," in table
