"""A stage of the Musrenbang in a browser: set, closed, opened again, and the closing minute."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.access import SYSTEM
from app.services import cycles, drafts
from app.services.cycles import Wanted
from models import User, db
from tests import factories as make
from tests.journeys.conftest import serving
from tests.services.test_intake import pages

pytestmark = pytest.mark.journey
NOW = datetime.now(UTC)
YEAR = NOW.year + 1
DAY = timedelta(days=1)
KECAMATAN, KELURAHAN = "32.73.20", "32.73.20.1001"  # Antapani, where no other journey goes
EMAIL = "siklus@contoh.id"


def draft() -> str:
    """A proposal in Antapani Kulon, ready to be sent; the address of its last page."""
    user = db.session.query(User).filter_by(email=EMAIL).one()
    key, typed = uuid.uuid4(), pages("Drainase Jalan Kuningan")
    typed["lokasi"] = {"area_code": KELURAHAN, "rw": "5"}
    for page, answers in typed.items():
        drafts.save(key, "musrenbang", make.actor(user), page, answers)
    db.session.commit()
    return f"/musrenbang/baru/{key}/periksa"


@pytest.fixture(scope="module")
def site():
    """A city of its own: where a stage closes within minutes, all proposals wait their turn."""
    with serving() as own:
        yield own


@pytest.fixture(scope="module")
def resident(site):
    with site.app.app_context():
        make.user(EMAIL, name="Rina Marlina")
        db.session.commit()


def test_a_planner_sets_dates_kelurahan_by_kelurahan_after_looking_at_what_follows(meet):
    planner = meet("perencana")
    planner.known("planner@contoh.id")
    planner.go("/kerja/musrenbang/siklus")
    planner.look("siklus-kerja")
    planner.type("plan_year", str(YEAR))
    planner.send()
    planner.go(f"/kerja/musrenbang/siklus/{YEAR}/atur?wilayah={KECAMATAN}")
    planner.type("opens_at", (NOW - 9 * DAY).strftime("%Y-%m-%dT08:00"))
    planner.type("closes_at", (NOW - 8 * DAY).strftime("%Y-%m-%dT16:00"))
    planner.pick("spread", "kelurahan")
    planner.type("days", "1")
    planner.type("reason", "Keputusan Wali Kota tentang jadwal Musrenbang")
    planner.send()
    planner.look("siklus-pratinjau")
    planner.send()
    assert planner.page.url.endswith(f"/siklus/{YEAR}")
    planner.look("siklus-kerja-tahun")


def test_a_resident_reads_that_it_is_closed_and_keeps_the_draft_until_it_opens_again(
    site, meet, resident
):
    with site.app.app_context():
        address = draft()
        again = Wanted("rembug_warga", KELURAHAN, NOW + 2 * DAY, NOW + 4 * DAY)
        cycles.reopen(YEAR, again, SYSTEM, "Banjir: kantor kelurahan tidak dapat dipakai")
        db.session.commit()
    resident = meet("warga", 390)
    resident.known(EMAIL)
    resident.go(address)
    resident.look("siklus-draf-tutup")
    resident.press("main form.form button[type=submit]")
    resident.trouble.clear()  # the browser says of itself that the answer was 409
    resident.look("siklus-tutup")
    resident.go("/saya")
    resident.look("siklus-saya")
    resident.go(f"/musrenbang/siklus?wilayah={KELURAHAN}")
    resident.look("siklus-kelurahan")
    resident.go("/musrenbang/siklus?wilayah=32.73")
    resident.look("siklus-kota")


def test_what_is_sent_in_the_last_minutes_waits_its_turn_and_is_filed(site, meet, resident):
    with site.app.app_context():
        address = draft()
        until = datetime.now(UTC) + timedelta(minutes=8)
        want = Wanted("rembug_warga", KELURAHAN, NOW - DAY, until)
        cycles.reopen(YEAR, want, SYSTEM, "Listrik padam pada hari penutupan")
        db.session.commit()
    resident = meet("warga", 390, js=False)
    resident.known(EMAIL)
    resident.go(address)
    resident.send()
    assert resident.page.url.endswith("/diterima")
    resident.look("siklus-antre")
    site.work()
    resident.page.wait_for_url("**/terima-kasih")  # the page looks by itself
    resident.go("/saya/kotak-masuk")
    resident.look("siklus-kotak-masuk")


def test_a_planner_carries_over_what_was_not_realised(site, meet):
    with site.app.app_context():
        old = make.item("musrenbang", state="not_realised", area_code=KELURAHAN,
                        title="Penerangan jalan Antapani")  # fmt: skip
        db.session.commit()
        number, year = old.number, old.plan_year
    planner = meet("perencana")
    planner.known("planner@contoh.id")
    planner.go(f"/kerja/musrenbang/lanjutkan?tahun={year}")
    planner.look("siklus-lanjutkan")
    planner.press("main button[name=sure][value='']")
    planner.look("siklus-lanjutkan-pratinjau")
    planner.press("main button[name=sure][value='1']")
    planner.go(f"/nomor/{number}")
    planner.look("siklus-dilanjutkan")
