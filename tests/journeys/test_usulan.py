"""A resident finds a work in the catalogue and proposes it, and reads what became of its like."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.journeys.phone import at_hand, cut, signal
from tests.pictures import jpeg

pytestmark = pytest.mark.journey
PHONE, DESK = 390, 1280
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>"
    b"endobj\ntrailer<</Root 1 0 R/Info<</Author(Budi)>>>>\nstartxref\n0\n%%EOF\n"
)
# The server answers that it has a row just as the operator hands the row in.
KEPT = """async () => {
  const { queue } = Rembuk;
  const entry = { sort: "step", url: "/kerja/musrenbang/rw", fields: {}, photos: [], at: 0 };
  await queue.put({ ...entry, key: "typed", state: "typing" });
  await queue.put({ ...entry, key: "handed in", state: "typing" });
  await Promise.all([
    queue.forget("typed"),
    queue.put({ ...entry, key: "handed in", state: "waiting", after: 1e15 }),
    queue.forget("handed in"),
  ]);
  const left = (await queue.all()).filter((one) => one.at === 0).map((one) => one.key).join();
  await queue.remove("handed in");
  return left;
}"""


@pytest.fixture
def files(tmp_path):
    """Two photos and a letter on the resident's device."""
    photos = []
    for n in range(2):
        path = tmp_path / f"selokan{n}.jpg"
        path.write_bytes(jpeg().getvalue())
        photos.append(str(path))
    letter = tmp_path / "surat RW.pdf"
    letter.write_bytes(PDF)
    return photos, str(letter)


@pytest.fixture
def resident(site, meet):
    """Somebody of the kelurahan, signed in."""
    email = f"usul{uuid4().hex[:8]}@contoh.id"
    with site.app.app_context():
        person = make.user(email, name="Neneng Kurniasih").person
        person.area_code, person.rw = make.KELURAHAN, 5
        make.db.session.commit()
    visitor = meet("pengusul", PHONE)
    visitor.known(email)
    return visitor


def begin(visitor, code: str, photos: list[str]) -> None:
    """Up to the page that asks what it is."""
    visitor.go(f"/musrenbang/kamus/{code}")
    visitor.page.get_by_role("link", name="Propose this").or_(
        visitor.page.get_by_role("link", name="Usulkan ini")
    ).click()
    if photos:
        visitor.page.set_input_files("input[name='photos']", photos)
    visitor.send()
    if visitor.js:
        visitor.page.fill("#pin-seek", "dago")
        found = visitor.page.locator("[data-found] li button", has_text="Kelurahan")
        found.filter(has_text="Dago").first.click()
        visitor.until("document.querySelector('[name=area_code]').value !== ''")
    else:
        visitor.page.select_option("select[name='area_code']", make.KELURAHAN)
    visitor.type("rw", "5")
    visitor.send()
    assert visitor.page.url.endswith("/isi"), visitor.page.locator("main").inner_text()


