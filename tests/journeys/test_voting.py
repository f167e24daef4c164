"""A secret vote in a browser: pick, look, cast, change, close, prove; with scripts and without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.jobs import ballots as jobs
from models import Contest, db
from tests import boxes
from tests import factories as make

TITLES = (
    "Perbaikan saluran air Gang Mawar",
    "Lampu jalan tenaga surya di tangga Dago Pojok",
    "Taman bermain RW 03",
    "Rak buku dan meja belajar untuk balai RW 05",
    "Pos ronda dan papan informasi warga",
    "Tempat cuci tangan di pasar pagi",
    "Jalur aman anak ke SDN Coblong",
    "Bank sampah RW 09",
)


@dataclass
class Vote:
    """A contest, and who may vote in it."""

    id: int
    emails: list[str]

    @property
    def ballot(self) -> str:
        """Where its ballot is."""
        return f"/suara/{self.id}/pilih"

    @property
    def check(self) -> str:
        """Where its voters look up what became of their ballots."""
        return f"/suara/{self.id}/cek"


def called(site, prefix: str, **values) -> Vote:
    """A vote on eight proposals, and four residents on its roll."""
    with site.app.app_context():
        people = [make.user(f"{prefix}{n}@contoh.id", level=2) for n in range(4)]
        contest = boxes.called(
            people, "draft", choices=len(TITLES), title="Prioritas warga Dago 2027", **values
        )
        for one, title in zip(contest.choices, TITLES, strict=True):
            one.title = title
            one.summary = "Diusulkan warga pada rembug RW. Lokasi sudah dilihat bersama ketua RW."
            one.area_code, one.department_code = make.KELURAHAN, make.DEPARTMENT
            one.lon, one.lat = 107.6130 + one.no / 900, -6.8790 - (one.no % 3) / 700
        boxes.walked(contest, "open")
        db.session.commit()
        return Vote(contest.id, [user.email for user in people])


@pytest.fixture(scope="module")
def vote(site) -> Vote:
    """Approval: up to five of eight."""
    return called(site, "pemilih")


def press(person, value: str, refused: bool = False) -> None:
    """Press the button with that value."""
    person.press(f"main button[value={value}]")
    if refused:
        person.trouble.clear()  # the console names the 422
    assert not person.trouble, person.trouble


def code_on(person) -> str:
    return str(person.page.locator(".vote-code").inner_text()).strip()


def close(site, vote: Vote) -> None:
    with site.app.app_context():
        boxes.closed(db.session.get_one(Contest, vote.id))
        db.session.commit()
        jobs.ballots_seal()
        db.session.commit()


def test_a_resident_votes_changes_it_and_proves_that_it_counts(site, meet, vote):
    person = meet("pemilih", 390)
    person.enter(vote.emails[0])
    person.go(vote.ballot)
    boxes_ = person.page.locator("input[name=pilih]")
    expect(boxes_).to_have_count(len(TITLES))
    boxes_.nth(0).check()
    boxes_.nth(3).check()
    assert re.search(r"2 \D+ 5 ", person.page.locator("[data-count]").inner_text())
    person.page.locator(".vote-more summary").first.click()
    person.look("suara-pilih")
    for n in (1, 2, 4):
        boxes_.nth(n).check()
    boxes_.nth(5).click()
    assert not boxes_.nth(5).is_checked()
    expect(person.page.locator("[data-bar].is-full")).to_have_count(1)
    person.page.reload()  # unfinished picks wait in this tab
    expect(person.page.locator("input[name=pilih]:checked")).to_have_count(5)
    for n in (1, 2, 4):
        boxes_.nth(n).uncheck()
    person.page.fill("[data-find]", "taman bermain")
    expect(person.page.locator(".vote-item:visible")).to_have_count(1)
    person.page.fill("[data-find]", "")
    person.page.locator("[data-show-map]").click()
    person.page.wait_for_selector(".vote-pin")
    expect(person.page.locator(".vote-pin")).to_have_count(len(TITLES))
    person.look("suara-pilih-peta")
    press(person, "periksa")
    person.look("suara-periksa")
    press(person, "ubah")
    expect(person.page.locator("input[name=pilih]:checked")).to_have_count(2)
    press(person, "periksa")
    press(person, "kirim")
    person.look("suara-bukti")
    first = code_on(person)
    assert not person.page.evaluate("Object.keys(sessionStorage).length")

    person.go(vote.ballot)
    expect(person.page.locator("input[name=pilih]:checked")).to_have_count(0)
    person.look("suara-pilih-lagi")
    person.page.locator("input[name=pilih]").nth(6).check()
    press(person, "periksa")
    press(person, "kirim")
    second = code_on(person)
    assert second != first
    person.go(vote.check)
    person.look("suara-cek-buka")

    other = meet("pemilih lain", 1280)
    other.enter(vote.emails[1])
    other.go(vote.ballot)
    other.page.wait_for_selector(".vote-pin")
    other.page.locator("input[name=pilih]").nth(2).check()
    other.look("suara-pilih-lebar")
    press(other, "periksa")
    press(other, "kirim")

    close(site, vote)
    person.go(vote.ballot)
    person.look("suara-tutup")
    stranger = meet("orang lain", 390)
    stranger.go(vote.check)
    stranger.type("kode", second)
    stranger.press("main form button")
    stranger.until("document.querySelector('[data-verify]').textContent !== ''")
    told = stranger.page.locator("[data-verify]")
    assert told.inner_text() == told.get_attribute("data-yes")
    stranger.page.locator("main details summary").first.click()
    stranger.look("suara-cek-terbukti")
    stranger.go(vote.check)
    stranger.type("kode", first)
    stranger.page.locator("main form button").click()
    stranger.page.wait_for_selector(".field-error")
    stranger.trouble.clear()  # the console names the 422
    stranger.look("suara-cek-diganti")


def test_it_all_works_without_scripts(site, meet):
    vote = called(site, "tanpa")
    person = meet("tanpa", 390, js=False)
    person.enter(vote.emails[0])
    person.go(vote.ballot)
    person.look("suara-pilih")
    press(person, "periksa", refused=True)
    expect(person.page.locator(".error-summary li")).to_have_count(1)
    for n in range(6):
        person.page.locator("input[name=pilih]").nth(n).check()
    press(person, "periksa", refused=True)
    expect(person.page.locator("input[name=pilih]:checked")).to_have_count(6)
    person.look("suara-pilih-salah")
    person.page.locator("input[name=pilih]").nth(0).uncheck()
    press(person, "periksa")
    person.look("suara-periksa")
    press(person, "kirim")
    person.look("suara-bukti")
    code = code_on(person)
    person.go(vote.check)
    person.type("kode", code)
    person.press("main form button")
    expect(person.page.locator(".notice-good")).to_have_count(
        2
    )  # it is there, and this is its code
    person.look("suara-cek-buka")


def test_points_are_shared_out_by_thumb(site, meet):
    vote = called(site, "poin", mode="points", points=10, least=3, most=5)
    person = meet("poin", 390)
    person.enter(vote.emails[0])
    person.go(vote.ballot)
    more = person.page.locator("[data-more]")
    for n, times in ((0, 5), (2, 3), (4, 4)):
        for _ in range(times):
            more.nth(n).click()
    given = person.page.locator("input[name^='poin-']").evaluate_all("all => all.map(f => f.value)")
    assert sum(int(value or 0) for value in given) == 10  # the eleventh and twelfth were refused
    person.look("suara-poin")
    press(person, "periksa")
    person.look("suara-poin-periksa")
    expect(person.page.locator(".vote-given")).to_have_count(3)
    press(person, "kirim")
    expect(person.page.locator(".vote-code")).to_have_count(1)


def test_who_may_not_vote_reads_why(site, meet):
    vote = called(site, "belum", opens_at=datetime.now(UTC) + timedelta(hours=2))
    early = meet("belum", 390)
    early.enter(vote.emails[0])
    early.go(vote.ballot)
    early.look("suara-belum-dibuka")
    with site.app.app_context():
        make.user("luar@contoh.id", level=2)
        db.session.commit()
    away = meet("luar", 390)
    away.enter("luar@contoh.id")
    away.go(vote.ballot)
    away.look("suara-bukan-pemilih")
