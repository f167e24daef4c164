"""Field work without signal: each step is taken once, or says what happened meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models import Change, Item, Photo, db
from tests import factories as make
from tests.journeys.phone import PHONE, all_sent, at_hand, card, cut, keep_sending, signal
from tests.pictures import jpeg

pytestmark = pytest.mark.journey


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "lubang.jpg"
    path.write_bytes(jpeg().getvalue())
    return str(path)


def test_proof_taken_without_signal_becomes_one_change(site, meet, photo):
    with site.app.app_context():
        item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
        number, item_id = item.number, item.id
        db.session.commit()
    officer = meet("petugas", PHONE, offline=True)
    officer.known("officer@contoh.id")
    at_hand(officer, "/kerja/lapangan")
    page = officer.page
    mine = page.locator("[data-row]", has_text=number)
    cut(officer)
    mine.locator("form[action$='/langkah/start'] button").click()
    card(officer, "waiting")
    signal(officer)
    all_sent(officer)
    assert site.state(number) == "working"

    officer.go("/kerja/lapangan")
    page.locator(".waiting-list > li").first.wait_for(state="detached")
    cut(officer)
    mine.locator("details.act > summary").click()
    form = mine.locator("form[action$='/langkah/submit_proof']")
    form.locator("input[type=file]").set_input_files(photo)
    form.locator("textarea").fill("Lubang sudah ditambal, aspal sudah kering.")
    form.locator("button").click()
    card(officer, "waiting")
    officer.trouble.clear()
    officer.look("lapangan-tanpa-sinyal")
    signal(officer)
    page.locator(".waiting-list > li", has_text="Foto").or_(
        page.locator(".waiting-list > li", has_text="photos are being checked")
    ).first.wait_for()
    site.work()
    keep_sending(officer, "refused")  # the phone asks again after a while
    asked = card(officer, "refused")
    officer.trouble.clear()  # a refusal is an error to the browser's console
    officer.look("lapangan-penjelasan")
    for area in asked.locator("textarea").all():
        area.fill("Kamera dinas tidak mencatatnya; ketua RW ikut menyaksikan.")
    asked.locator("form button").click()
    all_sent(officer)
    assert site.state(number) == "proof_submitted"
    with site.app.app_context():
        taken = select(func.count()).where(Change.item_id == item_id, Change.step == "submit_proof")
        photos = select(func.count()).where(Photo.item_id == item_id)
        assert (db.session.scalar(taken), db.session.scalar(photos)) == (1, 1)


def test_a_step_that_comes_too_late_says_what_happened_meanwhile(site, meet):
    with site.app.app_context():
        item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
        number, item_id = item.number, item.id
        db.session.commit()
    officer = meet("petugas", PHONE, offline=True)
    officer.known("officer@contoh.id")
    officer.go("/kerja/lapangan")
    cut(officer)
    mine = officer.page.locator("[data-row]", has_text=number)
    mine.locator("form[action$='/langkah/start'] button").click()
    card(officer, "waiting")
    with site.app.app_context():
        make.walk(db.session.get_one(Item, item_id), "working")
        db.session.commit()
    signal(officer)
    assert number in card(officer, "refused").inner_text()
    officer.trouble.clear()
    officer.look("lapangan-terlambat")
