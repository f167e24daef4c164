"""Long lists to choose from: made once a minute and language, with what is chosen marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, render_template
from flask_babel import format_decimal
from markupsafe import Markup, escape

from app.extensions import spoken
from app.queries.labels import labels

Options = Iterable[tuple[str, Any]]  # value and text
OPTION = re.compile(r'<option value="([\d.]+)">([^<]*)')


def option_list(name: str, groups: Callable[[], Iterable[tuple[Any, Options]]]) -> str:
    """The options of a list in the reader's language, kept under its name.

    ``groups`` gives (label or "", options) and is called when the list is made.
    """
    return _kept(name, lambda: render_template("_macros/options.html", groups=groups()))


def area_options(chosen: str, counts: Mapping[str, int] | None = None) -> Markup:
    """The options of a list of kecamatan and kelurahan, 181 lines.

    ``counts`` (by code) stand behind the names.
    """
    known = labels()
    made = _kept("areas", lambda: render_template("items/_areas.html", areas=known))
    if counts:
        made = OPTION.sub(lambda found: _counted(found, counts), made)
    return chosen_in(made, chosen)


def chosen_in(made: str, chosen: str) -> Markup:
    """A list of options with one of them chosen; "" chooses none."""
    mark = f'value="{escape(chosen)}"'
    return Markup(made.replace(mark, f"{mark} selected", 1) if chosen else made)


def _kept(name: str, make: Callable[[], str]) -> str:
    pieces, key = labels().pieces, f"{name}-{spoken()}"
    if key not in pieces:
        pieces[key] = make()
    return pieces[key]


def _counted(found: re.Match[str], counts: Mapping[str, int]) -> str:
    number = counts.get(found[1])
    return f"{found[0]} ({format_decimal(number)})" if number else found[0]


def init_app(app: Flask) -> None:
    """Give templates the lists."""
    app.add_template_global(area_options)
    app.add_template_global(chosen_in)
