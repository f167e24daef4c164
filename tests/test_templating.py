"""Templates belong to a language: its words stand in them, whoever asked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

ICONS = '{% from "_macros/icon.html" import icon, kind_icon %}'


@pytest.fixture
def said(app: Flask) -> Callable[..., str]:
    """A function: what a template comes to in a language."""

    def say(source: str, language: str = "id", **values: Any) -> str:
        with app.test_request_context("/"), force_locale(language):
            return app.jinja_env.from_string(source).render(**values)

    return say


@pytest.fixture
def code(app: Flask) -> Callable[[str], str]:
    """A function: the Python that a template is compiled to."""

    def compiled(source: str) -> str:
        with app.test_request_context("/"), force_locale("id"):
            made: str = app.jinja_env.compile(source, raw=True)
            return made

    return compiled


def test_one_template_speaks_the_language_of_whoever_reads(app: Flask) -> None:
    for language, word in (("id", "Peta"), ("en", "Map"), ("id", "Peta")):
        with app.test_client() as browser:
            page = browser.get(f"/tentang?bahasa={language}").text
        assert f"</svg>{word}</a>" in page


def test_fixed_words_are_text_and_what_is_filled_in_is_escaped(said, code) -> None:
    assert said('{{ _("Map") }}') == "Peta"
    assert said('{{ _("Choose %(number)s", number=n) }}', n="<b>") == "Pilih &lt;b&gt;"
    assert said("{% trans who=n %}Hello {{ who }}{% endtrans %}", n="<i>") == "Hello &lt;i&gt;"
    assert "Peta" in code('<p>{{ _("Map") }}</p>')


def test_words_only_known_later_are_still_looked_up(said) -> None:
    assert said("{{ _(word) }}", word="Map") == "Peta"
    assert said("{{ _(word) }}", "en", word="Map") == "Map"


@pytest.mark.parametrize(("n", "words"), [(1, "1 support"), (2, "2 supports")])
def test_numbers_take_the_form_of_their_language(said, n: int, words: str) -> None:
    source = '{{ ngettext("%(num)s support", "%(num)s supports", n) }}'
    assert said(source, "en", n=n) == words
    assert said(source, n=n) == f"{n} dukungan"


def test_links_and_pieces_with_fixed_arguments_are_set_in(said, code) -> None:
    source = ICONS + '<a href="{{ url_for("map.city") }}">{{ icon("map", label=_("Map")) }}</a>'
    made = code(source)
    assert "url_for" not in made and 'href="/peta"' in made
    assert 'aria-label="Peta"' in said(source) and "#map" in said(source)
    assert "#map" in made
    assert said(ICONS + "{{ icon(name) }}", name="<x>").count("#&lt;x&gt;") == 1


def test_what_belongs_to_one_request_is_never_set_in(code) -> None:
    made = code('{{ csrf_token() }}{{ url_for("map.city", q=word) }}{{ url_for(".here") }}')
    assert made.count("csrf_token") and made.count("url_for") >= 2
