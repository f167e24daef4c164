"""What every page knows: the city, who asks, the words for dates, money and seats."""

from __future__ import annotations

import hashlib
import os
from collections import ChainMap, OrderedDict
from collections.abc import Callable, Hashable, KeysView, MutableMapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import (
    format_currency,
    format_date,
    format_datetime,
    format_decimal,
    format_timedelta,
    get_locale,
    get_translations,
)
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.extensions import language, spoken, translated
from app.forms import whole
from app.kinds import KINDS, REASONS, Kind, kind_of, state_of
from app.kinds.musrenbang import LEVEL_NAMES
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.queries.inbox import unread_count
from app.queries.labels import (
    area_label,
    category_label,
    department_label,
    named,
    seat_label,
)
from app.static_files import files_change
from models import db, reading

from .safety import COOKIELESS

LINKS_KEPT = 4096
PIECES_KEPT = 400
FEW = str | int | None | Kind


def session() -> Session:
    """Where a page reads: the cheap reading session for strangers, the usual one for others."""
    return db.session() if current_actor().is_signed_in else reading()


def last_seen() -> int | None:
    """The id after which a list goes on, from the address; nonsense begins at the top."""
    return whole(request.args.get("sebelum"))


@cache
def _kept(filename: str, _changed: float = 0.0) -> str:
    path = Path(current_app.static_folder or "") / filename
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else None
    return url_for("static", filename=filename, v=digest)


def static_url(filename: str) -> str:
    """The address of a static file, with a mark of its content so that it may be kept a year."""
    if not files_change(current_app):
        return _kept(filename)
    try:
        changed = os.stat(f"{current_app.static_folder}/{filename}").st_mtime
    except OSError:
        changed = 0.0
    return _kept(filename, changed)


def piece(template: str, **values: Any) -> Markup:
    """A part of a page as its template made it, to be set into others."""
    return Markup(render_template(template, **values))


def remembered(key: Hashable, make: Callable[[], str]) -> str:
    """A part of a page that was made of the same count before; each process keeps the latest."""
    kept: OrderedDict[Hashable, str] = current_app.extensions.setdefault(
        "rembuk_pieces", OrderedDict()
    )
    found = kept.get(key)
    if found is None:
        found = kept[key] = make()
    while len(kept) > PIECES_KEPT:
        kept.popitem(last=False)
    return found


def ago(moment: datetime) -> str:
    """How long ago (or from now), in words."""
    seconds = _seconds_since(moment)
    just_now = -60 < seconds <= 0  # the clocks of two machines differ
    return _span(-1 if just_now else -seconds, True, spoken())


def _seconds_since(moment: datetime) -> int:
    """Roughly: in whole days, hours or minutes, so that there are few to word."""
    seconds = int((datetime.now(UTC) - moment).total_seconds())
    size = abs(seconds)
    step = 86_400 if size >= 86_400 else 3600 if size >= 3600 else 60 if size >= 60 else 1
    return seconds // step * step


@lru_cache(maxsize=4096)
def _span(seconds: int, directed: bool, _language: str) -> str:
    return str(format_timedelta(timedelta(seconds=seconds), add_direction=directed))


def item_url(item: Any) -> str:
    """The address of an item's page, for lists: put together instead of built."""
    return _shelf(item.kind) + str(item.number)


@cache
def _shelf(kind: str) -> str:
    return url_for("items.index", kind=kind)


