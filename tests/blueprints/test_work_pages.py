"""The pages of the workspaces: filters that are kept, hands, the field, what nonsense does."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.queries import colleagues
from app.services import assignments, mandates
from models import ROLES, Mandate, SavedFilter, db
from tests import factories as make
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
SEAT = f"moderator:{make.KELURAHAN}"
CUT = {
    "antrean": "work.triage",
    "nama": "Padam di Dago",
    "kursi": SEAT,
    "tab": "semua",
    "q": "lampu",
}


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status)
    return unescape(answer.get_data(as_text=True))


@pytest.fixture
def clerks():
    """Two moderators of one kelurahan and one of another."""
    away = make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN)
    return make.user(roles=("moderator",)), make.user(roles=("moderator",)), away


def test_a_kept_filter_is_ones_own_until_it_is_shared_with_the_seat(client_for, clerks):
    one, two, away = map(client_for, clerks)
    kept = one.post("/kerja/saringan", data=CUT)
    assert kept.location == "/kerja/kelurahan?tab=semua&q=lampu"
    seen = ["Padam di Dago" in text_of(client, "/kerja/kelurahan") for client in (one, two, away)]
    assert seen == [True, False, False]
    one.post("/kerja/saringan", data=CUT | {"bersama": "1"})
    seen = ["Padam di Dago" in text_of(client, "/kerja/kelurahan") for client in (one, two, away)]
    assert seen == [True, True, False]
    kept_id = db.session.scalars(select(SavedFilter.id)).one()
    assert two.post(f"/kerja/saringan/{kept_id}/hapus").status_code == 403
    assert one.post(f"/kerja/saringan/{kept_id}/hapus").status_code == 302
    assert db.session.scalars(select(SavedFilter)).all() == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"nama": ""}, 400),
        ({"nama": "x" * 61}, 400),
        ({"antrean": "items.index"}, 400),
        ({"kursi": "moderator:32.73.01.1001"}, 403),
        ({"kursi": ""}, 403),
    ],
)
def test_a_filter_that_cannot_be_kept_is_refused_with_words(client_for, clerks, wrong, status):
    answer = client_for(clerks[0]).post("/kerja/saringan", data=CUT | wrong)
    assert answer.status_code == status
    assert db.session.scalars(select(SavedFilter)).all() == []


@pytest.mark.parametrize(
    "nonsense",
    [
        "?tab=entah&urut=entah&sesudah=entah",
        "?sesudah=9999-99-99.1&urut=baru",
        "?petugas=99999999999999999999&keadaan=.&jenis=..",
        "?q=%00%FF&kategori=%27%3B--&wilayah=%25",
        "?dinas=tidak-ada&wilayah=99.99",
        "?q=" + "a" * 3000,
    ],
)
def test_nonsense_in_the_address_of_a_queue_breaks_nothing(client_for, clerks, nonsense):
    assert client_for(clerks[0]).get(f"/kerja/kelurahan{nonsense}").status_code == 200


def test_a_typed_number_leads_to_its_item(client_for, clerks):
    item = make.item("lapor", published=False)
    answer = client_for(clerks[0]).get("/kerja/kelurahan", query_string={"q": item.number})
    assert answer.location.endswith(item.number)


def test_taking_giving_and_laying_back_by_the_page(client_for, clerks):
    one, two, away = clerks
    item = make.item("lapor", state="verified")
    db.session.commit()
    client, address = client_for(one), f"/lapor/{item.number}/petugas"

    def hand():
        held = colleagues.assignment(item, SEAT)
        return held.user_id if held else None

    assert client.post(address, data={"ke": "saya"}).status_code == 302
    assert hand() == one.id
    assert client.post(address, data={"ke": two.id, "catatan": "Tolong ya"}).status_code == 302
    assert hand() == two.id
    assert "Tolong ya" in text_of(client, f"/lapor/{item.number}")
    assert client.post(address, data={"ke": away.id}).status_code == 409
    assert client.post(address, data={"ke": "kosong"}).status_code == 302
    assert hand() is None
    assert client.post(address, data={"ke": "x"}).status_code == 400


def test_what_a_colleague_who_left_held_is_shown_and_handed_over(client_for, clerks):
    gone, here, _away = clerks
    item = make.item("lapor", published=False)
    assignments.give(item, make.actor(gone), gone.id)
    seat = db.session.scalars(select(Mandate).where(Mandate.user_id == gone.id)).one()
    mandates.end(seat, make.actor(make.user(roles=("admin",))), "Pindah tugas")
    db.session.commit()
    client = client_for(here)
    assert "/kerja/serah-terima" in text_of(client, "/kerja/kelurahan")
    page = text_of(client, "/kerja/serah-terima")
    assert gone.person.name in page
    form = {"kursi": SEAT, "dari": gone.id, "ke": here.id}
    assert client.post("/kerja/serah-terima", data=form).status_code == 302
    assert colleagues.assignment(item, SEAT).user_id == here.id
    wrong = client.post("/kerja/serah-terima", data=form | {"kursi": "officer:dsdabm"})
    assert wrong.status_code == 403


@pytest.fixture
def field(client_for):
    """An officer's phone, and three items at growing distance."""
    officer, author = make.user(roles=("officer",)), make.user()
    facts = {"state": "accepted", "department_code": make.DEPARTMENT}
    rows = [
        make.item("lapor", author, lon=107.610 + n / 100, lat=-6.885, **facts) for n in range(3)
    ]
    db.session.commit()
    return officer, client_for(officer), rows


