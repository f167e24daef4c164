"""Booths on pages: the table, packages, papers, the record, incidents, and the tablet."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.services import booths, papers
from app.services.papers import Reading
from models import Booth, BoothShift, CodeBatch, Incident, PaperBallot, VotingCode, db
from tests import factories as make
from tests.booths import close, hall, officer, stored
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
WORK, TABLET = "/kerja/suara", "/suara/bilik"


@pytest.fixture
def found():
    """An open vote at a booth, with cards and papers."""
    made = hall(people=3, cards=4, sheets=4)
    db.session.commit()
    return made


@pytest.fixture
def desk(client_for, found):
    """The officer's browser."""
    return client_for(found.login)


def text_of(answer):
    return answer.get_data(as_text=True)


def at(found, more=""):
    return f"{WORK}/bilik/{found.booth.id}{more}"


# -- which ------------------------------------------------------------------------------------


def test_an_officer_finds_their_booth_and_opens_another(desk, found):
    assert found.booth.name in text_of(desk.get(f"{WORK}/bilik"))
    page = f"{WORK}/{found.contest.id}/bilik"
    data = {"name": "Pos RW 07", "area_code": make.KELURAHAN, "address": "Gang Mawar 3"}
    assert desk.post(page, data=data).status_code == 302
    assert desk.post(page, data=data).status_code == 422
    assert {one.name for one in db.session.scalars(select(Booth))} >= {"Pos RW 07"}
    bad = desk.post(page, data={"name": "", "area_code": make.OTHER_KELURAHAN})
    assert bad.status_code == 422


@pytest.mark.parametrize("more", ["", "/surat", "/rekap", "/lapor"])
def test_a_booth_is_not_there_for_officers_of_another_kelurahan(client_for, found, more):
    elsewhere = make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN)
    client = client_for(elsewhere)
    assert client.get(at(found, more)).status_code == 404
    assert client.get(f"{WORK}/{found.contest.id}/bilik").status_code == 404
    assert client.get(f"{WORK}/{found.contest.id}/kejadian").status_code == 404


# -- the table --------------------------------------------------------------------------------


def test_somebody_is_found_by_name_or_digits_and_no_address_carries_either(desk, found):
    page = desk.post(at(found, "/cari"), data={"name": "warga 1", "rw": "4"})
    assert "Ibu Warga 1" in text_of(page)
    assert "Ibu Warga 2" not in text_of(page)
    assert "Ibu Warga 2" in text_of(desk.post(at(found, "/cari"), data={"last4": "1234"}))
    for bad in ({}, {"name": "a"}, {"last4": "12"}, {"name": "warga", "rw": "900"}):
        assert desk.post(at(found, "/cari"), data=bad).status_code == 422
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_card_and_a_paper_are_handed_out_and_counted(desk, found):
    person = {"person": str(found.people[0].id)}
    page = desk.post(at(found, "/serah"), data=person)
    assert "Ibu Warga 0" in text_of(page)
    done = desk.post(at(found, "/serah"), data=person | {"what": "card", "card": "1"})
    assert done.status_code == 302
    again = desk.post(at(found, "/serah"), data=person | {"what": "card", "card": "2"})
    assert again.status_code == 409
    assert 'value="2"' in text_of(again)
    other = {"person": str(found.people[1].id), "what": "paper"}
    assert desk.post(at(found, "/serah"), data=other).status_code == 302
    shift = db.session.scalars(select(BoothShift)).one()
    assert (shift.codes, shift.papers) == (1, 1)
    with desk.session_transaction() as kept:
        assert "Warga" not in str(dict(kept))


@pytest.mark.parametrize("data", [{}, {"person": "0"}, {"person": "99999999999999999999"}])
def test_nonsense_at_the_table_is_not_found(desk, found, data):
    assert desk.post(at(found, "/serah"), data=data).status_code == 404


