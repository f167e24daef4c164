"""A proposal's way in a browser: its page, a survey on the phone, why it stopped, the works."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.services import items, supports
from models import Item, Photo, User, db
from tests import factories as make
from tests.pictures import scenery

pytestmark = pytest.mark.journey
EMAIL, MATE = "levels@contoh.id", "tetangga@contoh.id"
CODE = "1.03.10.2.01.0005"


def _proposal(title: str, **values: Any) -> Item:
    author = db.session.query(User).filter_by(email=EMAIL).one()
    usual = {"volume": Decimal(120), "unit": "m", "unit_price": 850_000, "title": title}
    return make.item("musrenbang", author, rw=7, **(usual | values))


def _climb(item: Item, levels: int) -> None:
    """Through the first levels, with a change and its reason at each."""
    clerk = make.everybody(item)
    for n in range(levels):
        volume = Decimal(120 - 5 * n)
        note = f"Panjang diukur ulang: {volume} meter." if n else ""
        given: dict[str, Any] = {"volume": volume, "note": note}
        if n == 3:
            given = {"verdict": "with_changes", "note": "Perlu U-ditch 40 cm.", "volume": volume}
        items.move(item, "judge" if n == 3 else "verify", clerk, given)
        if n == 2:
            make.surveyed(item)
        items.move(item, "agree", clerk, {"rank": n + 1, "note": "Disepakati secara mufakat."})
        if n < 4:
            items.move(item, "advance", clerk)


def _build(item: Item) -> None:
    """Into plan and budget, contract, works, finished and handed over."""
    clerk = make.everybody(item)

    def photo() -> list[int]:
        return [make.photo(uploaded_by_id=clerk.user_id).id]

    cost = item.cost  # type: ignore[attr-defined]
    items.move(item, "agree_budget", clerk, {"agreed_amount": cost})
    items.move(item, "enter_rkpd", clerk, {"sub_kegiatan": CODE})
    items.move(item, "enter_apbd", clerk, {"budget": cost})
    items.move(item, "procure", clerk)
    signed = {"contract_value": cost - 3_000_000, "contractor": "CV Karya Mandiri"}
    items.move(item, "award", clerk, signed | {"contract_on": date.today()})
    items.move(item, "start_works", clerk, {"photos": photo()})
    half = {"progress": 55, "spent": 40_000_000, "photos": photo()}
    items.move(item, "report_progress", clerk, half)
    items.move(
        item, "finish", clerk, {"photos": photo(), "note": "Selesai.", "spent": cost - 3_000_000}
    )
    bast = {"bast_number": "600.1/41-BAST", "bast_on": date.today(), "keeper": "Pengurus RW 07"}
    items.move(item, "hand_over", clerk, bast)


@pytest.fixture(scope="module")
def numbers(site):
    """The proposals of these journeys, by what they show."""
    with site.app.app_context():
        make.user(EMAIL, name="Rina Marlina")
        mate = make.user(MATE, name="Dedi Tetangga")
        code = make.DEPARTMENT
        built = _proposal("Drainase Gang Mawar", department_code=code)
        other = make.user(name="Ujang Suherman")
        twin = make.item("musrenbang", other, rw=8, title="Saluran air Gang Mawar sering meluap")
        twin_clerk = make.everybody(twin)
        same = {"into": built.number, "reason": "same_place", "note": "Satu saluran."}
        items.move(twin, "merge", twin_clerk, same)
        supports.support(built, make.actor(mate))
        _climb(built, 5)
        _build(built)
        waiting = _proposal("Penerangan Gang Melati")
        _climb(waiting, 2)
        refused = _proposal("Perbaikan jalan perumahan")
        clerk = make.everybody(refused)
        _climb(refused, 1)
        items.move(
            refused,
            "refuse",
            clerk,
            {
                "reason": "not_city_asset",
                "note": "Jalan ini masih milik pengembang dan belum diserahkan ke kota.",
            },
        )
        # behind the photos of factories there is no file to be shown
        db.session.query(Photo).filter(Photo.item_id == built.id).update({"status": "refused"})
        db.session.commit()
        return {"built": built.number, "waiting": waiting.number, "refused": refused.number}


def test_the_way_of_finished_works_is_told_to_a_stranger(meet, numbers):
    visitor = meet("siapa-saja")
    visitor.go(f"/musrenbang/{numbers['built']}")
    visitor.look("usulan-perjalanan")
    page = visitor.page.locator("main").inner_text()
    for words in ("600.1/41-BAST", "CV Karya Mandiri", "Disepakati secara mufakat."):
        assert words in page


def test_a_neighbour_reads_why_a_proposal_was_refused(meet, numbers):
    visitor = meet("siapa-saja")
    visitor.go(f"/musrenbang/{numbers['refused']}")
    visitor.look("usulan-ditolak")
    visitor.press("main a[href$='/mengapa']")
    visitor.look("usulan-mengapa")
    assert "belum diserahkan ke kota" in visitor.page.locator("main").inner_text()


def test_a_surveyor_records_a_visit_on_the_phone(meet, site, numbers, tmp_path):
    surveyor = meet("penyurvei", width=390)
    surveyor.known("validator@contoh.id")
    surveyor.go("/kerja/musrenbang/survei")
    surveyor.look("survei-daftar")
    surveyor.press(f"main a[href$='{numbers['waiting']}/langkah/survey']")
    surveyor.look("survei-formulir")
    picture = tmp_path / "lapangan.jpg"
    scenery(7).save(picture, "JPEG")
    surveyor.page.set_input_files("input[name='photos']", str(picture))
    surveyor.press("main form.form button[name=periksa]")
    site.work()
    surveyor.go(f"/musrenbang/{numbers['waiting']}/langkah/survey")
    for code in make.CHECKLIST:
        surveyor.page.click(f"label[for=check_{code}-0]")
    surveyor.type("volume", "112,5")
    surveyor.type("note", "Sudah diukur bersama ketua RW 07.")
    for box in surveyor.page.locator("textarea[name^='explain_']").all():
        box.fill("Kamera dinas tidak mencatatnya; ketua RW ikut menyaksikan.")
    surveyor.look("survei-terisi")
    surveyor.send()
    assert "/langkah/" not in surveyor.page.url, surveyor.page.locator("main").inner_text()
    surveyor.look("survei-tercatat")
    assert "112,5 m" in surveyor.page.locator("#survei").inner_text()


def test_a_neighbour_says_that_it_is_finished(meet, numbers):
    mate = meet("tetangga", width=390)
    mate.known(MATE)
    mate.go(f"/musrenbang/{numbers['built']}")
    mate.press("main a[href$='/hasil']")
    mate.look("usulan-hasil")
    mate.pick("confirmed", "yes")
    mate.send()
    assert "/hasil" not in mate.page.url
    mate.look("usulan-dikonfirmasi")
