"""Without signal: what is written waits on the phone, goes once, and leaves nothing behind."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.config import ROOT
from app.queries.emergency import Alarm
from models import Complaint, Item, Photo, db
from tests.journeys.phone import (
    HELD,
    PHONE,
    at_hand,
    card,
    cut,
    hand_in,
    keep_sending,
    signal,
    words,
    write,
)
from tests.pictures import jpeg

pytestmark = pytest.mark.journey
CITY = tomllib.loads((ROOT / "cities/bandung/settings.toml").read_text("utf-8"))
TEXTS = tomllib.loads((ROOT / "tests/data/emergency.toml").read_text("utf-8"))


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "lubang.jpg"
    path.write_bytes(jpeg().getvalue())
    return str(path)


@pytest.fixture
def resident(site, meet):
    """Somebody with an account on a phone that has the site at hand."""
    visitor = meet("warga", PHONE, offline=True)
    visitor.settle("Rina Rahasia")
    at_hand(visitor)
    return visitor


def filed(site, title: str) -> list[tuple[str, int]]:
    """Number and photos of every item of that title."""
    with site.app.app_context():
        of_item = select(func.count()).where(Photo.item_id == Item.id).scalar_subquery()
        rows = db.session.execute(select(Item.number, of_item).where(Item.title == title))
        return [tuple(row) for row in rows]


def a_title() -> str:
    return f"Perkara {words(3)}"


def test_a_report_written_without_signal_becomes_one_item_with_its_photo(site, resident, photo):
    title, page = a_title(), resident.page
    cut(resident)
    page.goto(site.url + "/lapor/cepat")
    assert page.locator("[data-no-signal]").is_visible()
    write(resident, title, photo)
    hand_in(resident)
    card(resident, "waiting")
    assert filed(site, title) == []
    page.reload()
    assert title in card(resident, "waiting").inner_text()
    resident.look("cepat-tanpa-sinyal")
    signal(resident)
    done = card(resident, "sent").inner_text()
    ((number, photos),) = filed(site, title)
    assert (number in done, photos) == (True, 1)
    resident.look("cepat-terkirim")


def test_a_page_that_came_without_the_worker_asks_for_it(resident):
    page = resident.page
    with page.expect_navigation():  # a forced reload passes by the worker
        page.context.new_cdp_session(page).send("Page.reload", {"ignoreCache": True})
    page.evaluate(HELD)


def test_what_is_being_typed_survives_the_page_and_goes_by_the_same_key(site, resident, photo):
    title, page = a_title(), resident.page
    write(resident, title, photo)
    page.locator("[data-kept]:not(:empty)").wait_for()
    resident.look("cepat")
    page.reload()
    resident.until(f"document.querySelector('[name=title]').value === {title!r}")
    page.locator(".photo-picks li").wait_for()
    hand_in(resident)
    card(resident, "sent")
    assert [photos for _number, photos in filed(site, title)] == [1]


def test_an_answer_lost_on_the_way_makes_no_second_report(site, resident, photo):
    title, page = a_title(), resident.page
    lost: list[str] = []

    def lose(route: Any) -> None:
        """The server does its work; its answer never arrives."""
        if route.request.method == "POST" and len(lost) < 4:
            lost.append(route.request.url)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.context.route("**/lapor/cepat/**", lose)
    write(resident, title, photo)
    hand_in(resident)
    keep_sending(resident, "sent")
    card(resident, "sent")
    assert len(lost) >= 2
    assert [photos for _number, photos in filed(site, title)] == [1]


def test_two_tabs_and_a_double_tap_send_it_once(site, resident):
    title, page = a_title(), resident.page
    other = page.context.new_page()
    other.goto(site.url + "/antrean")
    cut(resident)
    write(resident, title)
    page.locator("[data-quick] button[type=submit]").dblclick()
    card(resident, "waiting")
    signal(resident)
    for tab in (page, other):
        tab.evaluate("Promise.all([Rembuk.queue.run(), Rembuk.queue.run()])")
    card(resident, "sent")
    assert len(filed(site, title)) == 1


def test_a_queue_waits_for_its_owner_and_signing_out_asks_what_shall_become_of_it(site, resident):
    title, page = a_title(), resident.page
    page.evaluate("Rembuk.queue.begin()")
    cut(resident)
    write(resident, title)
    hand_in(resident)
    card(resident, "waiting")
    page.context.route("**/antrean/mulai*", lambda route: route.abort())
    signal(resident)
    page.goto(site.url + "/saya")
    page.locator("header .menu.phone-only > summary").click()
    page.locator("header .menu.phone-only form[action='/keluar'] button").click()
    page.wait_for_url("**/antrean?keluar=1")
    resident.look("antrean-keluar")
    with page.expect_navigation():
        page.locator("[data-leave-keep]").click()
    page.context.unroute("**/antrean/mulai*")
    page.goto(site.url + "/antrean")
    page.locator(".waiting-list a", has_text="Masuk").or_(
        page.locator(".waiting-list a", has_text="Sign in")
    ).wait_for()
    assert filed(site, title) == []
    resident.look("antrean-masuk-dulu")


def test_without_an_account_the_code_stands_on_the_phone_and_opens_the_report(site, meet):
    visitor, title = meet("tamu", PHONE, offline=True), a_title()
    at_hand(visitor)
    cut(visitor)
    write(visitor, title)
    hand_in(visitor)
    card(visitor, "waiting")
    signal(visitor)
    done = card(visitor, "sent")
    code = done.locator(".waiting-code").inner_text()
    number = done.locator(".number").inner_text()
    visitor.look("cepat-kode")
    visitor.go("/lacak")
    visitor.type("number", number)
    visitor.type("code", code)
    visitor.send()
    assert title in visitor.page.locator("main").inner_text()


def test_the_caches_hold_nothing_personal_and_other_pages_say_that_there_is_no_signal(
    site, resident
):
    page = resident.page
    for path in ("/saya", "/profil", "/lapor/", "/antrean", "/lapor/cepat", "/"):
        page.goto(site.url + path)
    held = page.evaluate(
        """async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              const answer = await cache.match(request);
              found[new URL(request.url).pathname] =
                [answer.headers.get("Cache-Control"), await answer.text()];
            }
          }
          return found;
        }"""
    )
    pages = {path for path in held if not path.startswith("/static/")}
    assert pages == {"/lapor/cepat", "/antrean", "/luring"}
    for path, (kept, text) in held.items():
        assert "private" not in kept, path
        assert "no-store" not in kept, path
        assert "Rina" not in text, path
        assert "csrf_token" not in text or path.startswith("/static/"), path
    cut(resident)
    page.goto(site.url + "/saya")
    assert page.locator("a[href='/lapor/cepat']").is_visible()
    assert "Rina" not in page.content()
    resident.look("luring")


def test_an_emergency_is_recognised_without_signal_and_exactly_as_by_the_server(site, resident):
    page = resident.page
    alarm = Alarm.read(CITY["emergency"])
    texts = [*TEXTS["ordinary"], *TEXTS["emergencies"]]
    heard = page.evaluate(
        """(texts) => {
          const told = JSON.parse(document.querySelector("[data-alarm]").dataset.alarm);
          return texts.map(Rembuk.alarm(told));
        }""",
        texts,
    )
    assert heard == [alarm.heard(text) for text in texts]
    title = "Rumah sedang kebakaran"
    mine = page.locator(".waiting-list > li.is-waiting", has_text=title)
    cut(resident)
    write(resident, title, body="Api membesar, tolong segera.")
    hand_in(resident)
    page.locator("[data-stopped]").wait_for()
    assert page.locator("[data-stopped] a[href='tel:112']").is_visible()
    resident.look("cepat-darurat")
    expect(mine).to_have_count(0)
    page.locator("[data-safe]").click()
    card(resident, "waiting")
    signal(resident)
    card(resident, "sent")


def test_what_a_category_asks_is_asked_and_answered_without_signal(site, resident):
    title, page = a_title(), resident.page
    cut(resident)
    write(resident, title)
    resident.choose("category_code", "Lampu jalan")
    page.check("[name='tanya-keadaan'][value='mati']", force=True)
    page.locator("[data-kept]:not(:empty)").wait_for()
    page.reload()
    resident.until("document.querySelector('[name=tanya-keadaan]:checked')?.value === 'mati'")
    resident.look("cepat-pertanyaan")
    hand_in(resident)
    card(resident, "waiting")
    signal(resident)
    card(resident, "sent")
    with site.app.app_context():
        item = db.session.scalars(select(Complaint).where(Complaint.title == title)).one()
        assert item.answers["keadaan"] == "mati"


def test_what_is_refused_says_why_and_is_put_right_with_nothing_lost(site, resident):
    title, page = a_title(), resident.page
    cut(resident)
    write(resident, title)
    page.evaluate(
        """() => {
          const { lon, lat } = document.querySelector("[data-quick]").elements;
          [lon.value, lat.value] = ["95.0", "5.0"]; // a phone that thinks it is in Aceh
        }"""
    )
    hand_in(resident)
    card(resident, "waiting")
    signal(resident)
    refused = card(resident, "refused")
    resident.trouble.clear()  # the browser notes a form that was refused
    resident.look("cepat-ditolak")
    refused.locator("button", has_text="Ubah").or_(
        refused.locator("button", has_text="Change")
    ).click()
    resident.until(f"document.querySelector('[name=title]').value === {title!r}")
    page.locator("[data-unpin]").click()
    hand_in(resident)
    card(resident, "sent")
    assert len(filed(site, title)) == 1
