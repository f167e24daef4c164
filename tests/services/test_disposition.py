"""The lembar disposisi: ordered, printed, read by the right people, forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.jobs import disposition as job
from app.jobs import printing
from app.services import disposition
from app.services.disposition import Orders
from app.services.files import media
from app.workflow import NotAllowed
from models import DispositionSheet, db
from tests import factories as make
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")
ORDERS = Orders(to="Kasi Bina Marga <b>", urgency="segera", ticked=["Untuk diketahui"], note="Cek")


@pytest.fixture
def clerk():
    """A moderator."""
    return make.user(roles=("moderator",))


def ordered(item, by):
    sheet = disposition.order(item, make.actor(by), ORDERS)
    db.session.flush()
    return sheet


def test_a_sheet_is_printed_with_what_it_must_say(session, clerk):
    author = make.user(name="Nama Pelapor Rahasia")
    item = make.item("lapor", author, state="verified", visibility="anonymous")
    sheet = ordered(item, clerk)
    page = disposition.page(sheet, lambda name: f"media:{name}")
    for said in ("LEMBAR DISPOSISI", item.number, item.title, "Kasi Bina Marga &lt;b&gt;", "<svg"):
        assert said in page
    assert "Nama Pelapor Rahasia" not in page
    assert f"/lapor/{item.number}" in page


def test_the_job_makes_a_pdf_once(session, clerk, monkeypatch):
    item = make.item("lapor", state="verified")
    photo = make.photo(item, media_name="a" * 64)
    media().put(photo.media_name, jpeg().getvalue())
    sheet = ordered(item, clerk)
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'disposition_print'")
    assert session.scalar(waiting) == 1
    job.print_sheet(sheet.id)
    assert sheet.status == "ready"
    made = disposition.documents().read(sheet.file_name)
    assert made.startswith(b"%PDF-")
    first = sheet.file_name
    job.print_sheet(sheet.id)
    assert sheet.file_name == first


def test_the_printer_fetches_nothing_from_elsewhere():
    for address in ("http://127.0.0.1/x", "file:///etc/passwd", "https://contoh.id/x.png"):
        with pytest.raises(ValueError, match="not fetched"):
            printing.fetched(address)


def test_what_cannot_be_laid_out_is_said_to_have_failed(clerk, monkeypatch):
    sheet = ordered(make.item("lapor", state="verified"), clerk)

    def broken(printer, page):
        raise ValueError("no")

    monkeypatch.setattr(printing.Printer, "pdf", broken)
    job.print_sheet(sheet.id)
    assert sheet.status == "failed"


def test_residents_have_nothing_printed():
    item = make.item("lapor", state="verified")
    for somebody in (make.user(), make.user(roles=("auditor",))):
        with pytest.raises(NotAllowed):
            disposition.order(item, make.actor(somebody), ORDERS)


def test_a_file_is_for_those_who_may_read_the_item_and_says_not_to_be_kept(client_for, clerk):
    item = make.item("lapor", state="verified", visibility="confidential")
    sheet = ordered(item, clerk)
    disposition.keep(sheet, b"%PDF-1.7 uji")
    db.session.commit()
    address = f"/lapor/{item.number}/disposisi/{sheet.id}/berkas"
    answer = client_for(clerk).get(address)
    assert answer.data == b"%PDF-1.7 uji"
    assert "no-store" in answer.headers["Cache-Control"]
    elsewhere = make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN)
    assert client_for(elsewhere).get(address).status_code == 404
    assert client_for(make.user(person=None)).get(address).status_code == 404
    other = make.item("lapor", state="verified")
    db.session.commit()
    away = f"/lapor/{other.number}/disposisi/{sheet.id}/berkas"
    assert client_for(clerk).get(away).status_code == 404


def test_files_go_after_the_days_the_city_keeps_them(clerk):
    item = make.item("lapor", state="verified")
    old, young = ordered(item, clerk), ordered(item, clerk)
    for sheet in (old, young):
        disposition.keep(sheet, b"%PDF-1.7 uji")
    old.created_at -= timedelta(days=31)
    db.session.flush()
    name = old.file_name
    assert disposition.sweep() == 1
    assert (old.status, young.status) == ("deleted", "ready")
    with pytest.raises(FileNotFoundError):
        disposition.documents().read(name)
    assert disposition.documents().read(young.file_name)


def test_the_page_orders_a_sheet_and_shows_it(client_for, clerk):
    item = make.item("lapor", state="verified")
    db.session.commit()
    client, address = client_for(clerk), f"/lapor/{item.number}/disposisi"
    sent = client.post(address, data={"to": "Sekretaris", "urgency": "biasa"})
    assert sent.status_code == 302
    sheet = db.session.query(DispositionSheet).one()
    assert sheet.orders["to"] == "Sekretaris"
    assert "Sekretaris" in client.get(address).get_data(as_text=True)
    assert "LEMBAR DISPOSISI" in client.get(f"{address}/{sheet.id}").get_data(as_text=True)
    assert client.get(f"{address}/{sheet.id}/berkas").status_code == 404
    assert client.post(address, data={"to": "x" * 999}).status_code == 422