def test_an_unknown_thing_is_not_handed_out(desk, found):
    data = {"person": str(found.people[0].id), "what": "beras"}
    assert desk.post(at(found, "/serah"), data=data).status_code == 400


def test_a_shift_is_begun_and_ended_with_a_remark(desk, found):
    end = {"act": "end", "note": "Tablet kedua mati sebentar."}
    assert desk.post(at(found, "/tugas"), data=end).status_code == 302
    assert db.session.scalars(select(BoothShift)).one().note == end["note"]
    assert "Mulai" in text_of(desk.get(at(found))) or "Begin" in text_of(desk.get(at(found)))
    desk.post(at(found, "/tugas"), data={"act": "begin"})
    assert len(db.session.scalars(select(BoothShift)).all()) == 2
    assert desk.post(at(found, "/tugas"), data={"act": "x"}).status_code == 400


def test_pages_of_a_booth_ask_few_questions(desk, found):
    for page in (at(found), at(found, "/rekap"), f"{WORK}/{found.contest.id}/bilik"):
        desk.get(page)
        with Statements() as asked:
            assert desk.get(page).status_code == 200
        assert len(asked) <= 22, (page, len(asked))


# -- packages ---------------------------------------------------------------------------------


def test_a_package_is_ordered_and_its_file_taken_once(client_for, desk, found):
    page = f"{WORK}/{found.contest.id}/bilik"
    data = {"booth": str(found.booth.id), "sort": "codes", "size": "12"}
    assert desk.post(f"{page}/paket", data=data).status_code == 302
    batch = db.session.scalars(select(CodeBatch).order_by(CodeBatch.id.desc())).first()
    from app.jobs import booths as job

    job.print_package(batch.id)
    db.session.commit()
    take = f"{page}/paket/{batch.id}"
    other = client_for(officer())
    assert other.post(take).status_code == 302
    file = desk.post(take)
    assert file.data.startswith(b"%PDF")
    assert file.headers["Cache-Control"] == "private, no-store"
    assert desk.post(take).status_code == 302
    for size in ("0", "501", "banyak", ""):
        assert desk.post(f"{page}/paket", data=data | {"size": size}).status_code == 422


# -- papers -----------------------------------------------------------------------------------


@pytest.fixture
def closed(found):
    """The vote is closed; two papers are in the box."""
    for person in found.people[:2]:
        booths.give_paper(found.booth, found.officer, person.id)
    close(found)
    db.session.commit()
    return found


def test_two_operators_type_a_paper_and_neither_sees_what_the_other_typed(client_for, desk, closed):
    other = client_for(officer("operator"))
    data = {"serial": closed.serials[0], "marks": "2, 5"}
    assert desk.post(at(closed, "/surat"), data=data).status_code == 302
    page = text_of(other.get(at(closed, "/surat")))
    assert closed.serials[0] in page
    assert "2, 5" not in page
    assert other.post(at(closed, "/surat"), data=data).status_code == 302
    assert [one.choices for one in stored(closed).values()] == [[2, 5]]
    report = f"{WORK}/{closed.contest.id}/bilik/laporan"
    assert closed.serials[0] in text_of(desk.get(report))
    table = text_of(desk.get(f"{report}?bentuk=csv"))
    assert closed.serials[0] in table
    assert "online" not in table


