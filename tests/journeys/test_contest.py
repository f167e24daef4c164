"""A vote in a browser: drafted, announced, read, objected to, and a card checked at the counter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from models import db
from tests import factories as make

YEAR = 2033
WORK = "/kerja/suara"
TITLES = (
    "Saluran Gang Melati",
    "Lampu tangga Dago Atas",
    "Taman bermain RW 07",
    "Pos ronda Dago Barat",
)


@pytest.fixture(scope="module")
def offered(site) -> None:
    """Four verified proposals of a year of their own, and a resident."""
    with site.app.app_context():
        make.user("pemilih-dago@contoh.id", person=make.person("Teh Nining", rw=3))
        for n, title in enumerate(TITLES, start=1):
            one = make.item("musrenbang", title=title, rw=3)
            one.plan_year, one.level, one.state = YEAR, "kelurahan", "verified"
            one.cost = n * 45_000_000
        db.session.commit()


def test_a_vote_from_its_draft_to_an_objection(site, meet, offered):
    lurah = meet("panitia", 1280)
    lurah.known("moderator@contoh.id")
    lurah.go(f"{WORK}/baru")
    day = datetime.now(UTC)
    page = lurah.page
    page.fill("#title", "Prioritas warga Dago 2033")
    page.fill("#plan_year", str(YEAR))
    page.fill("#most", "3")
    page.fill("#pagu", "250.000.000")
    page.fill("#disputes_until", f"{day + timedelta(days=5):%Y-%m-%dT%H:%M}")
    page.fill("#opens_at", f"{day + timedelta(days=6):%Y-%m-%dT%H:%M}")
    page.fill("#closes_at", f"{day + timedelta(days=20):%Y-%m-%dT%H:%M}")
    lurah.look("suara-baru")
    lurah.press("main form.form button:not(.plain):not(.quiet)")
    for box in lurah.each("#pilihan input[type=checkbox]"):
        box.check()
    lurah.press("#pilihan button")
    lurah.look("suara-draf")
    lurah.press("main .notice button")
    lurah.look("suara-umumkan")
    lurah.press("main form button")
    lurah.look("suara-kerja")
    number = re.search(r"/kerja/suara/(\d+)", page.url)[1]

    reader = meet("warga", 390)
    reader.go(f"/suara/{number}")
    assert "Saluran Gang Melati" in reader.page.content()
    reader.look("suara-diumumkan")
    reader.go("/suara")
    reader.look("suara-daftar")

    reader.known("pemilih-dago@contoh.id")
    reader.go(f"/suara/{number}")
    reader.page.click("#pemilih details:has(form) > summary")
    reader.page.check("#claim-0")
    reader.page.fill("#words", "Saya tinggal di RW 03 sejak tahun 2015.")
    reader.press("#pemilih form button")
    reader.look("suara-keberatan")
    lurah.go(f"{WORK}/{number}")
    lurah.look("suara-kerja-keberatan")


def test_a_card_is_checked_at_the_counter(site, meet, offered):
    lurah = meet("loket", 1280)
    lurah.known("moderator@contoh.id")
    lurah.go("/kerja/warga/loket")
    page = lurah.page
    page.fill("#nik", "3273025501900077")
    page.fill("#name", "Ibu Euis Komariah")
    page.fill("#rw", "3")
    lurah.look("warga-loket")
    lurah.press("main form.form button:not(.quiet)")
    assert "Ibu Euis Komariah" in page.content()
    lurah.look("warga-diperiksa")
    reader = meet("profil", 390)
    reader.known("pemilih-dago@contoh.id")
    reader.go("/profil")
    reader.look("warga-profil")
