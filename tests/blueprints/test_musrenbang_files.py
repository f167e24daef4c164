"""Files of planners in a browser: tried, looked at, taken over; reports and exports fetched."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from app.jobs import plan_files as jobs
from models import Mandate, PlanFile, Proposal, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
DESK = "/kerja/musrenbang/berkas"


@pytest.fixture
def desk(client_for):
    """A planner's browser."""
    return client_for(make.user(roles=["planner"]))


def send(desk, data, sort="sipd_ids", name="balik.csv", **more):
    data = data if isinstance(data, bytes) else data.encode()
    db.session.commit()
    sent = {"sort": sort, "table": (io.BytesIO(data), name), **more}
    return desk.post(DESK, data=sent, content_type="multipart/form-data")


def latest():
    return db.session.scalars(select(PlanFile).order_by(PlanFile.id.desc())).first()


def test_a_file_is_tried_then_confirmed_and_only_then_kept(desk):
    item = make.item("musrenbang")
    response = send(desk, f"nomor_usulan,id_usulan\n{item.number},4711\nU-1999-000001,5\n")
    found = latest()
    address = f"{DESK}/{found.id}"
    assert response.headers["Location"].endswith(address)
    assert "data-refresh" in desk.get(address).text
    jobs.try_out(found.id)
    page = desk.get(address).text
    assert "U-1999-000001" in page
    assert db.session.get_one(Proposal, item.id).sipd_id is None
    assert desk.post(f"{address}/pakai").status_code == 302
    jobs.apply(found.id)
    assert db.session.get_one(Proposal, item.id).sipd_id == "4711"
    assert latest().status == "done"
    assert desk.post(f"{address}/pakai").status_code == 409
    report = desk.get(f"{address}/laporan")
    assert report.mimetype == "text/csv"
    assert item.number in report.text
    assert found.file_name in desk.get(DESK).text


def test_what_is_no_table_says_what_to_do(desk):
    for data in (b"<html><table></table></html>", b"PK\x03\x04rusak", b"a,b\n1,2\n"):
        send(desk, data, name="sipd.xls")
        jobs.try_out(latest().id)
        found = latest()
        assert found.status == "failed"
        assert found.problem in desk.get(f"{DESK}/{found.id}").text.replace("&#39;", "'")


@pytest.mark.parametrize("sent", [{}, {"sort": "lain"}, {"sort": "budget"}])
def test_without_a_file_or_a_sort_nothing_begins(desk, sent):
    assert desk.post(DESK, data=sent).status_code == 422
    assert latest() is None


def test_an_empty_file_is_said_at_once(desk):
    assert send(desk, b"").status_code == 422


def test_a_budget_goes_through_the_page_from_the_planner_s_seat(desk):
    item = make.walk(make.item("musrenbang"), "in_rkpd")
    send(desk, f"nomor usulan;anggaran apbd\n{item.number};Rp 50.000.000\n", "budget")
    found = latest()
    jobs.try_out(found.id)
    desk.post(f"{DESK}/{found.id}/pakai")
    jobs.apply(found.id)
    jobs.apply(found.id)
    kept = db.session.get_one(Proposal, item.id)
    assert (kept.state, kept.budget) == ("in_apbd", 50_000_000)


def test_ceilings_take_their_year_from_the_form(desk):
    send(desk, "nama;pagu\nKecamatan Coblong;7 juta\n", "ceilings", year="2033")
    jobs.try_out(latest().id)
    assert (latest().status, latest().options["year"]) == ("checked", 2033)


def test_the_file_for_sipd_is_made_and_fetched(desk):
    item = make.item("musrenbang")
    year = {"plan_year": str(item.plan_year)}
    assert desk.post(f"{DESK}/ekspor", data=year).status_code == 302
    found = latest()
    assert desk.get(f"{DESK}/{found.id}/unduh").status_code == 404
    jobs.apply(found.id)
    response = desk.get(f"{DESK}/{found.id}/unduh")
    lines = list(openpyxl.load_workbook(io.BytesIO(response.data)).active.values)
    assert lines[1][1] == item.number
    assert "attachment" in response.headers["Content-Disposition"]
    desk.post(f"{DESK}/ekspor", data=year)
    jobs.apply(latest().id)
    assert latest().rows == 0
    assert latest().problem in desk.get(f"{DESK}/{latest().id}").text


def test_other_seats_have_no_such_desk(client_for):
    for role in ("moderator", "officer", "coordinator", "admin", "auditor"):
        browser = client_for(make.user(roles=[role]))
        assert browser.get(DESK).status_code == 403
        assert browser.post(f"{DESK}/ekspor", data={"plan_year": "2027"}).status_code == 403


def test_a_seat_that_ended_meanwhile_takes_nothing_over(client_for):
    user = make.user(roles=["planner"])
    item = make.item("musrenbang")
    send(client_for(user), f"nomor_usulan,id_usulan\n{item.number},4711\n")
    mandate = db.session.scalars(select(Mandate).where(Mandate.user_id == user.id)).one()
    db.session.delete(mandate)
    db.session.commit()
    jobs.try_out(latest().id)
    assert latest().status == "failed"


def test_an_empty_table_is_offered(desk):
    assert "nomor_usulan" in desk.get(f"{DESK}/contoh/budget").text
    linked = re.findall(rf'href="({DESK}/contoh/[^"]+)"', desk.get(DESK).text)
    assert linked
    assert {desk.get(address).status_code for address in linked} == {200}
    assert desk.get(f"{DESK}/contoh/lain").status_code == 404
    assert desk.get(f"{DESK}/999999").status_code == 404
