"""Forums on pages: run by their seat, entered by phone, read by everybody without a name."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.queries import forum as queries
from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import forum_closing as closing
from app.services import forum_decisions as decisions
from models import Forum, db
from tests import factories as make
from tests.forums import called, came, lurah, proposal
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
WORK, PUBLIC = "/kerja/musrenbang/forum", "/musrenbang/forum"


@pytest.fixture
def chair():
    """The login that runs the forum."""
    return lurah()


@pytest.fixture
def desk(client_for, chair):
    """Their browser."""
    return client_for(chair)


@pytest.fixture
def forum(chair):
    """An open forum with ten people, whose names are secret."""
    found = called(make.actor(chair), agenda=[{"minutes": 10, "title": "Pembahasan usulan"}])
    came(found, make.actor(chair), 10)
    db.session.commit()
    return found


def text_of(answer):
    return answer.get_data(as_text=True)


FORM = {
    "place": f"area:{make.KELURAHAN}", "plan_year": "2027", "venue": "Aula", "quorum_rule": "share",
    "quorum": "50", "women": "30", "door": "fixed", "theme": "",
    "agenda": "10 | Pembukaan\nPenutup",
}  # fmt: skip


def test_a_lurah_calls_a_forum_with_what_the_city_usually_does(desk):
    page = text_of(desk.get(f"{WORK}/baru"))
    assert "Pembahasan usulan" in page
    answer = desk.post(f"{WORK}/baru", data={**FORM, "starts_at": "2026-12-12T09:00"})
    assert answer.status_code == 302
    made = db.session.scalars(select(Forum)).one()
    assert made.agenda == [
        {"minutes": 10, "title": "Pembukaan"},
        {"minutes": 0, "title": "Penutup"},
    ]
    assert made.starts_at == datetime(2026, 12, 12, 2, tzinfo=UTC)
    again = desk.post(f"{WORK}/baru", data={**FORM, "starts_at": "2026-12-13T09:00"})
    assert again.status_code == 422


def test_bad_input_keeps_what_was_typed(desk):
    bad = {
        **FORM,
        "venue": "Gedung Serbaguna",
        "starts_at": "besok",
        "quorum": "999999999999999999999",
    }
    answer = desk.post(f"{WORK}/baru", data=bad)
    assert answer.status_code == 422
    assert "Gedung Serbaguna" in text_of(answer)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/ubah",
        "/undangan",
        "/hadir",
        "/kode",
        "/notulen",
        "/usulan",
        "/aset",
        "/tutup",
        "/berkas",
    ],
)
def test_each_page_opens_for_its_seat_and_is_nowhere_for_others(desk, client_for, forum, page):
    assert desk.get(f"{WORK}/{forum.id}{page}").status_code == 200
    other = client_for(make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN))
    assert other.get(f"{WORK}/{forum.id}{page}").status_code == 404


def test_somebody_without_an_account_says_they_are_here_once(client, forum):
    code = doors.door_code(forum)
    assert 'name="sex"' in text_of(client.get(f"/hadir/{code}"))
    before = queries.present_count(db.session, forum.id)
    form = {"name": "Teh Nining", "body": "RW 05", "group": "rw", "sex": "P", "key": uuid.uuid4()}
    for _ in range(2):
        assert client.post(f"/hadir/{code}", data=form).status_code == 200
    assert queries.present_count(db.session, forum.id) == before + 1
    row = queries.attendance(db.session, forum.id)[-1]
    assert (row.name, row.group, row.sex, row.how) == ("Teh Nining", "rw", "P", "qr")


def test_an_own_code_needs_one_tap_and_tells_nobody_who_it_is(client, chair, forum):
    guest = service.invite(forum, make.actor(chair), [{"name": "Ibu Euis", "group": "pkk"}])[0]
    db.session.commit()
    answer = client.get(f"/hadir/{guest.token}")
    assert "Euis" not in answer.request.path
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.post(f"/hadir/{guest.token}").status_code == 200
    assert queries.turnout(db.session, forum.id).invited_here == 1


def test_a_code_of_nothing_an_early_and_a_late_one_are_told_apart(client, chair, forum):
    assert client.get("/hadir/tidak-ada").status_code == 404
    early = called(make.actor(chair), theme="anak", starts_at=datetime.now(UTC) + timedelta(days=9))
    db.session.commit()
    form = {"name": "Awal", "group": "umum"}
    assert client.post(f"/hadir/{early.door_code}", data=form).status_code == 409
    closing.freeze(forum, make.actor(chair))
    db.session.commit()
    assert client.post(f"/hadir/{forum.door_code}", data=form).status_code == 409


def test_the_minutes_are_saved_and_joined(desk, forum):
    url, quiet = f"{WORK}/{forum.id}/notulen", {"Accept": "application/json"}
    first = desk.post(url, data={"point": 1, "base": 0, "text": "Satu."}, headers=quiet).json
    assert first == {"number": 1, "text": "Satu.", "merged": False}
    second = desk.post(url, data={"point": 1, "base": 0, "text": "Dua."}, headers=quiet).json
    assert second == {"number": 2, "text": "Satu.\nDua.", "merged": True}
    assert "Satu." in text_of(desk.get(url))


def test_a_vote_that_cannot_be_is_refused_with_what_was_typed(desk, forum):
    item = proposal()
    db.session.commit()
    url = f"{WORK}/{forum.id}/usulan/{item.number}"
    form = {
        "way": "suara",
        "votes_for": "8",
        "votes_against": "5",
        "abstained": "0",
        "note": "Ramai",
    }
    answer = desk.post(url, data={**form, "seen": "0"})
    assert answer.status_code == 422
    assert "Ramai" in text_of(answer)
    assert desk.post(url, data={**form, "votes_against": "2", "seen": "0"}).status_code == 302
    assert desk.post(url, data={**form, "votes_against": "2", "seen": "0"}).status_code == 409


def test_a_closed_forum_is_public_without_a_name(desk, client, chair, forum):
    actor, good, bad = make.actor(chair), proposal(), proposal()
    decisions.decide(forum, actor, good, {"way": "mufakat", "outcome": "agreed"})
    no = {"way": "mufakat", "outcome": "not_agreed", "reason": "land_unclear"}
    decisions.decide(forum, actor, bad, {**no, "note": "Surat tanah <b>belum</b> ada."})
    db.session.commit()
    assert desk.post(f"{WORK}/{forum.id}/tutup").status_code == 302
    page = text_of(client.get(f"{PUBLIC}/{forum.id}"))
    assert good.title in page
    assert "Surat tanah &lt;b&gt;belum&lt;/b&gt; ada." in page
    assert "Hadirin" not in page
    signed = client.get(f"{PUBLIC}/{forum.id}/naskah")
    assert re.search(r"SHA-256 ([0-9a-f]{64})", page)[1] in page
    assert good.number in text_of(signed)
    form = {"part": "attendance", "correction": "RW 03 dua orang.", "reason": "Salah hitung."}
    assert desk.post(f"{WORK}/{forum.id}/ralat", data=form).status_code == 302
    corrected = text_of(client.get(f"{PUBLIC}/{forum.id}"))
    assert "RW 03 dua orang." in corrected
    assert 'href="#ralat"' in corrected
    assert f'href="{PUBLIC}/{forum.id}/naskah/1"' in corrected
    before, now = (text_of(client.get(f"{PUBLIC}/{forum.id}/naskah{n}")) for n in ("/1", ""))
    assert "ralat 2" in now
    assert "ralat" not in before
    assert "RW 03 dua orang." in text_of(client.get(f"{PUBLIC}/{forum.id}"))


def test_what_a_forum_agreed_on_is_passed_on_at_once(desk, chair, forum):
    agreed = [proposal(), proposal()]
    for one in agreed:
        decisions.decide(forum, make.actor(chair), one, {"way": "mufakat", "outcome": "agreed"})
    db.session.commit()
    assert "teruskan" not in text_of(desk.get(f"{WORK}/{forum.id}"))
    desk.post(f"{WORK}/{forum.id}/tutup")
    page = unescape(text_of(desk.get(f"{WORK}/{forum.id}")))
    address = re.search(r'href="(/kerja/sekaligus\?tindakan=musrenbang\.advance[^"]*)"', page)
    assert address and all(one.number in address[1] for one in agreed)
    assert desk.get(address[1]).status_code == 200
    given = {
        "tindakan": "musrenbang.advance",
        "n": [one.number for one in agreed],
        "tahap": "kirim",
    }
    assert desk.post("/kerja/sekaligus", data=given).status_code == 302


def test_a_forum_that_cannot_be_closed_says_why_and_stays_open(desk, chair, forum):
    item = proposal(state="")
    decisions.decide(forum, make.actor(chair), item, {"way": "mufakat", "outcome": "agreed"})
    db.session.commit()
    answer = desk.post(f"{WORK}/{forum.id}/tutup")
    assert answer.status_code == 409
    assert item.number in text_of(answer)
    assert db.session.get_one(Forum, forum.id).is_open


def test_a_form_that_comes_after_closing_is_told_and_breaks_nothing(desk, chair, forum):
    closing.freeze(forum, make.actor(chair))
    db.session.commit()
    for page, form in (
        ("undangan", {"group": "rw", "people": "Pak Asep"}),
        ("hadir", {"name": "Terlambat", "group": "umum"}),
        ("notulen", {"point": 1, "base": 0, "text": "x"}),
        ("aset", {"sort": "aset", "name": "Taman"}),
    ):
        assert desk.post(f"{WORK}/{forum.id}/{page}", data=form).status_code == 302


def test_files_with_names_are_for_the_seat_alone(desk, client, forum):
    assert desk.post(f"{WORK}/{forum.id}/berkas", data={"sort": "set"}).status_code == 302
    made = queries.prints(db.session, forum.id)[0]
    made.status, made.file_name = "ready", "a" * 32
    db.session.commit()
    assert client.get(f"{PUBLIC}/{forum.id}/berkas/{made.id}").status_code == 404
    assert desk.post(f"{WORK}/{forum.id}/berkas", data={"sort": "rahasia"}).status_code == 400


def test_a_forum_that_is_called_off_says_why(desk, client, forum):
    desk.post(f"{WORK}/{forum.id}/batal", data={"reason": "Aula banjir."})
    assert "Aula banjir." in text_of(client.get(f"{PUBLIC}/{forum.id}"))
    assert client.get(PUBLIC + "?tahun=2027").status_code == 200


def test_a_public_page_asks_as_often_for_twenty_decisions_as_for_one(client, chair, forum):
    actor, counts = make.actor(chair), []
    for more in (1, 19):
        for one in [proposal() for _ in range(more)]:
            decisions.decide(forum, actor, one, {"way": "mufakat", "outcome": "agreed"})
        db.session.commit()
        client.get(f"{PUBLIC}/{forum.id}")
        with Statements() as sent:
            client.get(f"{PUBLIC}/{forum.id}")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14, counts


def test_late_letters_are_warned_of_only_while_somebody_waits_for_one(desk, chair):
    soon = called(make.actor(chair), starts_at=datetime.now(UTC) + timedelta(days=2))
    service.invite(soon, make.actor(chair), [{"name": "Bu Imas", "group": "pkk"}])
    db.session.commit()
    pages = [f"{WORK}/{soon.id}", f"{WORK}/{soon.id}/undangan"]
    late = ("Tinggal kurang dari 7 hari", "sebaiknya terkirim 7 hari")
    for page, words in zip(pages, late, strict=True):
        assert words in " ".join(text_of(desk.get(page)).split())
    for guest in queries.guests(db.session, soon.id):
        guest.letter_at = datetime.now(UTC)
    db.session.commit()
    for page, words in zip(pages, late, strict=True):
        assert words not in " ".join(text_of(desk.get(page)).split())


def test_the_day_of_a_forum_is_said_once(client, chair):
    begins = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    forum = called(make.actor(chair), starts_at=begins, ends_at=begins + timedelta(hours=3))
    db.session.commit()
    page = text_of(client.get(f"{PUBLIC}/{forum.id}"))
    assert "24 November 2026, 09.00 – 12.00" in page
