"""URL parts that are more than text."""

from __future__ import annotations

import re

from flask import Flask, current_app
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from app.kinds import KINDS, Kind


class KindConverter(BaseConverter):
    """A kind of item, by the word the city chose for it."""

    def to_python(self, value: str) -> Kind:
        """The kind behind the city's word; 404 when there is none."""
        for slug, words in current_app.config["CITY"].services.items():
            if words["word"] == value and slug in KINDS:
                return KINDS[slug]
        raise ValidationError

    def to_url(self, value: Kind | str) -> str:
        """The city's word for a kind (or its slug)."""
        slug = value.slug if isinstance(value, Kind) else value
        return str(current_app.config["CITY"].services[slug]["word"])


class IdConverter(IntegerConverter):
    """The number of a row; one that no table can hold is nowhere."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


class CodeConverter(BaseConverter):
    """The code of a department, a category or an area, as the city's files write it."""

    regex = r"[a-z0-9][a-z0-9.-]{0,39}"


class LineConverter(BaseConverter):
    """The code of a line of the *kamus usulan*, as the city writes it."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"


def init_app(app: Flask) -> None:
    """Make ``<kind:…>``, ``<id:…>``, ``<code:…>`` and ``<line:…>`` known."""
    words = (re.escape(words["word"]) for words in app.config["CITY"].services.values())
    of_city = type("KindConverter", (KindConverter,), {"regex": "|".join(words)})
    app.url_map.converters |= {"kind": of_city, "id": IdConverter, "code": CodeConverter}
    app.url_map.converters["line"] = LineConverter