def test_a_proposal_from_the_catalogue(site, meet, resident, files):
    photos, letter = files
    resident.go("/musrenbang/kamus?q=selokan")
    resident.look("usulan-kamus")
    resident.go("/musrenbang/kamus/F26")
    resident.look("usulan-kamus-rincian")
    begin(resident, "F26", [])
    page = resident.page
    expect(page.locator("#catalogue_code")).to_have_value(re.compile("Septic tank"))
    resident.look("usulan-isi")
    resident.type("title", f"Septic tank untuk sepuluh rumah {uuid4().hex[:6]}")
    resident.type("body", "Limbah sepuluh rumah masih langsung ke sungai, anak-anak sering sakit.")
    resident.type("volume", "-3")
    with page.expect_navigation():
        page.locator("main form.form button[type=submit]").first.click()
    assert page.url.endswith("/isi")
    resident.trouble.clear()  # the browser notes a form that was refused
    resident.look("usulan-isi-salah")
    resident.type("volume", "1")
    assert "92.000.000" in page.locator("[data-cost]").inner_text()
    for details in page.locator("main form details").all():
        details.locator("summary").click()
    resident.type("beneficiaries", "42")
    page.locator("input[name='siap-lahan'][value='yes']").check(force=True)
    page.locator("input[name='siap-aset'][value='no']").check(force=True)
    resident.pick("visibility", "public")
    resident.look("usulan-isi-lengkap")
    resident.send()
    assert page.url.endswith("/foto"), page.locator("main").inner_text()
    resident.look("usulan-foto-kurang")
    page.set_input_files("input[name='photos']", photos)
    page.set_input_files("input[name='dokumen-bukti_lahan']", letter)
    resident.send()
    assert page.url.endswith("/periksa"), page.locator("main").inner_text()
    resident.look("usulan-periksa")
    resident.send()
    assert page.url.endswith("/terima-kasih"), page.locator("main").inner_text()
    address = page.url.removesuffix("/terima-kasih").removeprefix(site.url)
    site.work()
    resident.go(address)
    resident.look("usulan-halaman")
    stranger = meet("orang lain", PHONE)
    stranger.go(address)
    assert "surat RW.pdf" not in stranger.page.locator("main").inner_text()

    again = meet("tanpa js", PHONE, js=False)
    again.settle()
    begin(again, "F26", photos)
    again.type("title", "Septic tank sepuluh rumah di sini lagi")
    again.type("body", "Limbah sepuluh rumah masih langsung ke sungai, anak-anak sering sakit.")
    again.type("volume", "1,0")
    again.send()
    assert again.page.url.endswith("/foto"), again.page.locator("main").inner_text()
    again.page.set_input_files("input[name='dokumen-bukti_lahan']", letter)
    again.send()
    assert again.page.url.endswith("/periksa"), again.page.locator("main").inner_text()
    again.look("usulan-pernah")
    assert address.rpartition("/")[2] in again.page.locator("main").inner_text()


def test_outside_the_catalogue_waits_for_the_kelurahan(site, meet, resident, files):
    photos, _letter = files
    begin(resident, "F26", photos)
    page, title = resident.page, f"Panggung kesenian terbuka {uuid4().hex[:6]}"
    page.fill("#catalogue_code", "luar kamus")
    page.keyboard.press("Enter")
    expect(page.locator("[data-outside]")).to_be_visible()
    page.fill("#category_code", "seni")
    page.keyboard.press("Enter")
    for name, value in (("unit", "unit"), ("unit_price", "Rp 75.000.000"), ("volume", "1")):
        resident.type(name, value)
    resident.type("title", title)
    resident.type("body", "Anak muda berlatih di jalan; panggung kecil membuat mereka aman.")
    resident.pick("visibility", "public")
    resident.look("usulan-luar-kamus")
    resident.send()
    assert page.url.endswith("/periksa"), page.locator("main").inner_text()
    resident.look("usulan-luar-kamus-periksa")
    resident.send()
    address = page.url.removesuffix("/terima-kasih").removeprefix(site.url)

    moderator = meet("kelurahan", DESK)
    moderator.known("moderator@contoh.id")
    moderator.go("/kerja/musrenbang/kamus")
    moderator.look("usulan-antrean-luar-kamus")
    assert title in moderator.page.locator("main").inner_text()
    moderator.step(address, "verify", note="Lengkap.")
    moderator.go(address)
    assert not moderator.page.locator("main a[href$='/langkah/agree']").count()
    moderator.step(address, "accept_outside", note="Kelurahan setuju, belum ada di kamus.")
    moderator.go(address)
    assert moderator.page.locator("main a[href$='/langkah/agree']").count()