def order(page, rows):
    return sorted(range(3), key=lambda n: page.find(rows[n].number))


def test_what_is_near_stands_first_when_the_phone_tells_where_it_is(field):
    _officer, client, rows = field
    page = client.post("/kerja/lapangan", data={"lon": "107.64", "lat": "-6.885"})
    assert order(page.get_data(as_text=True), rows) == [2, 1, 0]
    page = client.post("/kerja/lapangan", data={"lon": "107.60", "lat": "-6.885"})
    assert order(page.get_data(as_text=True), rows) == [0, 1, 2]
    for nonsense in ({"lon": "nan", "lat": "inf"}, {"lon": "x"}, {"lon": "900", "lat": "1"}):
        assert client.post("/kerja/lapangan", data=nonsense).status_code == 200


def test_what_is_in_ones_hands_stands_first_without_a_place(field):
    officer, client, rows = field
    rows[0].due_on = date.today() - timedelta(days=9)
    assignments.give(rows[1], make.actor(officer), officer.id)
    db.session.commit()
    assert order(text_of(client, "/kerja/lapangan"), rows)[0] == 1


def test_work_is_started_from_its_card_and_the_cards_come_back(field):
    _officer, client, rows = field
    page = text_of(client, "/kerja/lapangan")
    assert f"/lapor/{rows[0].number}/langkah/start" in page
    sent = client.post(
        f"/lapor/{rows[0].number}/langkah/start", data={"seen": "4", "lanjut": "lapangan"}
    )
    assert sent.location == "/kerja/lapangan"
    assert rows[0].state == "working"
    assert 'capture="environment"' in text_of(client, "/kerja/lapangan")


def test_twenty_cards_cost_no_more_statements_than_three(field):
    _officer, client, rows = field
    client.get("/kerja/lapangan")
    with Statements() as few:
        client.get("/kerja/lapangan")
    for _ in range(17):
        make.item("lapor", make.user(), state="accepted", department_code=make.DEPARTMENT)
    db.session.commit()
    with Statements() as many:
        client.get("/kerja/lapangan")
    assert len(many) == len(few), "\n".join(many)


def test_what_an_office_is_accused_of_is_not_on_its_phones(client_for):
    about = make.accusation()
    db.session.commit()
    client = client_for(make.user(roles=("officer",)))
    assert about.number not in text_of(client, "/kerja/lapangan")


@pytest.mark.parametrize("role", ROLES)
def test_whoever_may_open_a_queue_may_narrow_it(client_for, role):
    client = client_for(make.user(roles=(role,)))
    for path in ("kelurahan", "opd", "perencanaan"):
        for asked in ("", "jenis=badami", "tab=menunggu&jenis=musrenbang", "q=zzz"):
            answer = client.get(f"/kerja/{path}?{asked}")
            assert answer.status_code in (200, 403), (path, asked)
            leads = set(re.findall(r'href="(/kerja/[^"?#]*)"', answer.get_data(as_text=True)))
            assert not [to for to in leads if client.get(to).status_code not in (200, 302)], (
                path,
                asked,
            )
