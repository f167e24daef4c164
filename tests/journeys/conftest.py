"""A browser, a running server, and the people who meet there."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PictureTimeout
from werkzeug.serving import WSGIRequestHandler, make_server

from app.jobs.running import work
from app.services import facets
from models import Item, db
from tests import factories as make
from tests.live import live_app

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "var" / "screenshots"
PICTURES = "PYTEST_XDIST_WORKER" not in os.environ  # nobody looks at those of the whole suite
WIDTHS = {390: 844, 1280: 800}
# A window's own pages (the list below its address bar) would cost as much as ours do.  A second
# list of features replaces Playwright's: what matters of that stands here, too.
LEAN = (
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,PaintHolding,LensOverlay,"
    "MediaRouter,OptimizationHints,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,AimEnabled,"
    "DestroyProfileOnBrowserClose,ThirdPartyStoragePartitioning,PreconnectToSearch,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,AvoidCorsURLLoaderRestartOnRedirect,"
    "NetworkTimeServiceQuerying"
)
# A page lives for a few seconds: what it would compile anew, to run faster, is hardly used.
ONCE = "--js-flags=--no-opt,--no-maglev,--always-sparkplug,--single-threaded"
expect.set_options(timeout=30_000)
STAFF = ("moderator", "validator", "officer", "planner", "coordinator", "tapd")


class Silent(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, *_args: Any) -> None:
        """Nothing."""


@dataclass
class Site:
    """The running city."""

    app: Flask
    url: str
    seen: set[str] = field(default_factory=set)

    def work(self) -> None:
        """Let the worker do what waits, and end."""
        failed: list[BaseException] = []

        def run() -> None:
            try:
                work(self.app, 1, 20.0, wait=False)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(120)
        assert not failed, failed
        with self.app.app_context():
            facets.refresh(db.session)  # type: ignore[arg-type]
            db.session.commit()

    def letters(self, to: str) -> list[str]:
        """The letters somebody got, as text."""
        found = []
        for path in sorted((Path(self.app.config["VAR"]) / "outbox").glob("*.eml")):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            if to in str(letter["To"]):
                body = letter.get_body(("plain",))
                assert body is not None
                found.append(f"{letter['Subject']}\n{body.get_content()}")
        return found

    def state(self, number: str) -> str:
        """Where an item stands."""
        with self.app.app_context():
            return str(db.session.query(Item.state).filter_by(number=number).scalar())


@contextmanager
def serving() -> Iterator[Site]:
    """A server on a city of its own, with staff on their seats."""
    with live_app(WTF_CSRF_ENABLED=True, TESTING=False) as app:
        app.config["MAIL_URL"] = f"file://{app.config['VAR']}/outbox"
        with app.app_context():
            for role in STAFF:
                make.user(f"{role}@contoh.id", roles=(role,), name=f"Petugas {role}")
            db.session.commit()
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        app.config["BASE_URL"] = url
        yield Site(app, url)
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The city most journeys share."""
    with serving() as shared:
        yield shared


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    path = os.environ.get("REMBUK_CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("no Chromium on this machine; bin/test installs it")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=["--no-sandbox", LEAN, ONCE])
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """Somebody at a browser of a certain width, with or without JavaScript."""

    site: Site
    page: Page
    width: int
    name: str
    js: bool
    trouble: list[str]

    def go(self, path: str) -> None:
        """Open an address of the site."""
        response = self.page.goto(self.site.url + path if path.startswith("/") else path)
        assert response is not None
        assert response.ok, (path, response.status)

    def look(self, what: str) -> None:
        """A page as it should be at both widths: nothing sticks out, axe finds nothing.

        Pictures are kept in var/screenshots when a file is run by its name (bin/test
        tests/journeys/…); the same page is examined once in a run.
        """
        assert not self.trouble, self.trouble
        mark = what if self.js else f"{what}-tanpa-js"
        if mark in self.site.seen:
            return
        self.site.seen.add(mark)
        if not (PICTURES or self.js):
            return
        for width in sorted(WIDTHS, key=lambda width: width == self.width):  # their own last
            self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            if PICTURES:
                self._keep_picture(SHOTS / f"{mark}-{width}.png")
            if self.js:
                self._examine(f"{mark} at {width} px", whole=width == self.width)

    def _keep_picture(self, path: Path) -> None:
        """Take a picture for people to look at; a browser too busy to draw one is no failure."""
        with suppress(PictureTimeout):
            self.page.screenshot(path=path, full_page=True, timeout=20_000)

    def _examine(self, mark: str, whole: bool) -> None:
        """At the other width axe looks at what can be otherwise there.

        What stands around the page proper is twice as much, and examined once for all alike.
        """
        self.page.evaluate(SETTLED)
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{mark}: {wide} px stick out"
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE.read_text("utf-8"))
        frame = f"{self.page.viewport_size} {whole} {self.page.evaluate(FRAME)}"
        known = frame in self.site.seen
        self.site.seen.add(frame)
        found = self.page.evaluate(RUN_AXE, [TAGS if whole else LAID_OUT, known])
        assert not found, f"{mark}: {found}"

    def type(self, name: str, value: str) -> None:
        """Fill a field by its name."""
        self.page.fill(f"main [name='{name}']", value)

    def choose(self, name: str, words: str) -> None:
        """Choose from a list, by typing where it can be searched."""
        typed = self.page.locator(f"input#{name}[role=combobox]")
        if typed.count():
            typed.fill(words)
            self.page.locator(f"#{name}-list li", has_text=words).first.click()
            return
        choices = self.page.locator(f"select[name='{name}'] option")
        labels = [label for label in choices.all_text_contents() if words in label]
        self.page.select_option(f"select[name='{name}']", label=labels[0].strip())

    def each(self, selector: str) -> list[Locator]:
        """All that a selector finds, once the page it stands on has come.

        A click answers before the page it leads to is there, and ``all()`` does not wait: it
        finds nothing on the page that is being left, and says so.
        """
        self.page.locator(selector).first.wait_for(state="attached")
        return self.page.locator(selector).all()

    def until(self, true: str) -> None:
        """Wait until an expression holds; asked from outside, as the policy lets no text run."""
        for _ in range(200):
            if self.page.evaluate(true):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"never: {true}")

    def pick(self, name: str, value: str) -> None:
        """One of several radio buttons."""
        self.page.check(f"input[name='{name}'][value='{value}']", force=True)

    def press(self, selector: str) -> None:
        """Press what leads to another page, and wait until that page is there."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def send(self) -> None:
        """Press the page's main button."""
        self.press("main form.form button[type=submit]")
        assert not self.trouble, self.trouble

    def enter(self, email: str, password: str = make.PASSWORD) -> None:
        """Sign in by the page, as a person does."""
        self.go("/masuk")
        self.type("email", email)
        self.type("password", password)
        self.send()
        assert "/masuk" not in self.page.url

    def known(self, email: str) -> None:
        """Be signed in: what the page would send is sent without drawing it."""
        asks, address = self.page.context.request, f"{self.site.url}/masuk"
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', asks.get(address).text())
        assert token is not None
        form = {"csrf_token": token[1], "email": email, "password": make.PASSWORD}
        assert asks.post(address, form=form, max_redirects=0).status == 302

    def settle(self, name: str = "Rina Marlina") -> str:
        """Get an account and be signed in; the e-mail."""
        with self.site.app.app_context():
            email = str(make.user(name=name).email)
            db.session.commit()
        self.known(email)
        return email

    def step(self, address: str, name: str, **answers: str) -> None:
        """Take a step from an item's page, which need not be opened again by whoever is there."""
        way = f"main a[href$='/langkah/{name}']"
        if urlsplit(self.page.url).path != address or not self.page.locator(way).count():
            self.go(address)
        self.press(way)
        self.look(f"langkah-{name}")
        for answer, value in answers.items():
            if answer in ("department", "external"):
                self.choose(answer, value)
            elif answer in ("reason", "rating", "verdict"):
                self.pick(answer, value)
            elif answer == "photos":
                self.page.set_input_files("input[name='photos']", value)
            else:
                self.type(answer, value)
        self.send()
        assert "/langkah/" not in self.page.url, self.page.locator("main").inner_text()

    def prove(self, address: str, note: str, photo: str) -> None:
        """Hand in proof: the photo first, then a word on what its checks could not confirm."""
        self.go(f"{address}/langkah/submit_proof")
        self.page.set_input_files("input[name='photos']", photo)
        self.press("main form.form button[name=periksa]")
        self.look("langkah-bukti-diperiksa")
        self.site.work()
        self.go(f"{address}/langkah/submit_proof")
        self.type("note", note)
        for box in self.page.locator("textarea[name^='explain_']").all():
            box.fill("Kamera dinas tidak mencatatnya; ketua RW ikut menyaksikan.")
        self.look("langkah-bukti")
        self.send()
        assert "/langkah/" not in self.page.url, self.page.locator("main").inner_text()


