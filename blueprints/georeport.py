"""Open311 GeoReport v2, reading: ``/georeport/v2``.  See ``/pengembang/georeport``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms import georeport as asked
from app.forms.georeport import Refused
from app.queries import georeport as reads
from app.queries import georeport_services, georeport_shape, georeport_updates
from app.queries.georeport import Wanted
from models import reading

from . import errors
from .georeport_format import PREFIX, answer, finish, kept, problem, speaks
from .guards import public

BASE = "/georeport/v2"
bp = speaks(Blueprint("georeport", __name__, url_prefix=BASE))
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
FORMATS = ["text/xml", "application/json"]
RADIUS, FARTHEST = 500.0, 20_000.0  # metres around lat and long
MOST_PAGES = 1000

errors.ELSEWHERE[PREFIX] = problem
bp.after_app_request(finish)


@bp.get("/discovery.<any(xml,json):form>")
@public
def discovery(form: str) -> Response:
    """Where everything is, and since when."""
    changed = georeport_services.changeset(reading())
    city = current_app.config["CITY"]
    stamp = changed.astimezone(city.zone).isoformat(timespec="milliseconds")
    base = current_app.config["BASE_URL"]
    body = {
        "changeset": stamp,
        "contact": f"{city.facts['contact']['office']}, {city.facts['contact']['email']}",
        "key_service": base + url_for("georeport_docs.guide"),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{base}{BASE}",
                "changeset": stamp,
                "type": "test" if current_app.config["DEMO"] else "production",
                "formats": FORMATS,
            }
        ],
    }
    return kept(answer("discovery", body), changed)


@bp.get("/services.<any(xml,json):form>")
@public
def services(form: str) -> Response:
    """What can be reported."""
    rows = georeport_services.services(reading())
    return kept(answer("services", [georeport_shape.service(row) for row in rows]))


@bp.get("/services/<name>.<any(xml,json):form>")
@public
def service(name: str, form: str) -> Response:
    """What one service asks."""
    if georeport_services.service(reading(), name) is None:
        raise Refused(404, _("service_code was not found."))
    questions = georeport_services.questions(reading(), name)
    return kept(answer("service_definition", georeport_shape.definition(name, questions)))


@bp.get("/requests.<any(xml,json):form>")
@public
def requests(form: str) -> Response:
    """Many requests: by their numbers, or by time and what narrows it."""
    numbers = asked.several(request.args, "service_request_id")
    if numbers:
        rows = reads.by_number(reading(), [number.upper() for number in numbers])
    else:
        rows = reads.requests(reading(), _wanted(request.args))
    return kept(answer("service_requests", _shaped(rows)))


def _wanted(args: Any) -> Wanted:
    """What the parameters ask for.  Raises Refused."""
    start, end = asked.window(args, datetime.now(UTC))
    size = asked.count(args, "page_size", reads.MOST, reads.MOST)
    page = asked.count(args, "page", 1, MOST_PAGES)
    near = asked.position(args)
    return Wanted(
        start,
        end,
        asked.status(args),
        _codes(asked.several(args, "service_code")),
        asked.moment("updated_after", asked.given(args, "updated_after")),
        asked.moment("updated_before", asked.given(args, "updated_before")),
        (*near, _radius(args)) if near else None,
        asked.box(args),
        limit=size,
        offset=(page - 1) * size,
    )


def _radius(args: Any) -> float:
    metres = asked.number(args, "radius")
    return min(max(RADIUS if metres is None else metres, 1.0), FARTHEST)


def _codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    known = tuple(georeport_services.known_services(reading(), codes)) if codes else ()
    if codes and not known:
        raise Refused(404, _("service_code was not found."))
    return known


def _shaped(rows: Any) -> list[dict[str, Any]]:
    """Requests in words; with ``extensions=true`` what goes beyond the specification as well."""
    if request.args.get("extensions") != "true":
        return list(georeport_shape.requests(rows))
    steps = georeport_updates.notes(reading(), [row.id for row in rows])
    return [
        shaped | georeport_shape.extensions(row, steps.get(row.id, ()))
        for row, shaped in zip(rows, georeport_shape.requests(rows), strict=True)
    ]


@bp.get("/requests/<number>.<any(xml,json):form>")
@public
def request_one(number: str, form: str) -> Response:
    """One request."""
    rows = reads.by_number(reading(), [number.upper()])
    if not rows:
        raise Refused(404, _("service_request_id was not found."))
    response = answer("service_requests", _shaped(rows))
    return kept(response, georeport_shape.touched(rows[0]))


@bp.get("/tokens/<token>.<any(xml,json):form>")
@public
def token(token: str, form: str) -> Response:
    """The number of a request for which a token was given; null until it has one."""
    found = reads.of_token(reading(), token)
    if found is None:
        raise Refused(404, _("token was not found."))
    body = [{"service_request_id": found.number, "token": found.token}]
    response = answer("service_requests", body)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/servicerequestupdates.<any(xml,json):form>")
@public
def updates(form: str) -> Response:
    """What happened to requests in a time, oldest first: steps, and what offices answered."""
    start, end = asked.window(request.args, datetime.now(UTC))
    steps = georeport_updates.updates(reading(), start, end)
    words = georeport_updates.official_words(reading(), start, end)
    told = [(row.at, georeport_shape.update(row)) for row in steps]
    told += [(row.at, georeport_shape.official_word(row)) for row in words]
    told.sort(key=lambda pair: pair[0])
    return kept(answer("service_request_updates", [body for _at, body in told[: reads.MOST]]))


@bp.get("/bulk.csv")
@public
@limiter.limit("60/hour")
def bulk() -> Response:
    """Every public request as one file, or those of a time; without a limit of days."""
    start, end = (
        asked.moment(name, asked.given(request.args, name)) for name in ("start_date", "end_date")
    )
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    response = Response(_csv(app, start, end), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="georeport.csv"'
    response.headers["Cache-Control"] = "no-cache"
    return response


def _csv(app: Flask, start: datetime | None, end: datetime | None) -> Iterator[str]:
    """The file, some lines at a time; no connection is held while a slow reader reads."""
    after: int | None = 0
    yield _lines([georeport_shape.BULK_HEADER])
    while after is not None:
        with app.app_context():
            rows = georeport_updates.bulk(reading(), start, end, after)
            text = _lines(georeport_shape.bulk_row(row) for row in rows)
        after = rows[-1].id if rows else None
        yield text


def _lines(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
