"""A secret vote in a browser from the first pick to the verified result; and without scripts."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from app.jobs import ballots as jobs
from app.jobs import tallies as counting
from app.services import contest_keys
from models import Contest, db
from tests import boxes, elections
from tests import factories as make

WHY = "Warga RW 05 sudah menyiapkan tempatnya, dan sekolah ikut membiayai."

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
            people,
            "draft",
            choices=len(TITLES),
            title="Prioritas warga Dago 2027",
            rule=elections.USUAL,
            **values,
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


def crowd(vote: Vote, number: int) -> None:
    """So many others vote, of two groups who want different things."""
    with db.engine.begin() as connection:
        for n, chosen in enumerate(elections.ballots(number, len(TITLES))):
            who = contest_keys.of_person(vote.id, 1_000_000 + n)
            row = {"which": vote.id, "who": who, "chosen": chosen, "shares": []}
            answer = connection.scalar(elections.CAST, row | {"fresh": secrets.token_bytes(16)})
            assert answer == "accepted"


def close(site, vote: Vote) -> None:
    """Its time is over: what jobs do within the next minutes."""
    with site.app.app_context():
        crowd(vote, 58)
        boxes.closed(db.session.get_one(Contest, vote.id))
        db.session.commit()
        jobs.ballots_seal()
        counting.votes_count()
        db.session.commit()


def choose(person, vote: Vote) -> str:
    """Pick on a phone, with the list and the map, look at it, cast; returns the receipt's code."""
    person.known(vote.emails[0])
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
    code = code_on(person)
    assert not person.page.evaluate("Object.keys(sessionStorage).length")

    return code


def certify(meet, vote: Vote) -> None:
    """Somebody decides, once otherwise than counted, and two people close the book."""
    page = f"/kerja/suara/{vote.id}/pengesahan"
    lurah = meet("lurah", 1280)
    lurah.known("moderator@contoh.id")
    lurah.go(page)
    last = lurah.page.locator(".result-line:not(.is-won)").last
    last.locator("input[value=ya]").check()
    last.locator("textarea").fill(WHY)
    lurah.look("suara-putusan")
    lurah.press("#putusan form button[type=submit]")
    lurah.press("#sahkan form button")
    camat = meet("camat", 390)
    camat.known("validator@contoh.id")
    camat.go(page)
    camat.look("suara-sahkan")
    camat.press("#sahkan form button")
    expect(camat.page.locator("#sahkan .notice-good")).to_have_count(1)


def verified(reader, vote: Vote, folder: Path) -> str:
    """Download the signed folder and let the program in it check all of it; what it says."""
    with reader.page.expect_download() as download:
        reader.page.locator("#periksa a.button").click()
    packed = folder / download.value.suggested_filename
    download.value.save_as(packed)
    with ZipFile(packed) as names:
        names.extractall(folder)
    program = folder / f"suara-{vote.id}" / "verify.py"
    done = subprocess.run(
        [sys.executable, "-I", str(program)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_vote_is_cast_changed_counted_explained_certified_and_verified(
    site, meet, vote, tmp_path
):
    person = meet("pemilih", 390)
    first = choose(person, vote)
    person.go(vote.ballot)
    expect(person.page.locator("input[name=pilih]:checked")).to_have_count(0)
    person.page.locator("input[name=pilih]").nth(6).check()
    press(person, "periksa")
    press(person, "kirim")
    second = code_on(person)
    assert second != first
    person.go(vote.check)
    person.look("suara-cek-buka")

    close(site, vote)
    person.go(vote.ballot)
    person.look("suara-tutup")
    certify(meet, vote)

    reader = meet("pembaca", 390)
    reader.go(f"/suara/{vote.id}")
    reader.press(".suara-do a.button")
    reader.look("suara-hasil")
    assert WHY in reader.page.locator("#belum").inner_text()
    expect(reader.page.locator("#terpilih .result-line")).not_to_have_count(0)
    expect(reader.page.locator("#banding tbody tr")).to_have_count(2)
    said = verified(reader, vote, tmp_path)
    assert "Semua cocok." in said and "segel atas 59 suara" in said

    reader.go(vote.check)
    reader.type("kode", second)
    reader.press("main form button")
    reader.until("document.querySelector('[data-verify]').textContent !== ''")
    told = reader.page.locator("[data-verify]")
    assert told.inner_text() == told.get_attribute("data-yes")
    reader.page.locator("main details summary").first.click()
    reader.look("suara-cek-terbukti")
    reader.go(vote.check)
    reader.type("kode", first)
    reader.page.locator("main form button").click()
    reader.page.wait_for_selector(".field-error")
    reader.trouble.clear()  # the console names the 422
    reader.look("suara-cek-diganti")


def test_it_all_works_without_scripts(site, meet):
    vote = called(site, "tanpa")
    person = meet("tanpa", 390, js=False)
    person.known(vote.emails[0])
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
    person.known(vote.emails[0])
    person.go(vote.ballot)
    more = person.page.locator("[data-more]")
    for n, times in ((0, 5), (2, 3), (4, 4)):
        for _ in range(times):
            more.nth(n).click()
    given = person.page.locator("input[name^='poin-']").evaluate_all("all => all.map(f => f.value)")
    assert sum(int(value or 0) for value in given) == 10  # the eleventh and twelfth were refused
    # Wherever the last press left the page, the bar at its foot may lie on half a button.
    person.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    person.look("suara-poin")
    press(person, "periksa")
    person.look("suara-poin-periksa")
    expect(person.page.locator(".vote-given")).to_have_count(3)
    press(person, "kirim")
    expect(person.page.locator(".vote-code")).to_have_count(1)


def test_who_may_not_vote_reads_why(site, meet):
    vote = called(site, "belum", opens_at=datetime.now(UTC) + timedelta(hours=2))
    early = meet("belum", 390)
    early.known(vote.emails[0])
    early.go(vote.ballot)
    early.look("suara-belum-dibuka")
    with site.app.app_context():
        make.user("luar@contoh.id", level=2)
        db.session.commit()
    away = meet("luar", 390)
    away.known("luar@contoh.id")
    away.go(vote.ballot)
    away.look("suara-bukan-pemilih")
