"""The map of the city, what it is drawn from, the report on it, and looking up places."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import asdict
from functools import cache
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms import whole
from app.kinds import KINDS
from app.queries import areas, facets, listing
from app.queries.calendar import city_day
from app.queries.items import Filters
from app.queries.spot import outside
from app.workflow import Phase
from maps import clusters as marks
from maps import gazetteer, report
from maps.grid import BadView, BBox
from maps.outlines import collection
from maps.place import NoSuchPlace, Place, resolve
from models import reading

from .errors import problem
from .guards import public
from .page import static_url

bp = Blueprint("map", __name__)

REPORT_SECONDS = 60
REPORT_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; "
    "style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@bp.get("/peta")
@public
def city() -> ResponseReturnValue:
    """The map, its filters, and the same numbers as a list."""
    filters = Filters.read(request.args)
    counts = facets.counts(reading(), facets.Chosen())
    phases = [Phase(filters.phase)] if filters.phase else list(Phase)
    args = filters.as_args(kind=filters.kind)
    return render_template(
        "maps/city.html",
        filters=filters,
        args=args,
        counts=counts,
        phases=listing.PHASES,
        lines=areas.lines(reading(), filters.kind, phases),
    )


@bp.get("/peta/klaster.json")
@public
def clusters() -> ResponseReturnValue:
    """What the map shows in a view: ``z`` and ``bbox`` (west, south, east, north), and filters."""
    try:
        answer = marks.clusters(reading(), _zoom(), _bbox(), _narrowed(), _roots())
    except BadView:
        return problem(400, _("The map asked for a part of the world we do not understand."))
    return _json(answer, seconds=20)


@bp.get("/peta/wilayah.json")
@public
def outlines() -> ResponseReturnValue:
    """The kelurahan as GeoJSON, each with its number of open items."""
    counts = {line.code: line.open for line in areas.lines(reading())}
    response = _json(collection(areas.drawn(reading()), counts), seconds=60)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:20])
    return response.make_conditional(request)


@bp.get("/peta/laporan")
@public
def progress() -> ResponseReturnValue:
    """A folium map of open items per kelurahan, and the same numbers as a table."""
    asked = request.args.get("kind", "")
    kind = asked if asked in KINDS else ""
    nonce = secrets.token_urlsafe(16)
    page = render_template(
        "maps/report.html",
        shell=_shell(kind).with_nonce(nonce),
        nonce=nonce,
        kind=kind,
        lines=sorted(areas.lines(reading(), kind), key=lambda line: -line.open),
        at=facets.counts(reading(), facets.Chosen()).at,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = REPORT_POLICY.format(nonce=nonce)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/lokasi/wilayah")
@public
@limiter.limit("600/hour")
def locate() -> ResponseReturnValue:
    """The kelurahan of a pin: ``lon`` and ``lat`` in degrees."""
    try:
        place = resolve(reading(), float(request.args["lon"]), float(request.args["lat"]))
    except (KeyError, ValueError, NoSuchPlace):
        return problem(400, _("These numbers are not a place on the map."))
    return jsonify(
        code=place.code,
        approximate=place.approximate,
        edge=place.edge,
        swapped=place.swapped,
        message=_said(place),
        candidates=[asdict(candidate) for candidate in place.candidates],
        hint=place.hint.name if place.hint else None,
    )


@bp.get("/lokasi/cari")
@public
@limiter.limit("600/hour")
def search() -> ResponseReturnValue:
    """Places, streets and areas by name: ``q``."""
    words = {
        "kelurahan": _("Kelurahan"),
        "kecamatan": _("Kecamatan"),
        "point": _("Coordinates"),
    }
    hits = gazetteer.search(reading(), request.args.get("q", ""))
    found = [asdict(hit) for hit in hits]
    for hit in found:
        kind = words.get(hit["kind"], hit["kind"].replace("_", " ").capitalize())
        hit["kind"] = f"{kind}, {hit['within']}" if hit["within"] else kind
    return jsonify(found)


def _zoom() -> int:
    try:
        return round(float(request.args.get("z", "")))
    except (ValueError, OverflowError):
        raise BadView("zoom") from None


def _bbox() -> BBox:
    try:
        west, south, east, north = map(float, request.args.get("bbox", "").split(","))
    except ValueError:
        raise BadView("bbox") from None
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)


def _narrowed() -> marks.Filters:
    """The filters of the address, as the map counts them."""
    asked = Filters.read(request.args)
    dots = asked.area.count(".")
    return marks.Filters(
        kinds=(asked.kind,) if asked.kind else (),
        phases=(asked.phase,) if asked.phase else (),
        states=tuple(f"{slug}:{asked.state}" for slug in KINDS) if asked.state else (),
        categories=(asked.category,) if asked.category else (),
        departments=(asked.department,) if asked.department else (),
        district=asked.area if dots == 2 else "",
        area=asked.area if dots > 2 else "",
        since=asked.since,
        until=asked.until,
        overdue=city_day() if asked.overdue else None,
        year=_year(),
    )


def _year() -> int | None:
    """The plan year asked for; nonsense is none."""
    year = whole(request.args.get("tahun"))
    return year if year is not None and year < 10_000 else None


@cache
def _roots() -> dict[str, str]:
    """Where the items of each kind have their pages."""
    return {slug: url_for("items.index", kind=kind) for slug, kind in KINDS.items()}


def _said(place: Place) -> str:
    """A sentence about a pin, where one is needed."""
    said: str = ""
    if place.swapped:
        said = _("Longitude and latitude seem to be interchanged. Please set the pin again.")
    elif place.code is None:
        said = outside(place)
    elif place.edge:
        said = _("This place lies just beyond the city's edge. We take it; please check the pin.")
    elif place.approximate:
        said = _("The borders are approximate. Please check that the kelurahan is right.")
    return said


def _json(text: str, seconds: int) -> Response:
    """JSON that others may keep for some seconds."""
    response = make_response(text)
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def _shell(kind: str) -> report.Shell:
    """The folium map, made anew at most once a minute for each kind and language."""
    kept: dict[Any, tuple[float, report.Shell]]
    kept = current_app.extensions.setdefault("rembuk_reports", {})
    key = (kind, str(get_locale()))
    if key not in kept or time.monotonic() - kept[key][0] > REPORT_SECONDS:
        counts = {line.code: line.open for line in areas.lines(reading(), kind)}
        words = (_("Kelurahan"), _("Kecamatan"), _("Open items"))
        made = report.shell(
            areas.drawn(reading()),
            counts,
            current_app.config["CITY"].bbox,
            words,
            asset=lambda path: static_url(f"vendor/{path}"),
        )
        kept[key] = (time.monotonic(), made)
    return kept[key][1]
