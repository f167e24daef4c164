"""The words of the catalogues: nothing a page fills in gets lost, and the voice stays calm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from app.kinds import KINDS, REASONS

TRANSLATIONS = Path(__file__).resolve().parent.parent / "app" / "translations"
LOCALES = sorted(path.name for path in TRANSLATIONS.iterdir() if path.is_dir())
SLOT = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+>")
OFFICIALESE = re.compile(
    r"\b(harap maklum|sehubungan dengan|dimohon|mohon maaf atas|bapak/ibu|silahkan|di mohon)\b",
    re.IGNORECASE,
)


def messages(locale: str) -> Any:
    """The catalogue of a locale."""
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=locale)


def pairs(locale: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(what the sources say, singular and plural; one form of the translation)."""
    for message in messages(locale):
        wanted = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple | list) else [message.string]
        yield from ((wanted, form) for form in forms if message.id and form)


def slots(text: str) -> list[str]:
    """What is filled in or marked up, in order of the alphabet."""
    return sorted(SLOT.findall(text))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_keeps_every_placeholder_and_tag(locale: str) -> None:
    lost = [
        (wanted[-1], form)
        for wanted, form in pairs(locale)
        if slots(form) not in [slots(text) for text in wanted]
    ]
    assert lost == []


def test_indonesian_is_complete_and_has_one_form() -> None:
    catalogue = messages("id")
    assert catalogue.num_plurals == 1
    assert [message.id for message in catalogue if message.id and not message.string] == []


def test_indonesian_does_not_shout_and_is_no_circular() -> None:
    said = [form for _wanted, form in pairs("id")]
    assert [form for form in said if "!" in re.sub("Lapor!", "", form, flags=re.I)] == []
    assert [form for form in said if OFFICIALESE.search(form)] == []


def test_a_translation_ends_like_what_it_translates() -> None:
    ends = (".", "?", ":", "…")
    odd = [
        (wanted[0], form)
        for wanted, form in pairs("id")
        if wanted[0].endswith(ends) != form.endswith(ends)
    ]
    assert odd == []


def test_states_steps_and_reasons_have_words_of_their_own() -> None:
    catalogue = messages("id")
    for kind in KINDS.values():
        labels = [catalogue.get(str(state.label)).string for state in kind.workflow.states]
        assert len(set(labels)) == len(labels), kind.slug
    reasons = {code: catalogue.get(str(label)).string for code, label in REASONS.items()}
    assert all(reasons.values())
