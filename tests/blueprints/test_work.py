"""The queues: what waits for whom, the earliest promise first."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest

from models import db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def shown(client, address, *items):
    page = unescape(client.get(address).get_data(as_text=True))
    return [page.find(item.title) for item in items]


def there(client, address, *items):
    return [at >= 0 for at in shown(client, address, *items)]


def test_a_moderator_sees_what_waits_in_their_kelurahan(client_for):
    client = client_for(make.user(roles=("moderator",)))
    mine = make.item("lapor", published=False)
    routed = make.item("lapor", state="routed")
    elsewhere = make.item("lapor", area_code=make.OTHER_KELURAHAN)
    about_officials = make.item("lapor", oversight=True, visibility="confidential")
    items = (mine, routed, elsewhere, about_officials)
    assert there(client, "/kerja/kelurahan", *items) == [True, False, False, False]
    assert there(client, "/kerja/kelurahan?tab=semua", *items) == [True, True, False, False]


@pytest.mark.parametrize(("today", "said"), [(20, "Batasnya hari ini"), (22, "Sudah lewat")])
def test_a_promise_of_friday_has_gone_by_on_sunday(client_for, monkeypatch, today, said):
    monkeypatch.setattr("blueprints.desk_lines.city_day", lambda: date(2026, 11, today))
    client = client_for(make.user(roles=("moderator",)))
    make.item("lapor", due_on=date(2026, 11, 20))
    assert said in client.get("/kerja/kelurahan").get_data(as_text=True)


def test_the_earliest_promise_stands_first(client_for):
    client, today = client_for(make.user(roles=("moderator",))), date.today()
    late = make.item("lapor", due_on=today + timedelta(days=9))
    early = make.item("lapor", due_on=today - timedelta(days=9))
    one, other = shown(client, "/kerja/kelurahan", late, early)
    assert one > other > 0
    assert there(client, "/kerja/kelurahan?tab=terlambat", late, early) == [False, True]


def test_an_officer_sees_what_waits_for_their_department(client_for):
    client = client_for(make.user(roles=("officer",)))
    ours = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    theirs = make.item("lapor", state="routed", department_code=make.OTHER_DEPARTMENT)
    hidden = make.item(
        "lapor", state="routed", visibility="confidential", department_code=make.DEPARTMENT
    )
    assert there(client, "/kerja/opd", ours, theirs, hidden) == [True, False, True]


def test_a_report_about_a_department_is_not_in_its_queue(client_for):
    client = client_for(make.user(roles=("officer",)))
    about = make.accusation()
    assert there(client, "/kerja/opd?tab=semua", about) == [False]


def test_the_coordinator_sees_reports_about_officials(client_for):
    client = client_for(make.user(roles=("coordinator",)))
    about = make.item("lapor", oversight=True, visibility="confidential", published=False)
    assert there(client, "/kerja/kelurahan", about) == [True]


def test_a_validator_sees_proposals_that_reached_the_kecamatan(client_for):
    client = client_for(make.user(roles=("validator",)))
    here = make.item("musrenbang", level="kecamatan")
    elsewhere = make.item("musrenbang", area_code=make.OTHER_KELURAHAN, level="kecamatan")
    assert there(client, "/kerja/kelurahan", here, elsewhere) == [True, False]


def test_planners_see_what_they_curate(client_for):
    client = client_for(make.user(roles=("planner",)))
    idea = make.item("badami", state="curation")
    complaint = make.item("lapor")
    assert there(client, "/kerja/perencanaan", idea, complaint) == [True, False]


def test_pages_of_a_queue_follow_each_other(client_for):
    client, author = client_for(make.user(roles=("moderator",))), make.user()
    items = [make.item("lapor", author) for _ in range(25)]
    db.session.commit()
    seen, address = set(), "/kerja/kelurahan"
    for _ in range(2):
        page = unescape(client.get(address).get_data(as_text=True))
        seen |= {item.id for item in items if item.number in page}
        more = page.partition("sesudah=")[2].partition('"')[0]
        address = f"/kerja/kelurahan?tab=menunggu&sesudah={more}"
    assert len(seen) == 25


def test_comments_that_wait_are_shown_to_the_moderator_of_the_place_alone(client_for):
    item = make.item("lapor", state="verified")
    make.comment(item, body="Kata yang menunggu", status="held")
    here = client_for(make.user(roles=("moderator",)))
    away = client_for(make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN))
    told = ["Kata yang menunggu" in c.get("/kerja/kelurahan").get_data(as_text=True)
            for c in (here, away)]  # fmt: skip
    assert told == [True, False]
