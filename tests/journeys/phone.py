"""A phone without signal, and what waits on it: shared by the journeys."""

from __future__ import annotations

from random import choices
from typing import Any

from tests import factories as make

PHONE = 390
HELD = """() => new Promise((done, failed) => {
  const { serviceWorker } = navigator;
  const look = () => { if (serviceWorker.controller) done(); };
  serviceWorker.addEventListener("controllerchange", look);
  setTimeout(() => failed(new Error("no worker holds this page")), 60_000);
  look();
})"""


def words(n: int) -> str:
    """Words nobody else has said, so that no report seems to be one that is there already."""
    return " ".join("".join(choices("aiueobdgjklmnprst", k=7)) for _n in range(n))


def at_hand(visitor, path: str = "/lapor/cepat") -> None:
    """Open a page and wait until the phone has it at hand, and knows whose phone it is."""
    visitor.go(path)
    visitor.page.evaluate(HELD)
    if path == "/lapor/cepat":
        visitor.until("Rembuk.queue.fact('account').then(account => account !== undefined)")


def cut(visitor) -> None:
    visitor.page.context.set_offline(True)


def signal(visitor) -> None:
    visitor.page.context.set_offline(False)


def write(visitor, title: str, photo: str | None = None, body: str = "") -> None:
    page = visitor.page
    if photo:
        page.set_input_files("#photos", photo)
        page.locator(".photo-picks li").wait_for()
    page.select_option("select[name='area_code']", make.KELURAHAN)
    visitor.choose("category_code", "Jalan rusak")
    visitor.type("title", title)
    visitor.type("body", body or words(9))
    visitor.pick("visibility", "public")


def hand_in(visitor) -> None:
    visitor.page.locator("[data-quick] button[type=submit]").click()


def card(visitor, state: str) -> Any:
    found = visitor.page.locator(f".waiting-list > li.is-{state}")
    found.first.wait_for(timeout=30_000)
    return found


def keep_sending(visitor, state: str) -> None:
    """Have the phone try now, not at its own pace, until something of its queue is in a state."""
    found = f"all => all.some(one => one.state === '{state}')"
    visitor.until(f"Rembuk.queue.run().then(Rembuk.queue.all).then({found})")


def all_sent(visitor) -> None:
    """Wait until nothing waits any more; a page may forget at once what it saw arrive."""
    visitor.until("Rembuk.queue.all().then(all => all.every(one => one.state === 'sent'))")
