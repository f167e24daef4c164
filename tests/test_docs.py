"""What the pages for people say is what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
SETTING = re.compile(r"\bREMBUK_[A-Z]+(?:_[A-Z]+)*\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
NAMED = re.compile(r"`((?:app|bin|blueprints|bench|cities|docs|maps|models|tests)/[\w./-]*\w)`")


def sources() -> Iterator[Path]:
    """Everything that reads the environment."""
    for folder in ("app", "bin", "blueprints", "models", "maps", "migrations", "bench"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in ("", ".py", ".sh") and "vendor" not in path.parts:
                yield path


def settings_read() -> set[str]:
    """The names of all settings in the sources."""
    return {name for path in sources() for name in SETTING.findall(path.read_text("utf-8"))}


def settings_documented() -> set[str]:
    """The names that stand first in a row of docs/settings.md."""
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    return set(re.findall(r"^\| `(REMBUK_\w+)` \|", page, re.MULTILINE))


def test_each_setting_has_a_row_in_the_settings_page() -> None:
    assert settings_read() - settings_documented() == set()


def test_the_settings_page_names_no_setting_that_nobody_reads() -> None:
    assert settings_documented() - settings_read() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_named_in_pages_exist(page: Path) -> None:
    named = NAMED.findall(page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists() and "garut" not in name] == []


def test_the_licence_is_the_whole_agpl() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text