def kept(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro whose result depends on its arguments and the language alone, made once for each.

    Arguments are texts, kinds and states, which are few and live as long as the process.  Each
    language has templates, and so macros, of its own (``app.templating``).
    """
    made: dict[tuple[Any, ...], Markup] = {}

    def piece(*args: Any, **words: Any) -> Markup:
        named = [item for pair in words.items() for item in pair]
        key = tuple([_name(value) for value in (*args, *named)])
        found = made.get(key)
        if found is None:
            found = made[key] = macro(*args, **words)
        return found

    piece.is_kept = True  # type: ignore[attr-defined]
    return piece


def _name(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else id(value)


def lasting(since: datetime) -> str:
    """How long something has stood, in words."""
    return _span(_seconds_since(since), False, spoken())


def rupiah(amount: float | None) -> str:
    """Whole rupiah in the reader's language."""
    if amount is None:
        return "–"
    if not isinstance(amount, int) or amount < 0:
        return str(format_currency(amount, "IDR", format="¤#,##0", currency_digits=False))
    sign, between = _rupiah(language())
    return sign + f"{amount:,}".replace(",", between)


def rupiah_writer() -> Callable[[int | None], str]:
    """``rupiah`` for a page with hundreds of them: the language is looked up once."""
    sign, between = _rupiah(language())
    return lambda sum_: "–" if sum_ is None else sign + f"{sum_:,}".replace(",", between)


@cache
def _rupiah(_language: str) -> tuple[str, str]:
    """What stands before whole rupiah and between their thousands; lists have hundreds of them."""
    usual = str(format_currency(1111, "IDR", format="¤#,##0", currency_digits=False))
    sign = usual[: usual.index("1")]
    return sign, usual[len(sign) + 1 : -3]


def day(value: date | datetime | None, form: str = "d MMMM y") -> str:
    """A day in words."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = city_day(value)
    return _day(value, form, language())


@lru_cache(maxsize=4096)
def _day(value: date, form: str, _language: str) -> str:
    return str(format_date(value, form))


def moment(value: datetime) -> str:
    """A day and a time in the city."""
    return str(format_datetime(value, "d MMMM y, HH.mm"))


def lonlat(point: WKBElement) -> tuple[float, float]:
    """A stored point as (lon, lat), degrees."""
    ((lon, lat),) = to_shape(point).coords
    return round(lon, 6), round(lat, 6)


def amount(number: float | None) -> str:
    """A number in the reader's language."""
    return "–" if number is None else _amount(number, language())


@lru_cache(maxsize=4096)
def _amount(number: float, _language: str) -> str:
    return str(format_decimal(number))


def photo_url(name: str, small: bool = False) -> str:
    """The address of a photo, large or as a thumbnail."""
    return url_for("photos.small" if small else "photos.large", name=name)


def _context() -> dict[str, Any]:
    actor = current_actor()
    return {
        "city": current_app.config["CITY"],
        "demo": current_app.config["DEMO"],
        "kinds": list(KINDS.values()),
        "actor": actor,
        "lang": language(),
        "unread": unread_count(actor) if actor.is_signed_in else 0,
        "work_places": _work_places(),
    }


def _work_places() -> list[dict[str, str]]:
    from blueprints.work import places_for

    return places_for(current_actor())


def _remember_language(response: Response) -> Response:
    asked = "" if request.path.startswith(COOKIELESS) else request.args.get("bahasa", "")
    if asked in current_app.config["LANGUAGES"] and response.status_code == 200:
        response.set_cookie("bahasa", asked, max_age=31536000, samesite="Lax", httponly=True)
    return response


def _translations() -> Any:
    """The reader's catalogue, looked up once a request and language, not once a word."""
    locale = get_locale()
    if g.get("catalogue_of") is not locale:
        g.catalogue_of, g.catalogue = locale, get_translations()
    return g.catalogue


def _quick_translations(app: Flask) -> None:
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _translations().ugettext(text),
        lambda one, many, n: _translations().ungettext(one, many, n),
        newstyle=True,
    )


class _Shared(ChainMap[str, Any]):
    """Names every template knows; asked for at each import of a macro, so quickly listed."""

    def keys(self) -> KeysView[str]:
        return {name: None for known in self.maps for name in known}.keys()


def _quick_imports(app: Flask) -> None:
    def shared(d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return _Shared(d or {}, app.jinja_env.globals)

    app.jinja_env.make_globals = shared  # type: ignore[method-assign]


def _quick_links(app: Flask) -> None:
    """Paths of this site are put together once: a page holds dozens, the same on every page."""
    known: dict[tuple[Any, ...], str] = {}

    def link(endpoint: str, **values: Any) -> str:
        if endpoint.startswith(".") or not all(isinstance(v, FEW) for v in values.values()):
            return app.url_for(endpoint, **values)
        key = (endpoint, *((name, type(v), _name(v)) for name, v in values.items()))
        if key not in known:
            if len(known) >= LINKS_KEPT:
                known.clear()
            known[key] = app.url_for(endpoint, **values)
        return known[key]

    app.jinja_env.globals["url_for"] = link


def init_app(app: Flask) -> None:
    """Give templates what they all use."""
    _quick_translations(app)
    _quick_imports(app)
    _quick_links(app)
    app.context_processor(_context)
    app.after_request(_remember_language)
    filters = (day, moment, ago, lasting, rupiah, amount, named, seat_label, lonlat, translated)
    for function in filters:
        app.add_template_filter(function)
    app.add_template_filter(area_label, "area")
    app.add_template_filter(category_label, "category")
    app.add_template_filter(department_label, "department")
    app.add_template_filter(lambda code: REASONS.get(code, code), "reason")
    app.add_template_global(lambda level: LEVEL_NAMES.get(level, level), "level_name")
    app.add_template_global(photo_url)
    app.add_template_global(static_url)
    app.add_template_global(item_url)
    app.add_template_global(kept)
    app.add_template_global(kind_of)
    app.add_template_global(state_of)
    app.add_template_global(lambda: g.reference, "reference")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
