"""One proposal in a browser, from an RW operator's table to finished works, and its papers."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import expect

from app.services import funnel
from models import db
from tests import climb
from tests import factories as make
from tests.climb import RW, YEAR, at_level
from tests.journeys.conftest import PICTURES, SHOTS, serving
from tests.papers import Paper, read
from tests.pictures import scenery

pytestmark = pytest.mark.journey
WORK = "/kerja/musrenbang"
ZONE = ZoneInfo("Asia/Jakarta")
FORMS = ("BERITA ACARA", "DAFTAR HADIR", "PRIORITAS MENURUT", "BELUM DISEPAKATI",
         "BELUM DISERAHTERIMAKAN", "REALISASI USULAN")  # fmt: skip


@pytest.fixture(scope="module")
def site():
    """A city of its own, in the middle of one cycle; pages of steps are looked at elsewhere."""
    with serving() as own:
        with own.app.app_context():
            climb.prepare()
            db.session.commit()
        own.seen |= {f"langkah-{name}" for name in STEPS}
        yield own


STEPS = ("verify", "agree", "advance", "refuse", "route", "judge", "agree_budget", "enter_rkpd",
         "enter_apbd", "procure", "award", "hand_over", "start_works", "report_progress",
         "finish")  # fmt: skip


@pytest.fixture
def photo(tmp_path):
    """A new photo each time."""
    made: list[Path] = []

    def taken() -> str:
        path = tmp_path / f"foto{len(made)}.jpg"
        scenery(700 + len(made)).save(path, "JPEG")
        made.append(path)
        return str(path)

    return taken


# -- the RW and the kelurahan ---------------------------------------------------------------


def evening(meet) -> tuple[str, str]:
    """The operator types what the RW agreed on; the proposal and its sibling."""
    operator = meet("operator")
    operator.known(climb.OPERATOR)
    operator.go(f"{WORK}/rw")
    page = operator.page
    page.fill("#nama", "Ketua RW 07")
    page.check("#agreed", force=True)
    typed = [("F08", "90", "1", "Gang Mawar"), ("F18", "8", "2", "Gang Melati")]
    for n, cells in enumerate(typed):
        row = page.locator("[data-row]").nth(n)
        for name, value in zip(("kamus", "volume", "rt", "tempat"), cells, strict=True):
            row.locator(f"[data-cell={name}]").fill(value)
    page.locator("form[data-rw] .sticky-actions button").click()
    operator.until("document.querySelectorAll('.rw-row.is-sent').length === 2")
    operator.go(f"{WORK}/rw")
    numbers = page.locator(".rw-row.is-sent .number").all_inner_texts()
    for rank, number in enumerate(numbers, 1):
        operator.step(f"/musrenbang/{number}", "verify")
        operator.step(f"/musrenbang/{number}", "agree", rank=str(rank))
        operator.step(f"/musrenbang/{number}", "advance")
    return numbers[0], numbers[1]


def kelurahan(site, lurah, number: str, sibling: str) -> list[str]:
    """Verified with another volume and ranked first; the sibling is refused."""
    note = "Diukur ulang bersama ketua RW: 84,5 meter."
    lurah.step(f"/musrenbang/{number}", "verify", volume="84,5", note=note)
    why = "Gang Melati masih milik pengembang dan belum diserahkan ke kota."
    lurah.step(f"/musrenbang/{sibling}", "refuse", reason="not_city_asset", note=why)
    with site.app.app_context():
        others = climb.others_of_the_kelurahan(number)
        last = climb.found(number).id
    lurah.go(f"{WORK}/prioritas/{make.KELURAHAN}?tahun={YEAR}")
    lurah.page.fill(f"input[name='r-{last}']", "1")
    lurah.press(".sticky-actions button")
    return others


# -- the forum ------------------------------------------------------------------------------


def called(site, lurah) -> str:
    """The forum is called; its working page."""
    lurah.go(f"{WORK}/forum/baru?tahun={YEAR}")
    for name, value in (
        ("venue", "Aula Kelurahan Dago, Jalan Ir. H. Juanda 370"),
        ("starts_at", datetime.now(ZONE).strftime("%Y-%m-%dT%H:%M")),
        ("chair", "Drs. Asep Hidayat, M.Si."),
        ("chair_role", "Lurah Dago"),
        ("secretary", "Nia Kurniasih, S.Sos."),
    ):
        lurah.type(name, value)
    lurah.send()
    return lurah.page.url.split("?")[0]


def attended(site, meet, lurah, work: str) -> int:
    """Most are ticked; one scans the code, one is typed in; then there is a quorum."""
    lurah.go(f"{work}/hadir")
    expect(lurah.page.locator("#daftar tr")).to_have_count(0)
    with site.app.app_context():
        forum_id, code = climb.people_invited()
    resident = meet("tetangga", 390)
    resident.go(f"/hadir/{code}")
    resident.type("name", "Teh Nining Rahayu")
    resident.pick("sex", "P")
    resident.send()
    lurah.go(f"{work}/hadir")
    typed = lurah.page.locator("details", has=lurah.page.locator("[name=name]"))
    if typed.get_attribute("open") is None:
        typed.locator("summary").click()
    lurah.type("name", "Pak Oman Abdurahman")
    lurah.type("body", "Karang Taruna RW 03")
    lurah.pick("sex", "L")
    with lurah.page.expect_navigation():
        typed.locator("form button").click()
    row = lurah.page.locator("#daftar tr", has_text="Pak Oman")
    with lurah.page.expect_navigation():
        row.locator("button[value=delegate]").click()
    lurah.look("perjalanan-hadir")
    return forum_id


def held(site, lurah, work: str, numbers: list[str]) -> None:
    """Minutes while it is held; mufakat for all but the last two; closed, papers ordered."""
    lurah.go(f"{work}/notulen")
    words = "Dibuka pukul sembilan oleh Lurah Dago."
    lurah.page.locator("textarea[name=text]").first.fill(words)
    lurah.until("document.querySelector('[data-note-said]').textContent !== ''")
    for n, number in enumerate(numbers):
        lurah.go(f"{work}/usulan/{number}")
        agreed = n < len(numbers) - 2
        lurah.pick("outcome", "agreed" if agreed else "not_agreed")
        if not agreed:
            reasons = lurah.page.locator("select[name=reason] option").all_inner_texts()
            lurah.choose("reason", reasons[len(numbers) - n])
            lurah.type("note", f"Surat lahan untuk {number} belum dapat ditunjukkan.")
        lurah.send()
    lurah.go(f"{work}/tutup")
    with lurah.page.expect_navigation():
        lurah.page.locator("main form[method=post] button").last.click()
    for sort in ("set", "table"):
        lurah.go(f"{work}/berkas")
        lurah.press(f"button[name=sort][value={sort}]")
    site.work()


def papers(visitor, path: str, links: str, name: str) -> tuple[Paper, openpyxl.Workbook]:
    """The PDF and the workbook behind the links of a page."""
    visitor.go(path)
    addresses = [one.get_attribute("href") for one in visitor.page.locator(links).all()]
    got = [visitor.page.request.get(visitor.site.url + one).body() for one in addresses]
    (pdf,) = (data for data in got if data.startswith(b"%PDF-"))
    (book,) = (data for data in got if data.startswith(b"PK"))
    paper = read(pdf, SHOTS / f"{name}.pdf" if PICTURES else None)
    return paper, openpyxl.load_workbook(io.BytesIO(book))


def cells_of(book: openpyxl.Workbook) -> set[object]:
    """What stands in a workbook."""
    return {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def read_as_lurah(paper: Paper, book: openpyxl.Workbook, numbers: list[str], page: str) -> None:
    """Each form says what it has to, and can be signed, checked and found again."""
    for title in (*FORMS, "NOTULEN"):
        form = paper.of(title)
        assert page in "".join(form.split()), title
        assert "SHA-256 " in form, title
        assert "Drs. Asep Hidayat, M.Si." in form, title
        assert "Nia Kurniasih, S.Sos." in form, title
    said = {
        "BERITA ACARA": ("Aula Kelurahan Dago", "32 orang", "tercapai", "Pak Oman Abdurahman"),
        "DAFTAR HADIR": ("Teh Nining Rahayu", "Euis Komariah", "Karang", "delegasi"),
        "PRIORITAS MENURUT": (*numbers[:-2], "Mufakat", "Rp"),
        "BELUM DISEPAKATI": (*numbers[-2:], "Surat lahan untuk"),
        "BELUM DISERAHTERIMAKAN": ("Taman Dago Asri", "PT Dago Asri"),
        "REALISASI USULAN": ("Paving Gang Kenanga", "38.500.000"),
        "NOTULEN": ("Dibuka pukul sembilan",),
    }
    for title, words in said.items():
        form = re.sub(r"\s+", " ", paper.of(title))
        assert [word for word in words if word not in form] == [], title
    known = {*numbers, "Pak Oman Abdurahman", "Taman Dago Asri", "Teh Nining Rahayu"}
    assert known <= cells_of(book)


def read_by_all(paper: Paper, book: openpyxl.Workbook, numbers: list[str]) -> None:
    """The same without one name of those who came."""
    for title in FORMS:
        assert paper.of(title)
    assert all(number in paper.text for number in numbers)
    for name in ("Nining", "Oman", "Komariah"):
        assert name not in paper.text
        assert not [cell for cell in cells_of(book) if isinstance(cell, str) and name in cell]


# -- kecamatan, department, city ------------------------------------------------------------


def surveyed(site, meet, number: str, picture: str):
    """The kecamatan goes there with a phone, measures, and verifies."""
    surveyor = meet("kecamatan", 390)
    surveyor.known(climb.VALIDATOR)
    address = f"/musrenbang/{number}"
    surveyor.go(f"{address}/langkah/survey")
    surveyor.page.set_input_files("input[name='photos']", picture)
    surveyor.press("main form.form button[name=periksa]")
    site.work()
    surveyor.go(f"{address}/langkah/survey")
    for code in make.CHECKLIST:
        surveyor.page.click(f"label[for=check_{code}-0]")
    surveyor.type("note", "Sudah diukur bersama ketua RW 07.")
    for box in surveyor.page.locator("textarea[name^='explain_']").all():
        box.fill("Kamera dinas tidak mencatatnya; ketua RW ikut menyaksikan.")
    surveyor.send()
    surveyor.step(address, "verify", note="Sesuai dengan hasil survei.")
    return surveyor


def cut(site, meet, clerk, number: str) -> None:
    """Last on the list of the kecamatan it lies below the line; first it does not."""
    with site.app.app_context():
        climb.rivals_of_the_kecamatan(number)
        mine = climb.found(number).id
    resident = meet("warga", 390)
    public = f"/musrenbang/prioritas/{make.KECAMATAN}?tahun={YEAR}"
    resident.go(public)
    expect(resident.page.locator(f"tr#u-{mine}.is-below")).to_have_count(1)
    clerk.go(f"/kerja{public}")
    clerk.page.fill(f"input[name='r-{mine}']", "1")
    clerk.press(".sticky-actions button")
    resident.go(public)
    expect(resident.page.locator(f"tr#u-{mine}.is-below")).to_have_count(0)
    slide = resident.page.locator("[data-slide]")
    slide.evaluate("s => { s.value = 50000000; s.dispatchEvent(new Event('input')); }")
    expect(resident.page.locator(f"tr#u-{mine}.is-below")).to_have_count(1)
    resident.look("perjalanan-garis-pagu")
    clerk.step(f"/musrenbang/{number}", "agree", note="Disepakati secara mufakat.")
    clerk.step(f"/musrenbang/{number}", "advance")


def judged(site, meet, number: str) -> None:
    """Routed; the department's verdict; the marks of the second assessor; the sum is shown."""
    planner = meet("bapperida")
    planner.known(climb.PLANNER)
    planner.step(f"/musrenbang/{number}", "route", department="Sumber Daya Air")
    officer = meet("opd")
    officer.known("officer@contoh.id")
    note = "Layak dengan tutup yang dapat dibuka untuk pemeliharaan."
    officer.step(f"/musrenbang/{number}", "judge", verdict="feasible", note=note)
    with site.app.app_context():
        round_id = climb.scored_by_one(number)
    judge = meet("penilai")
    judge.known(climb.JUDGES[1])
    judge.go(f"{WORK}/penilaian/{round_id}/nilai/{number}")
    names = {box.get_attribute("name") for box in judge.page.locator("input[name^=m_]").all()}
    for name in names:
        judge.pick(name, "5")
    judge.press("main form.form button")
    with site.app.app_context():
        climb.close_round(round_id)
    judge.go(f"/musrenbang/penilaian/{round_id}")
    judge.look("perjalanan-nilai")
    assert number in judge.page.locator("main").inner_text()
    officer.step(f"/musrenbang/{number}", "agree")
    officer.step(f"/musrenbang/{number}", "advance")


