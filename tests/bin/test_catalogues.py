"""A catalogue is complete when every message is said, in every form, with its placeholders."""

from __future__ import annotations

from pathlib import Path

import _catalogues
import _translate
import pytest

TEMPLATE = """
msgid "Hello"
msgstr ""

#, python-format
msgid "By %(name)s"
msgstr ""

msgid "one day"
msgid_plural "%(num)s days"
msgstr[0] ""
msgstr[1] ""
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "messages.pot"
    path.write_text(TEMPLATE)
    return path


def gaps(template: Path, body: str) -> list[str]:
    po = template.with_suffix(".po")
    po.write_text(_translate.header("id") + body)
    return _catalogues.gaps(template, po)


FULL = """
msgid "Hello"
msgstr "Halo"

#, python-format
msgid "By %(name)s"
msgstr "Oleh %(name)s"

msgid "one day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s hari"
"""


def test_a_full_catalogue_has_no_gap(template: Path) -> None:
    assert gaps(template, FULL) == []


def test_a_missing_catalogue_lacks_everything(template: Path, tmp_path: Path) -> None:
    assert len(_catalogues.gaps(template, tmp_path / "none.po")) == 3


@pytest.mark.parametrize(
    ("said", "instead", "gap"),
    [
        ('msgstr "Halo"', 'msgstr ""', "Hello"),
        ('msgid "Hello"', '#, fuzzy\nmsgid "Hello"', "Hello"),
        ('"%(num)s hari"', '""', "one day"),
        ("Oleh %(name)s", "Oleh %(nama)s", "By %(name)s"),
    ],
)
def test_an_empty_fuzzy_or_broken_message_is_a_gap(
    template: Path, said: str, instead: str, gap: str
) -> None:
    assert gaps(template, FULL.replace(said, instead)) == [gap]


def test_translating_fills_what_is_empty_and_keeps_what_was_said(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_catalogues, "TRANSLATIONS", tmp_path)
    given = {"Hello": "Halo", "one day": "%(num)s hari", "By %(name)s": "Oleh %(name)s"}
    _translate.update(template, "id", given, replace=False)
    po = _catalogues.catalogue("id")
    assert _catalogues.gaps(template, po) == []
    assert "nplurals=1" in po.read_text()
    _translate.update(template, "id", {"Hello": "Hai"}, replace=False)
    assert "Halo" in po.read_text()
    _translate.update(template, "id", {"Hello": "Hai"}, replace=True)
    assert "Hai" in po.read_text()
