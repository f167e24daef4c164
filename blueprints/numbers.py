"""The public numbers of Lapor!: the city, its kecamatan and kelurahan, its departments."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.cells import guarded
from app.extensions import language
from app.queries import numbers
from app.queries.labels import area_label, department_label
from models import Area, Department

from .guards import public
from .page import piece, remembered, session

bp = Blueprint("numbers", __name__, url_prefix="/angka")


def _days() -> int:
    """The window asked for; the year when it makes no sense."""
    asked = request.args.get("hari", "")
    return next((days for days in numbers.DAYS if str(days) == asked), numbers.DAYS[-1])


def _page(
    scope: str, code: str, name: str, more: Callable[[], dict[str, Any]] = dict
) -> ResponseReturnValue:
    """The page of one office or area; ``more`` reads the tables below, when they are needed."""
    reads, days = session(), _days()
    counted = numbers.refreshed_at(reads)
    shown = {"scope": scope, "code": code, "name": name, "days": days}

    def made() -> str:
        return piece("numbers/_figures.html", **shown, **_figures(shown, more))

    key = ("numbers", scope, code, name, days, language(), counted)
    body = remembered(key, made) if counted else made()
    page = {"counted": counted, "windows": numbers.DAYS, "body": body}
    return render_template("numbers/index.html", **shown, **page)


def _figures(shown: dict[str, Any], more: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    reads, scope, code = session(), shown["scope"], shown["code"]
    figure = numbers.of(reads, scope, code, shown["days"])
    months = numbers.months(reads, scope, code)
    return {
        "figure": figure,
        "shares": numbers.shares(figure),
        "spreads": numbers.spreads(figure),
        "satisfaction": numbers.satisfaction(figure),
        "months": months,
        "line": numbers.line(months),
        "meanings": numbers.MEANINGS,
        "shares_of": numbers.shares,
        "spreads_of": numbers.spreads,
        **more(),
    }


@bp.get("")
@public
def city() -> ResponseReturnValue:
    """The whole city, then its departments and kecamatan by name."""
    place, reads, days = current_app.config["CITY"], session(), _days()

    def tables() -> dict[str, Any]:
        return {
            "departments": numbers.all_of(reads, "department", days),
            "areas": numbers.all_of(reads, "district", days),
        }

    return _page("city", place.code, place.name, tables)


@bp.get("/opd/<code:department_code>")
@public
def department(department_code: str) -> ResponseReturnValue:
    """One department."""
    if session().get(Department, department_code) is None:
        abort(404)
    return _page("department", department_code, department_label(department_code))


@bp.get("/wilayah/<code:area_code>")
@public
def area(area_code: str) -> ResponseReturnValue:
    """One kecamatan with its kelurahan, or one kelurahan."""
    found = session().get(Area, area_code)
    if found is None or found.level == "kota":
        abort(404)
    if found.level == "kelurahan":
        return _page("area", area_code, area_label(area_code))

    def tables() -> dict[str, Any]:
        return {"areas": numbers.all_of(session(), "area", _days(), area_code)}

    return _page("district", area_code, area_label(area_code), tables)


@bp.get("/unduh.csv")
@public
def download() -> ResponseReturnValue:
    """Every published number as a table."""
    reads, days = session(), _days()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("scope", "code", "name", "days", *numbers.PUBLISHED))
    for scope in ("department", "district", "area"):
        for name, figure in numbers.all_of(reads, scope, days):
            cells = numbers.published(figure).values()
            writer.writerow((scope, figure.code, guarded(name), days, *cells))
    head = {"Content-Disposition": f'attachment; filename="angka-lapor-{days}-hari.csv"'}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=head)
