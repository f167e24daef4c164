"""The main way, in a browser: a resident's word travels to an answer and back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests import factories as make
from tests.pictures import jpeg

from .conftest import link_in

pytestmark = pytest.mark.journey
PASSWORD = "sepeda tua di Cikapundung"
PHONE, DESK = 390, 1280


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A picture on the resident's device."""
    path = tmp_path / "lubang.jpg"
    path.write_bytes(jpeg().getvalue())
    return str(path)


def register(visitor, site) -> str:
    """Open an account and confirm it by the letter."""
    email = f"warga{uuid4().hex[:8]}@contoh.id"
    visitor.go("/daftar")
    visitor.look("daftar")
    visitor.type("name", "Rina Marlina")
    visitor.type("email", email)
    visitor.type("password", PASSWORD)
    visitor.page.check("input[name='agree']", force=True)
    visitor.send()
    visitor.look("surat-dikirim")
    site.work()
    visitor.go(link_in(site.letters(email)[0]))
    visitor.look("konfirmasi")
    visitor.type("password", PASSWORD)
    visitor.send()
    assert visitor.page.url.endswith("/saya")
    visitor.look("saya-kosong")
    return email


def file(visitor, kind: str, category: str, title: str, photo: str, **more: str) -> str:
    """File an item in four steps; the address of its page."""
    visitor.go("/")
    visitor.look("depan")
    visitor.go(f"/{kind}/baru")
    visitor.look("baru-foto")
    proposes = kind == "musrenbang"  # from the catalogue, which asks for two photos
    visitor.page.set_input_files("input[name='photos']", [photo, photo] if proposes else photo)
    visitor.send()
    assert visitor.page.url.endswith("/lokasi"), visitor.page.locator("main").inner_text()
    place(visitor)
    visitor.look("baru-lokasi")
    visitor.send()
    assert visitor.page.url.endswith("/isi"), visitor.page.locator("main").inner_text()
    visitor.choose("catalogue_code" if proposes else "category_code", category)
    visitor.type("title", title)
    visitor.type("body", "Sudah dua minggu, dan makin lebar tiap hujan. Anak sekolah lewat sini.")
    for name, value in more.items():
        visitor.type(name, value)
    visitor.pick("visibility", "public")
    visitor.look(f"baru-isi-{kind}")
    visitor.send()
    answer_questions(visitor)
    assert visitor.page.url.endswith("/periksa"), visitor.page.locator("main").inner_text()
    visitor.look("baru-periksa")
    visitor.send()
    assert visitor.page.url.endswith("/terima-kasih"), visitor.page.locator("main").inner_text()
    visitor.look("baru-diterima")
    return visitor.page.url.removesuffix("/terima-kasih").removeprefix(visitor.site.url)


def answer_questions(visitor) -> None:
    """Answer what the category wants to know; without JavaScript it is asked after sending."""
    asked = visitor.page.locator("input[type=radio][name^='tanya-']")
    if not visitor.page.url.endswith("/isi") or not asked.count():
        return
    asked.first.check()
    visitor.send()


def place(visitor) -> None:
    """Put the pin in Dago: on the map by its name, or by the plain list."""
    page = visitor.page
    if not visitor.js:
        page.select_option("select[name='area_code']", make.KELURAHAN)
        return
    page.fill("#pin-seek", "dago")
    found = page.locator("[data-found] li button", has_text="Kelurahan")
    found.filter(has_text="Dago").first.click()
    visitor.until("document.querySelector('[name=area_code]').value !== ''")
    own = page.locator(f"input[name=area_candidate][value='{make.KELURAHAN}']")
    if own.count():
        own.check(force=True)


def title_of(what: str) -> str:
    """A title of its own for each run of a journey."""
    return f"{what} {uuid4().hex[:6]}"