def budgeted(meet, number: str) -> None:
    """Bapperida and the budget team: amount, RKPD with its code, APBD."""
    address = f"/musrenbang/{number}"
    planner, team = meet("bapperida"), meet("tapd")
    planner.known(climb.PLANNER)
    team.known("tapd@contoh.id")
    planner.step(address, "verify")
    planner.step(address, "agree")
    less = "Harga satuan disesuaikan dengan standar harga kota."
    team.step(address, "agree_budget", agreed_amount="Rp 65.000.000", note=less)
    planner.step(address, "enter_rkpd", sub_kegiatan="1.03.10.2.01.0005")
    planner.step(address, "enter_apbd", budget="64.000.000", note="Setelah pembahasan APBD.")


def built(meet, number: str, photo) -> None:
    """Contract, works at 0, 50 and 100 %, and the record of the handing over."""
    address, today = f"/musrenbang/{number}", date.today().isoformat()
    officer = meet("opd")
    officer.known("officer@contoh.id")
    officer.step(address, "procure")
    officer.step(address, "award", contract_value="61.500.000", contractor="CV Karya Mandiri",
                 contract_on=today)  # fmt: skip
    officer.step(address, "start_works", photos=photo())
    officer.step(address, "report_progress", progress="50", spent="30.000.000", photos=photo())
    officer.step(address, "finish", photos=photo(), spent="61.500.000", note="Selesai 84,5 meter.")
    officer.step(address, "hand_over", bast_number="600.1/41-BAST", bast_on=today,
                 keeper="Pengurus RW 07")  # fmt: skip