def test_a_planner_changes_a_price_and_sees_whom_it_concerns(site, meet):
    planner = meet("perencana", DESK)
    planner.known("planner@contoh.id")
    planner.go("/kerja/musrenbang/kamus/kelola")
    planner.look("usulan-kelola-kamus")
    planner.go("/kerja/musrenbang/kamus/kelola/F02")
    planner.look("usulan-kelola-baris")
    planner.type("unit_price", "Rp 251.000")
    planner.press("button[name=lihat]")
    planner.look("usulan-harga-pratinjau")
    planner.press("button[name=simpan]")
    planner.go("/musrenbang/kamus/F02")
    assert "251.000" in planner.page.locator("main").inner_text()
    planner.go("/kerja/musrenbang/batas-rw")
    planner.look("usulan-batas-rw")


def test_one_press_on_a_phone_hands_in_what_was_typed(site, meet):
    email = f"rw{uuid4().hex[:8]}@contoh.id"
    with site.app.app_context():
        make.user(email, roles=("operator",), area_code=make.KELURAHAN, rw=9, name="Bu Operator")
        make.db.session.commit()
    operator = meet("operator", PHONE)
    operator.known(email)
    operator.go("/kerja/musrenbang/rw")
    page = operator.page
    button = page.locator("form[data-rw] .sticky-actions button")
    button.click()
    expect(page.locator(".rw-head .field-error")).to_have_count(1)
    page.fill("#nama", "Ketua RW 09")
    page.check("#agreed", force=True)
    button.click()
    expect(page.locator("form[data-rw] [data-saved]")).to_contain_text("satu baris")
    row = page.locator("[data-row]").first
    row.locator("[data-cell=kamus]").fill("F08")
    row.locator("[data-cell=volume]").press_sequentially("90")
    expect(page.locator("form[data-rw] [data-saved]")).to_contain_text("Tersimpan")
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".rw-row.is-sent")).to_have_count(1)


def test_an_operator_types_an_evening_of_proposals(site, meet, tmp_path):
    email = f"rw{uuid4().hex[:8]}@contoh.id"
    with site.app.app_context():
        make.user(email, roles=("operator",), area_code=make.KELURAHAN, rw=7, name="Bu Operator")
        make.db.session.commit()
    operator = meet("operator", DESK, offline=True)
    operator.known(email)
    operator.go("/kerja/musrenbang/rw")
    page = operator.page
    page.fill("#nama", "Ketua RW 07")
    page.check("#agreed", force=True)
    typed = [("F08 · Saluran", "90", "1", "Gang Mawar"), ("F18", "8", "2", "Gang Melati"),
             ("F02", "-4", "3", "Gang Kenanga")]  # fmt: skip
    for n, cells in enumerate(typed):
        row = page.locator("[data-row]").nth(n)
        for name, value in zip(("kamus", "volume", "rt", "tempat"), cells, strict=True):
            row.locator(f"[data-cell={name}]").fill(value)
    first = page.locator("[data-row]").first
    assert "70.200.000" in first.locator("[data-cost]").inner_text()
    first.locator("[data-cell=kamus]").press("Enter")
    assert page.evaluate(
        "document.activeElement.closest('[data-row]').dataset.row"
    ) == page.locator("[data-row]").nth(1).get_attribute("data-row")
    operator.look("usulan-rw-tabel")
    page.locator("form[data-rw] .sticky-actions button").click()
    operator.until("document.querySelectorAll('.rw-row.is-sent').length === 2")
    operator.until("document.querySelectorAll('.rw-row.is-wrong').length === 1")
    operator.trouble.clear()  # the browser notes a row that was refused
    operator.look("usulan-rw-terkirim")

    assert page.evaluate(KEPT) == "handed in"
    keeps_what_the_server_never_heard(operator, page.locator("[data-row]").nth(2))
    page.context.set_offline(True)
    page.locator("form[data-rw] .sticky-actions button").click()
    operator.until("document.querySelectorAll('.rw-row.is-waiting').length === 1")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    operator.until("document.querySelectorAll('.rw-row.is-sent').length === 3")
    operator.go("/kerja/musrenbang/rw")
    expect(page.locator(".rw-row.is-sent")).to_have_count(3)

    begins_without_signal(operator)

    plain = meet("operator tanpa js", PHONE, js=False)
    plain.known(email)
    plain.go("/kerja/musrenbang/rw?baru=1")
    expect(plain.page.locator("[data-row]")).to_have_count(12)
    plain.page.fill("#nama", "Ketua RW 07")
    plain.page.check("#agreed", force=True)
    for n, code in enumerate(("F16", "salah ketik")):
        plain.page.locator("[data-row]").nth(n).locator("[data-cell=kamus]").fill(code)
        plain.page.locator("[data-row]").nth(n).locator("[data-cell=volume]").fill("1.000,5")
    plain.look("usulan-rw-polos")
    plain.press("form[data-rw] .sticky-actions button")
    expect(plain.page.locator(".rw-row.is-wrong"), "F16 has at most 500").to_have_count(2)
    plain.trouble.clear()  # the browser notes a form that was refused
    plain.look("usulan-rw-polos-salah")

    sheet = tmp_path / "usulan.csv"
    sheet.write_text("Kode;Volume;RT;Alamat\nF14;5;1;Lapangan\nF99;x;;\n", "utf-8")
    operator.go("/kerja/musrenbang/rw?baru=1")
    page.locator("main details summary", has_text="spreadsheet").or_(
        page.locator("main details summary", has_text="Excel")
    ).first.click()
    page.set_input_files("#berkas", str(sheet))
    with page.expect_navigation():
        page.locator("form[action$='/berkas'] button").click()
    assert page.locator("[data-row]").first.locator("[data-cell=volume]").input_value() == "5"
    operator.look("usulan-rw-dari-berkas")


