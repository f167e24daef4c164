"""URL parts that are more than text."""

from __future__ import annotations

from flask import Flask, current_app
from werkzeug.routing import BaseConverter, ValidationError

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


def init_app(app: Flask) -> None:
    """Make ``<kind:kind>`` known."""
    app.url_map.converters["kind"] = KindConverter