def told(site, meet, number: str, sibling: str) -> None:
    """A neighbour confirms; everybody reads what became of it, and why not of its sibling."""
    neighbour = meet("tetangga", 390)
    neighbour.known(climb.NEIGHBOUR)
    neighbour.go(f"/musrenbang/{number}/hasil")
    neighbour.pick("confirmed", "yes")
    neighbour.send()
    with site.app.app_context():
        funnel.refresh(db.session)
        db.session.commit()
    stranger = meet("siapa saja", 390)
    stranger.go(f"/musrenbang/{number}")
    stranger.look("perjalanan-usulan")
    page = stranger.page.locator("main").inner_text()
    for words in ("84,5", "600.1/41-BAST", "CV Karya Mandiri", "1.03.10.2.01.0005", "64.000.000"):
        assert words in page, words
    stranger.go(f"/musrenbang/hasil/wilayah/{make.KELURAHAN}?tahun={YEAR}")
    stranger.look("perjalanan-corong")
    stranger.go(f"/musrenbang/hasil/wilayah/{make.KELURAHAN}/rw/{RW}")
    assert number in stranger.page.content()
    stranger.go(f"/musrenbang/{sibling}/mengapa")
    stranger.look("perjalanan-mengapa")
    assert "belum diserahkan ke kota" in stranger.page.locator("main").inner_text()


def test_one_proposal_climbs_from_the_rw_to_finished_works(site, meet, photo):
    number, sibling = evening(meet)
    lurah = meet("kelurahan")
    lurah.known(climb.LURAH)
    numbers = [number, *kelurahan(site, lurah, number, sibling)]
    work = called(site, lurah)
    forum_id = attended(site, meet, lurah, work)
    held(site, lurah, work, numbers)
    page = f"/musrenbang/forum/{forum_id}"
    read_as_lurah(*papers(lurah, f"{work}/berkas", "#berkas li:has-text('nama') a", "forum-set"),
                  numbers, page)  # fmt: skip
    read_by_all(*papers(meet("siapa saja"), page, "main a[href*='/berkas/']", "forum-publik"),
                numbers)  # fmt: skip
    lurah.step(f"/musrenbang/{number}", "advance")
    clerk = surveyed(site, meet, number, photo())
    cut(site, meet, clerk, number)
    judged(site, meet, number)
    budgeted(meet, number)
    built(meet, number, photo)
    site.work()
    told(site, meet, number, sibling)
    with site.app.app_context():
        assert at_level(number) == ("kota", "done")