# What follows a new width is done in the next frame: the map's own size, the list beside it.
SETTLED = """() => document.fonts.ready.then(() => new Promise(
  done => requestAnimationFrame(() => requestAnimationFrame(done))))
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is shown, hidden, wide or scrolled at one width alone; words and colours are the same.
LAID_OUT = [
    "aria-hidden-focus", "bypass", "button-name", "image-alt", "label", "link-in-text-block",
    "link-name", "nested-interactive", "scrollable-region-focusable", "select-name", "summary-name",
    "svg-img-alt", "target-size",
]  # fmt: skip
FRAME = """() => [...document.body.children]
  .filter(part => part.localName !== "main")
  .map(part => part.outerHTML.replace(/value="[^"]*"/g, ""))
  .join("")
"""
RUN_AXE = """([which, inside]) => axe
  .run(inside ? {include: [["main"]]} : document, {runOnly: which, resultTypes: ["violations"]})
  .then(r => r.violations.map(
    v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target + " " + n.failureSummary).join(" | ")))
"""

# What a browser says of itself where there is no signal, sometimes when there is one again.
NO_SIGNAL = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED|occurred when fetching the script")

Meet = Callable[..., Any]


@pytest.fixture
def meet(site: Site, browser: Browser) -> Iterator[Meet]:
    """Begin to browse: ``meet("warga", 390)``; no request leaves the site, nothing goes wrong.

    ``offline``: with the service worker, which fetches all the site has at hand for every visitor.
    """
    SHOTS.mkdir(parents=True, exist_ok=True)
    contexts = []

    def begin(name: str, width: int = 1280, js: bool = True, offline: bool = False) -> Visitor:
        context = browser.new_context(
            service_workers="allow" if offline else "block",
            viewport={"width": width, "height": WIDTHS[width]},
            java_script_enabled=js,
            locale="id-ID",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        trouble: list[str] = []
        host = urlsplit(site.url).netloc

        def asked(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in ("http", "https") and parts.netloc != host:
                trouble.append(f"asks another host: {request.url}")

        def wrong(said: Any) -> bool:
            return said.type == "error" and not (offline and NO_SIGNAL.search(said.text))

        page.on("request", asked)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("console", lambda m: trouble.append(f"console: {m.text}") if wrong(m) else None)
        return Visitor(site, page, width, name, js, trouble)

    yield begin
    for context in contexts:
        context.close()


def link_in(letter: str) -> str:
    """The address a letter leads to."""
    found = re.search(r"https?://\S+", letter)
    assert found, letter
    return found[0].rstrip(".")