@pytest.mark.parametrize(
    "data",
    [
        {"serial": "", "marks": "1"},
        {"serial": "AAAA-AAA", "marks": "1"},
        {"marks": ""},
        {"marks": "1 2 3 4 5 6"},
        {"marks": "99"},
        {"marks": "satu"},
        {"marks": "1", "invalid": "blank"},
        {"marks": "", "invalid": "lain"},
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(desk, closed, data):
    data = {"serial": closed.serials[0]} | data
    answer = desk.post(at(closed, "/surat"), data=data)
    assert answer.status_code == 422
    if data["marks"]:
        assert f'value="{data["marks"]}"' in text_of(answer)
    assert db.session.scalars(select(PaperBallot)).all() == []


def test_a_paper_read_differently_is_settled_by_a_third_who_sees_no_reading(
    client_for, desk, closed
):
    second, third = make.actor(officer("operator")), client_for(officer("coordinator"))
    papers.key(closed.booth, closed.officer, closed.serials[0], Reading([1, 6]))
    paper = papers.key(closed.booth, second, closed.serials[0], Reading([2, 6]))
    db.session.commit()
    page = at(closed, f"/surat/{paper.id}")
    assert 'name="marks"' not in text_of(desk.get(page))  # one of the two may only begin again
    shown = text_of(third.get(page))
    assert "1, 6" not in shown
    assert "2, 6" not in shown
    assert third.post(page, data={"marks": "3"}).status_code == 422
    assert third.post(page, data={"marks": "2 6"}).status_code == 302
    assert [one.choices for one in stored(closed).values()] == [[2, 6]]
    assert third.get(page).status_code == 404


def test_the_record_says_who_served_and_what_does_not_add_up(desk, closed):
    page = at(closed, "/rekap")
    assert desk.post(page, data={"boxed": "3", "note": ""}).status_code == 302
    shown = text_of(desk.get(page))
    assert "Petugas Bilik" in shown
    assert "notice-warn" in shown
    for bad in ("", "-1", "banyak", "99999999999999999999"):
        assert desk.post(page, data={"boxed": bad}).status_code == 422


def test_the_report_says_of_each_paper_whether_it_counts_and_never_what_it_says(
    client_for, desk, closed
):
    serials = closed.serials
    marks = {serials[0]: ((1, 2), (1, 2)), serials[1]: ((1,), (2,)), serials[2]: ((), ())}
    readers = [client_for(officer("moderator")), client_for(officer("moderator"))]
    for serial, typed in marks.items():
        for reader, numbers in zip(readers, typed, strict=True):
            told = ", ".join(map(str, numbers))
            reader.post(at(closed, "/surat"), data={"serial": serial, "marks": told})
    page = f"{WORK}/{closed.contest.id}/bilik/laporan"
    words = text_of(desk.get(page))
    rows = dict(re.findall(r'class="title">([^<]+)</td>.*?</svg>([^<]+)<', words, re.S))
    assert set(rows) <= set(serials)
    assert len(set(rows.values())) >= 2
    table = text_of(desk.get(f"{page}?bentuk=csv"))
    assert serials[0] in table
    assert "1, 2" not in table
    assert "1,2" not in table


# -- incidents --------------------------------------------------------------------------------


def test_an_incident_goes_from_the_table_to_two_reviewers_and_to_everybody(client_for, desk, found):
    data = {"kind": "operator_mistake", "words": "Kartu diberikan kepada orang yang salah."}
    assert desk.post(at(found, "/lapor"), data=data).status_code == 302
    assert desk.post(at(found, "/lapor"), data={"kind": "x", "words": ""}).status_code == 422
    made = db.session.scalars(select(Incident)).one()
    one, two = client_for(officer("coordinator")), client_for(officer("planner"))
    queue = f"{WORK}/{found.contest.id}/kejadian"
    page = f"{queue}/{made.id}"
    assert data["words"] in text_of(one.get(queue))
    search = one.post(f"{page}/orang", data={"name": "Warga 2"})
    assert "Ibu Warga 2" in text_of(search)
    person = str(found.people[2].id)
    assert one.post(f"{page}/orang", data={"act": "add", "person": person}).status_code == 302
    decision = {"outcome": "voided", "note": "Suara dari kartu yang salah tidak dihitung."}
    assert one.post(page, data={"outcome": "voided", "note": ""}).status_code == 422
    assert one.post(page, data=decision).status_code == 302
    assert "notice-warn" in text_of(two.get(page))
    assert db.session.get_one(Incident, made.id).state == "open"
    assert two.post(page, data=decision).status_code == 302
    assert db.session.get_one(Incident, made.id).state == "voided"
    assert decision["note"] in text_of(two.get(page))


# -- the tablet -------------------------------------------------------------------------------


@pytest.fixture
def card(found):
    """A card that was given to somebody."""
    booths.give_card(found.booth, found.officer, found.people[0].id, found.cards[0].number)
    db.session.commit()
    return found.cards[0]


def test_from_the_code_to_the_box_and_nothing_stays(client, found, card):
    first = client.get(TABLET)
    assert first.headers["Cache-Control"] == "private, no-store"
    picked = client.post(TABLET, data={"kode": card.code})
    assert picked.status_code == 200
    for one in found.contest.choices:
        assert one.title in text_of(picked)
    data = {"kode": card.code.lower(), "pilih": ["2", "4"]}
    look = client.post(TABLET, data=data | {"langkah": "periksa"})
    assert found.contest.choices[1].title in text_of(look)
    assert stored(found) == {}
    back = client.post(TABLET, data=data | {"langkah": "ubah"})
    assert text_of(back).count("checked") == 2
    done = client.post(TABLET, data=data | {"langkah": "kirim"})
    assert done.status_code == 200
    assert done.headers["Refresh"].startswith("45;")
    (ballot,) = stored(found).values()
    assert (ballot.choices, ballot.channel) == ([2, 4], "booth")
    again = client.post(TABLET, data=data | {"langkah": "kirim"})
    assert again.status_code == 422
    for answer in (first, picked, look, back, done, again):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "csrf_token" not in text_of(answer)
    assert card.code not in text_of(done)
    assert found.contest.choices[1].title not in text_of(done)


@pytest.mark.parametrize("typed", ["", "AAAA-AAAA-AAAA", "<b>", "x" * 3000, "\x00", "ABCD"])
def test_what_is_no_code_gets_a_sentence(client, found, typed):
    answer = client.post(TABLET, data={"kode": typed})
    assert answer.status_code == 422
    assert "error-summary" in text_of(answer)


def test_a_card_that_nobody_was_given_says_so(client, found):
    answer = client.post(TABLET, data={"kode": found.cards[3].code})
    assert answer.status_code == 422
    assert found.cards[3].code not in text_of(answer)


@pytest.mark.parametrize("picks", [[], ["1", "2", "3", "4", "5", "6"], ["99"], ["x"]])
def test_too_few_too_many_or_strange_picks_come_back_with_a_sentence(client, found, card, picks):
    for step in ("periksa", "kirim"):
        data = {"kode": card.code, "pilih": picks, "langkah": step}
        answer = client.post(TABLET, data=data)
        assert answer.status_code == 422
        assert "error-summary" in text_of(answer)
    assert stored(found) == {}


def test_large_letters_go_along_without_a_cookie(client, found, card):
    assert "booth-large" in text_of(client.get(f"{TABLET}?huruf=besar"))
    page = text_of(client.post(TABLET, data={"kode": card.code, "huruf": "besar"}))
    assert "booth-large" in page
    assert 'name="huruf" value="besar"' in page


def test_the_address_of_a_card_carries_its_code_where_no_server_is_sent_it(found):
    assert all(re.search(r"/suara/bilik#[0-9A-Z]{12}$", one.address) for one in found.cards)


def test_casting_with_a_card_writes_the_ballot_and_nothing_else(client, found, card):
    data = {"kode": card.code, "pilih": ["1"], "langkah": "kirim"}
    with Statements() as asked:
        client.post(TABLET, data=data)
    wrote = [s for s in asked if re.match(r"\s*(insert|update|delete)", s, re.I)]
    assert wrote == []
    assert sum("cast_once" in s for s in asked) == 1
    assert db.session.scalars(select(VotingCode.state).where(VotingCode.card == "0001")).one() == (
        "given"
    )
