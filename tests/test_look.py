"""What pages are drawn with: icons that exist, colours for each kind, few bytes, no inline code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.kinds import KINDS

APP = Path(__file__).resolve().parent.parent / "app"
TEMPLATES = sorted((APP / "templates").rglob("*.html"))
STYLES = sorted((APP / "static" / "css").glob("*.css"))
SCRIPTS = sorted((APP / "static" / "js").glob("*.js"))
ICONS = (APP / "static" / "img" / "icons.svg").read_text("utf-8")


def _symbols() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', ICONS))


def test_every_icon_a_page_asks_for_is_drawn():
    asked = {
        name
        for page in TEMPLATES
        for name in re.findall(r"\bicon\(\s*\"([a-z-]+)\"\s*[,)]", page.read_text("utf-8"))
    }
    assert asked
    assert asked <= _symbols()


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_has_its_colour_and_its_shape(slug: str):
    tokens = (APP / "static" / "css" / "base.css").read_text("utf-8")
    assert f".kind-{slug} {{" in tokens
    assert tokens.count(f"--{slug}:") == 2, "one for the light scheme, one for the dark"
    assert f"kind-{slug}" in _symbols()


@pytest.mark.parametrize("phase", ["new", "open", "done", "closed", "wait"])
def test_every_phase_has_its_shape(phase: str):
    assert f"state-{phase}" in _symbols()


EVERY_PAGE = {"base.css", "parts.css", "print.css"}
RESIDENTS = EVERY_PAGE | {"map.css", "account.css"}


def test_the_style_sheets_of_residents_together_weigh_at_most_40_kb():
    assert sum(len(s.read_bytes()) for s in STYLES if s.name in RESIDENTS) <= 40 * 1024


def test_a_page_of_its_own_kind_adds_at_most_16_kb_of_style_and_no_other_page_loads_it():
    frame = (APP / "templates" / "base.html").read_text("utf-8")
    assert set(re.findall(r"css/([a-z]+\.css)", frame)) <= EVERY_PAGE | {"staff.css"}
    for sheet in STYLES:
        assert sheet.name in RESIDENTS or len(sheet.read_bytes()) <= 16 * 1024, sheet.name


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: str(page.relative_to(APP)))
def test_no_page_carries_script_or_style_inside(page: Path):
    text = page.read_text("utf-8")
    if "mail" in page.parts:
        return
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=\"", text)
    assert "<style" not in text
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or "nonce=" in tag, tag


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_writes_html(script: Path):
    text = script.read_text("utf-8")
    assert not re.search(r"\.(innerHTML|outerHTML)\s*\+?=[^=]", text)
    assert "insertAdjacentHTML" not in text
    assert "document.write" not in text
    assert "eval(" not in text
