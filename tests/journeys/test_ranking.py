"""Ranked lists and ceilings in a browser: the slider, the order, the cut, at both widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.queries.ranking import ListKey, ranked
from app.services import ceilings, ranking
from models import Proposal, User, Whose, db
from tests import factories as make

KEY = ListKey(2027, "kelurahan", make.KELURAHAN)
PUBLIC = f"/musrenbang/prioritas/{make.KELURAHAN}?tahun=2027"
DESK = f"/kerja/musrenbang/prioritas/{make.KELURAHAN}?tahun=2027"
WORKS = (
    ("Perbaikan saluran air Gang Mawar", 180_000_000, 4),
    ("Pengaspalan Jalan Cisitu Lama sampai jembatan", 425_000_000, 2),
    ("Lampu jalan tenaga surya di tangga Dago Pojok", 60_000_000, 9),
    ("Pembangunan posyandu dan ruang baca anak", 350_000_000, 9),
    ("Pelatihan menjahit untuk ibu-ibu RW 11", 25_000_000, 11),
    ("Sumur resapan di lima titik rawan banjir", 75_000_000, 4),
    ("Pagar pengaman tebing sungai Cikapundung", 240_000_000, 1),
)


def actor(email):
    return make.actor(db.session.query(User).filter_by(email=email).one())


@pytest.fixture(scope="module")
def city(site):
    """A kelurahan with proposals of 2027 in order, and a ceiling that cuts through them."""
    with site.app.app_context():
        made = []
        for title, cost, rw in WORKS:
            one = make.item("musrenbang", title=title, rw=rw)
            one.plan_year, one.level, one.cost = 2027, "kelurahan", cost
            one.support_count = cost % 37
            made.append(one)
        db.session.flush()
        ranking.reorder(actor("moderator@contoh.id"), KEY, [one.id for one in made[:6]])
        decree = ceilings.Decree("indikatif", "Keputusan Wali Kota 050/Kep.12/2026", None,
                                 "Kesepakatan awal tahun.")  # fmt: skip
        amounts = {"32.73": 180 * 10**9, make.KECAMATAN: 6 * 10**9, make.KELURAHAN: 1_200_000_000}
        planner = actor("planner@contoh.id")
        ceilings.save(planner, 2027, {Whose(o): a for o, a in amounts.items()}, decree)
        ceilings.publish(planner, 2027)
        db.session.commit()
        return [one.id for one in made]


def order(site):
    with site.app.app_context():
        return [row.id for row in ranked(db.session, KEY)]


def test_a_resident_moves_the_ceiling_and_sees_what_it_would_take(meet, city):
    resident = meet("warga", 390)
    resident.go("/musrenbang/prioritas?tahun=2027")
    resident.look("prioritas")
    resident.go(PUBLIC)
    page = resident.page
    expect(page.locator("tr.is-below")).to_have_count(0)
    resident.look("prioritas-kelurahan")
    slide = page.locator("[data-slide]")
    slide.evaluate("s => { s.value = 600000000; s.dispatchEvent(new Event('input')); }")
    below = page.locator("tr.is-below .title a").all_text_contents()
    assert below == [title for title, _cost, _rw in WORKS[1:6]]
    assert not resident.trouble, resident.trouble
    expect(page.locator("[data-crossed] li")).to_have_count(len(below))
    resident.look("prioritas-kelurahan-geser")
    # What the server draws for the same ceiling is the same.
    resident.go(PUBLIC + "&pagu=600000000")
    assert page.locator("tr.is-below .title a").all_text_contents() == below
    resident.look("prioritas-kelurahan-andai")


def test_without_javascript_the_same_question_is_a_field(meet, city):
    resident = meet("warga", 390, js=False)
    resident.go(PUBLIC)
    resident.type("pagu", "Rp 600 juta")
    resident.press(".what-if button")
    expect(resident.page.locator("tr.is-below")).to_have_count(5)
    resident.look("prioritas-kelurahan-andai")


def test_a_list_is_put_in_order_by_keys_by_pulling_and_by_numbers(meet, city, site):
    clerk = meet("kelurahan", 1280)
    clerk.known("moderator@contoh.id")
    clerk.go("/kerja/musrenbang/prioritas?tahun=2027")
    clerk.look("urutkan-daftar")
    clerk.go(DESK)
    page = clerk.page
    clerk.look("urutkan")
    row = page.locator(f"tr[data-id='{city[2]}']")
    row.locator("[data-move='-1']").press("Enter")
    assert row.locator("input").input_value() == "2"
    last = page.locator(f"tr[data-id='{city[1]}'] [data-grip]")
    last.scroll_into_view_if_needed()
    first = page.locator(f"tr[data-id='{city[0]}']").bounding_box()
    held = last.bounding_box()
    page.mouse.move(held["x"] + 10, held["y"] + 10)
    page.mouse.down()
    page.mouse.move(first["x"] + 20, first["y"] + 5, steps=8)
    page.mouse.up()
    assert page.locator("tr[data-id] input").first.input_value() == "1"
    with page.expect_navigation():
        page.get_by_role("button", name="Simpan urutan ini").or_(
            page.get_by_role("button", name="Keep this order")
        ).click()
    assert order(site) == [city[1], city[0], city[2], city[3], city[4], city[5]]
    plain = meet("kelurahan", 390, js=False)
    plain.known("moderator@contoh.id")
    plain.go(DESK)
    plain.type(f"r-{city[6]}", "1")
    plain.look("urutkan")
    plain.press(".sticky-actions button")
    assert order(site)[:2] == [city[6], city[1]]
    # Meanwhile the first browser still shows the order before.
    page.locator(f"input[name='r-{city[4]}']").fill("1")
    with page.expect_navigation():
        page.locator(".sticky-actions button").click()
    clerk.trouble.clear()  # the browser notes the answer 409
    expect(page.locator(".both-orders ol")).to_have_count(2)
    clerk.look("urutkan-dua-urutan")
    with page.expect_navigation():
        page.locator(".both-orders form button").click()
    assert order(site)[0] == city[4]
    clerk.go(PUBLIC.replace("?", "/riwayat?"))
    clerk.look("prioritas-riwayat")


def test_a_planner_cuts_a_ceiling_and_sees_who_falls_before_it_holds(meet, city, site):
    planner = meet("bapperida", 1280)
    planner.known("planner@contoh.id")
    planner.go("/kerja/musrenbang/pagu/2027")
    planner.look("pagu-atur")
    page = planner.page
    cell = page.locator(f"[name='w-{make.KELURAHAN}']")
    group = page.locator("details.pagu-group", has=cell)
    if group.get_attribute("open") is None:  # a kecamatan without anything new is folded
        group.locator("summary").click()
    cell.fill("Rp 500 juta")
    planner.type("decree", "Keputusan Wali Kota 050/Kep.80/2026")
    planner.type("reason", "Pendapatan kota turun.")
    page.select_option("[name='kind']", "penyesuaian")
    with page.expect_navigation():
        page.locator("[name='look']").click()
    planner.look("pagu-akibat-draf")
    assert page.locator("section.card li").count() > 0
    with page.expect_navigation():
        page.locator("form.form button").first.click()
    assert page.url.endswith("/musrenbang/pagu/2027/2")
    planner.look("pagu-akibat")
    site.work()
    planner.go("/musrenbang/pagu?tahun=2027")
    planner.look("pagu")
    with site.app.app_context():
        states = {one.state for one in db.session.query(Proposal).filter(Proposal.id.in_(city))}
    assert states == {"submitted"}