def begins_without_signal(operator: Any) -> None:
    """The table is opened where there is no signal, by a phone that had it open before."""
    page, kept = operator.page, "caches.match('/kerja/musrenbang/rw/tanpa-sinyal').then(Boolean)"
    at_hand(operator, "/kerja/musrenbang/rw")
    operator.go("/kerja/musrenbang/rw")
    operator.until(kept)
    cut(operator)
    page.goto(page.url)
    expect(page.locator("form[data-shell]")).to_have_count(1)
    expect(page.locator("#nama")).to_have_value("Ketua RW 07")
    row = page.locator("[data-row]").first
    row.locator("[data-cell=kamus]").fill("F16")
    row.locator("[data-cell=volume]").fill("12")
    operator.until("Rembuk.queue.all().then(all => all.some(one => one.fields.volume === '12'))")
    page.reload()
    expect(row.locator("[data-cell=volume]")).to_have_value("12")
    operator.look("usulan-rw-tanpa-sinyal")
    page.locator("form[data-rw] .sticky-actions button").click()
    expect(page.locator(".rw-row.is-waiting")).to_have_count(1)
    signal(operator)
    expect(page.locator(".rw-row.is-sent")).to_have_count(4, timeout=30_000)
    expect(page.locator("form[data-shell]")).to_have_count(0)


def keeps_what_the_server_never_heard(operator: Any, row: Any) -> None:
    """A row half of which was saved before the signal went, the page loaded again."""
    page, saved = operator.page, "document.querySelector('[data-saved]').textContent === {!r}"
    row.locator("[data-cell=volume]").fill("40")
    operator.until(saved.format("Tersimpan"))
    page.route("**/simpan", lambda route: route.abort())
    row.locator("[data-cell=volume]").fill("40,5")
    operator.until(saved.format("Tersimpan di perangkat ini"))
    page.fill("#telepon", "0812 0000 1111")
    operator.until(saved.format("Tersimpan di perangkat ini"))
    page.wait_for_timeout(1500)
    page.unroute("**/simpan")
    page.reload()
    expect(row.locator("[data-cell=volume]")).to_have_value("40,5")
    expect(page.locator("#telepon")).to_have_value("0812 0000 1111")
    operator.until(saved.format("Tersimpan"))