def test_a_complaint_travels_from_the_map_to_an_answer(site, meet, photo):
    resident = meet("warga", PHONE)
    email = register(resident, site)
    title = title_of("Lubang di depan SD")
    address = file(resident, "lapor", "Jalan rusak", title, photo)
    number = address.rpartition("/")[2]
    assert site.state(number) == "received"

    stranger = meet("orang lain", PHONE)
    hidden = stranger.page.goto(site.url + address)
    assert hidden.status == 404
    stranger.trouble.clear()
    stranger.look("tidak-ada")

    site.work()
    resident.go(address)
    picture = resident.page.locator("main .photos img").first
    picture.scroll_into_view_if_needed()
    resident.until("document.querySelector('main .photos img')?.naturalWidth > 0")
    resident.look("lapor-diterima")

    moderator = meet("kelurahan", DESK)
    moderator.enter("moderator@contoh.id")
    moderator.go("/kerja/kelurahan")
    moderator.look("kerja-kelurahan")
    moderator.page.get_by_role("link", name=title).first.click()
    moderator.page.wait_for_url(f"**{address}*")
    moderator.step(address, "verify", note="Sudah kami lihat di tempat.")
    moderator.step(address, "route", department="DSDABM")
    assert site.state(number) == "routed"
    moderator.look("lapor-diteruskan")

    officer = meet("dinas", DESK)
    officer.enter("officer@contoh.id")
    officer.go("/kerja/opd")
    officer.look("kerja-opd")
    assert officer.page.get_by_role("link", name=title).count()
    officer.step(address, "accept")
    officer.step(address, "start", note="Tim berangkat besok pagi.")
    officer.prove(address, "Sudah ditambal dengan aspal.", photo)
    assert site.state(number) == "proof_submitted"

    moderator.step(address, "resolve", note="Cocok dengan foto.")
    site.work()

    resident.go("/saya/kotak-masuk")
    told = title in resident.page.locator("main").inner_text()
    assert told
    resident.look("kotak-masuk")
    assert any(number in letter for letter in site.letters(email))
    resident.go(address)
    resident.look("lapor-selesai")
    resident.step(address, "confirm", rating="5", note="Terima kasih.")
    assert site.state(number) == "closed"

    stranger.go(address)
    stranger.look("lapor-ditutup")
    for path, name in (("/lapor/", "daftar-lapor"), ("/peta", "peta"), ("/cari", "cari"),
                       ("/peta/laporan", "peta-laporan"), ("/tentang", "tentang"),
                       ("/privasi", "privasi"), ("/bantuan", "bantuan"), ("/masuk", "masuk"),
                       ("/lupa-sandi", "lupa-sandi")):  # fmt: skip
        stranger.go(path)
        stranger.look(name)
    stranger.go(f"/cari?q={title.replace(' ', '+')}")
    assert stranger.page.get_by_role("link", name=title).count()


def test_a_proposal_climbs_from_the_rw_into_the_citys_plan(site, meet, photo):
    resident = meet("warga", PHONE)
    email = resident.settle()
    title = title_of("Perbaikan saluran RW")
    address = file(
        resident, "musrenbang", "Normalisasi saluran lingkungan (m)", title, photo, volume="120",
    )  # fmt: skip
    number = address.rpartition("/")[2]

    people = {}
    for role in ("moderator", "validator", "officer", "planner", "tapd"):
        people[role] = meet(role, DESK)
        people[role].known(f"{role}@contoh.id")
    planner = people["planner"]
    levels = ("moderator", "moderator", "validator", "officer", "planner")
    for n, role in enumerate(levels):
        who = people[role]
        if role == "validator":
            who.step(address, "skip_survey", reason="known_place", note="Sering kami lewati.")
        if role == "officer":
            planner.step(address, "route", department="DSDABM")
            who.step(address, "judge", verdict="feasible", note="Dapat dikerjakan tahun itu.")
        else:
            who.step(address, "verify", note="Lengkap.")
        # the RW of this proposal is not known, so it stands on no list there
        who.step(address, "agree", note="Mufakat.", **({"rank": "1"} if n else {}))
        if n < len(levels) - 1:
            who.step(address, "advance")
    people["tapd"].step(address, "agree_budget", agreed_amount="90000000", note="Masuk pagu.")
    planner.step(address, "enter_rkpd", sub_kegiatan="1.03.10.2.01.0005")
    assert site.state(number) == "in_rkpd"
    planner.go("/kerja/perencanaan")
    planner.look("kerja-perencanaan")
    site.work()
    resident.go("/saya/kotak-masuk")
    told = title in resident.page.locator("main").inner_text()
    assert told
    assert any(number in letter for letter in site.letters(email))
    resident.go(address)
    resident.look("musrenbang-rkpd")
    resident.go("/musrenbang/")
    resident.look("daftar-musrenbang")


