"""A vote at a booth in browsers: cards and papers handed out, a tablet, papers read, the record."""

from __future__ import annotations

import json

import pytest

from app.services import booth_codes, booths
from models import Ballot, Contest, Person, User, db
from tests import booths as make_booths
from tests import factories as make

TABLET = "/suara/bilik"


@pytest.fixture(scope="module")
def hall(site):
    """An open vote with a booth, whose officer is the moderator; numbers and codes."""
    with site.app.app_context():
        found = make_booths.hall(people=5, cards=6, sheets=6, choices=12,
                                 title="Prioritas Kelurahan Dago 2027")  # fmt: skip
        names = ("Euis Komariah", "Dadang Suryana", "Nining Kurniasih", "Asep Hidayat", "Iis Sari")
        for person, name in zip(found.people, names, strict=True):
            person.name = name
        booths.give_card(found.booth, found.officer, found.people[0].id, "1")
        told = {
            "contest": found.contest.id,
            "booth": found.booth.id,
            "codes": [one.code for one in found.cards],
            "serials": found.serials,
            "people": [one.id for one in found.people],
        }
        for role in ("operator", "coordinator"):
            if not db.session.query(User).filter_by(email=f"{role}@contoh.id").count():
                make.user(f"{role}@contoh.id", roles=(role,), name=f"Petugas {role}")
        db.session.commit()
        return told


def test_a_card_becomes_a_ballot_on_a_tablet_and_nothing_stays(site, meet, hall):
    voter = meet("pemilih", 390)
    voter.go(TABLET)
    voter.look("bilik-mulai")
    voter.type("kode", "AAAA-BBBB-CCCC")
    voter.page.locator(".booth-form button[type=submit]").click()
    voter.page.locator(".error-summary").wait_for()
    voter.trouble.clear()  # Chromium says aloud that a page came with 422
    voter.look("bilik-kode-salah")
    voter.page.fill("#kode", hall["codes"][0].lower())
    voter.page.locator(".booth-form button[type=submit]").click()
    voter.page.locator(".vote-list").wait_for()
    voter.look("bilik-pilih")
    for box in voter.page.locator(".vote-item input[type=checkbox]").all()[:2]:
        box.check()
    assert "2" in voter.page.locator("[data-count]").inner_text()
    voter.page.locator("button[value=periksa]").click()
    voter.page.locator(".vote-chosen").wait_for()
    voter.look("bilik-periksa")
    voter.page.locator("button[value=kirim]").click()
    voter.page.locator(".vote-receipt").wait_for()
    voter.look("bilik-selesai")
    receipt = voter.page.locator(".vote-code").inner_text()
    assert len(receipt) == 39
    with site.app.app_context():
        ballots = db.session.query(Ballot).filter_by(contest_id=hall["contest"]).all()
        assert [one.channel for one in ballots] == ["booth"]
        assert len(ballots[0].choices) == 2
    kept = voter.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert json.loads(kept) == [{}, {}]
    assert voter.page.context.cookies() == []
    assert voter.page.evaluate("history.length") <= 2
    voter.page.locator("[data-away]").click()
    voter.page.locator("#kode").wait_for()
    assert voter.page.locator("#kode").input_value() == ""
    voter.page.go_back()
    words = voter.page.locator("body").inner_text()
    assert receipt not in words


def test_the_tablet_works_without_javascript_and_with_large_letters(site, meet, hall):
    with site.app.app_context():
        booth = db.session.get_one(make_booths.Booth, hall["booth"])
        officer = db.session.query(User).filter(Person.id == User.person_id).filter(
            Person.name == "Petugas Bilik").one()  # fmt: skip
        booths.give_card(booth, make.actor(officer), hall["people"][1], "2")
        db.session.commit()
    voter = meet("tanpa-js", 1280, js=False)
    voter.go(f"{TABLET}?huruf=besar")
    voter.look("bilik-mulai-besar")
    voter.type("kode", hall["codes"][1])
    voter.press(".booth-form button[type=submit]")
    voter.look("bilik-pilih-besar")
    voter.page.locator(".vote-item input[type=checkbox]").first.check()
    voter.press("button[value=periksa]")
    voter.press("button[value=kirim]")
    voter.look("bilik-selesai-besar")
    with site.app.app_context():
        count = db.session.query(Ballot).filter_by(contest_id=hall["contest"]).count()
        assert count == 2


def test_an_officer_hands_out_and_the_booth_adds_up(site, meet, hall):
    desk = meet("petugas", 1280)
    desk.known("moderator@contoh.id")
    desk.go("/kerja/suara/bilik")
    desk.look("bilik-daftar")
    desk.go(f"/kerja/suara/{hall['contest']}/bilik")
    desk.look("bilik-pemungutan")
    page = f"/kerja/suara/bilik/{hall['booth']}"
    desk.go(page)
    desk.look("bilik-meja-sebelum")
    desk.press("button[value=begin]")
    desk.look("bilik-meja")
    desk.type("name", "nining")
    desk.send()
    desk.look("bilik-ditemukan")
    desk.press(".booth-found button")
    desk.look("bilik-orang")
    desk.page.fill("#card", "0003")
    desk.press("form:has(#card) button")
    desk.look("bilik-diserahkan")
    desk.go(f"{page}/lapor")
    desk.look("bilik-lapor")
    for n in (3, 4):
        _paper(site, hall, n)
    _close(site, hall)
    desk.go(f"{page}/surat")
    for serial, marks in ((hall["serials"][0], "1, 4"), (hall["serials"][1], "2")):
        desk.type("serial", serial)
        desk.type("marks", marks)
        desk.send()
    desk.look("bilik-surat")
    second = meet("petugas-dua", 390)
    second.known("coordinator@contoh.id")
    for serial, marks in ((hall["serials"][0], "1 4"), (hall["serials"][1], "3")):
        second.go(f"{page}/surat")
        second.type("serial", serial)
        second.type("marks", marks)
        second.send()
    second.look("bilik-surat-beda")
    desk.go(f"{page}/surat")
    desk.press(".booth-found a")
    desk.look("bilik-surat-pembaca")
    desk.go(f"{page}/rekap")
    desk.type("boxed", "3")
    desk.send()
    desk.look("bilik-rekap")
    desk.go(f"/kerja/suara/{hall['contest']}/bilik/laporan")
    desk.look("bilik-laporan")
    desk.go(f"/kerja/suara/{hall['contest']}/bilik")
    desk.look("bilik-sebelum-segel")
    desk.go(f"/kerja/suara/{hall['contest']}/kejadian")
    desk.look("kejadian")


def _paper(site, hall, n):
    with site.app.app_context():
        booth = db.session.get_one(make_booths.Booth, hall["booth"])
        login = db.session.query(User).join(Person).filter(Person.name == "Petugas Bilik").one()
        assert booths.give_paper(booth, make.actor(login), hall["people"][n]) == "given"
        db.session.commit()


def _close(site, hall):
    with site.app.app_context():
        db.session.execute(
            make_booths.text("UPDATE contest SET state = 'closed' WHERE id = :id"),
            {"id": hall["contest"]},
        )
        db.session.commit()
        assert db.session.get_one(Contest, hall["contest"]).state == "closed"
        assert booth_codes.admitted(db.session(), hall["codes"][0]).why == "used"