def test_an_idea_is_discussed_piloted_and_adopted(site, meet, photo):
    resident = meet("warga", PHONE)
    email = resident.settle()
    title = title_of("Bank pakaian sekolah")
    address = file(
        resident, "badami", "Sampah", title, photo, benefit="Keluarga yang anaknya cepat besar."
    )
    number = address.rpartition("/")[2]

    moderator, planner, officer = (meet(n, DESK) for n in ("moderator", "planner", "officer"))
    for who in (moderator, planner, officer):
        who.known(f"{who.name}@contoh.id")
    moderator.step(address, "open_discussion", note="Silakan.")

    neighbour = meet("tetangga", PHONE)
    neighbour.settle()
    neighbour.go(address)
    neighbour.page.fill("textarea[name=body]", "Setuju, di RW kami sudah dicoba.")
    neighbour.page.check("input[name=stance][value=for]", force=True)
    neighbour.press("form[action$='/komentar'] button")
    neighbour.page.locator("#dukungan button").click()
    neighbour.page.wait_for_selector("#dukungan button[aria-pressed=true]")
    neighbour.look("badami-diskusi")

    planner.step(address, "curate")
    planner.step(address, "incubate", department="DSDABM", note="Dinas ini mendampingi.")
    today = date.today()
    officer.step(
        address, "pilot", period_from=today.isoformat(), indicators="Jumlah baju yang berpindah",
        period_to=(today + timedelta(days=60)).isoformat(),
    )  # fmt: skip
    officer.step(address, "evaluate", note="Sudah cukup data.")
    planner.step(address, "adopt", decree="Kepwal 500/2026")
    assert site.state(number) == "adopted"
    site.work()
    resident.go("/saya/kotak-masuk")
    told = title in resident.page.locator("main").inner_text()
    assert told
    assert any(number in letter for letter in site.letters(email))
    resident.go(address)
    resident.look("badami-diadopsi")


def test_all_of_it_works_without_javascript(site, meet, photo):
    resident = meet("warga", PHONE, js=False)
    register(resident, site)
    title = title_of("Lampu mati di gang")
    address = file(resident, "lapor", "Lampu jalan", title, photo)
    moderator = meet("kelurahan", PHONE, js=False)
    moderator.enter("moderator@contoh.id")
    moderator.go("/kerja/kelurahan")
    moderator.look("kerja-kelurahan")
    moderator.step(address, "verify", note="Sudah kami lihat.")
    moderator.step(address, "route", department="DSDABM")
    officer = meet("dinas", PHONE, js=False)
    officer.enter("officer@contoh.id")
    officer.step(address, "accept")
    officer.step(address, "start")
    officer.prove(address, "Sudah menyala.", photo)
    moderator.step(address, "resolve")
    resident.step(address, "confirm", rating="4")
    assert site.state(address.rpartition("/")[2]) == "closed"
    for path in ("/", "/lapor/", "/peta", "/cari?q=lampu", "/saya", "/saya/kotak-masuk"):
        resident.go(path)
        resident.look(path.strip("/").replace("/", "-").partition("?")[0] or "depan")
