"""What became of proposals: of the city, a place, an RW over the years, a department."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from babel.numbers import format_compact_decimal
from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from app.cells import guarded
from app.extensions import language, limiter
from app.forms import clean_line, whole
from app.kinds import KINDS, REASONS
from app.queries import funnel
from app.queries.actors import current_actor
from app.queries.labels import area_label, department_label
from models import Area, Department, Funnel, reading

from .guards import public
from .page import piece, remembered, session

bp = Blueprint("musrenbang_funnel", __name__, url_prefix="/musrenbang")


@bp.app_template_filter()
def rupiah_brief(amount: int) -> str:
    """Rupiah in few signs: Rp 1,2 M."""
    if not amount:
        return "–"
    return "Rp " + format_compact_decimal(amount, locale=get_locale(), fraction_digits=1)


HEAD = ("nomor", "judul", "keadaan", "tingkat", "kode_wilayah", "wilayah", "rw", "opd", "volume",
        "satuan", "biaya_diusulkan", "biaya_disepakati", "anggaran", "kontrak", "terserap",
        "persen_fisik", "dukungan", "tahun", "alasan", "lanjutan_dari")  # fmt: skip


def _year(known: list[int]) -> int | None:
    """The year asked for, if something is known of it; else the latest."""
    asked = whole(request.args.get("tahun"))
    return asked if asked in known else next(iter(known), None)


def _page(
    scope: str, code: str, name: str, tables: Callable[[int], dict[str, Any]]
) -> ResponseReturnValue:
    reads = session()
    known = funnel.years(reads, scope, code)
    year, counted = _year(known), funnel.counted_at(reads)
    shown = {"scope": scope, "code": code, "name": name, "year": year}

    def made(counts: Funnel) -> str:
        figures = {"bars": funnel.bars(counts), "exits": funnel.exits(counts)}
        more = {"money": funnel.money(counts), **tables(counts.plan_year)}
        return piece("musrenbang/_funnel.html", **shown, **figures, **more)

    key = ("funnel", scope, code, name, year, language(), counted)
    found = funnel.of(reads, year, scope, code) if year else None
    body = remembered(key, lambda: made(found)) if found else None
    page = {"years": known, "body": body, "counted": counted}
    return render_template("musrenbang/funnel.html", **shown, **page)


@bp.get("/hasil")
@public
def city() -> ResponseReturnValue:
    """The whole city, by kecamatan and by department."""
    place = current_app.config["CITY"]

    def tables(year: int) -> dict[str, Any]:
        reads = session()
        return {
            "places": funnel.below(reads, year, "district"),
            "departments": funnel.below(reads, year, "department"),
        }

    return _page("city", place.code, place.name, tables)


def _area(area_code: str, *levels: str) -> Area:
    found = session().get(Area, area_code)
    if found is None or found.level not in levels:
        abort(404)
    return found


@bp.get("/hasil/wilayah/<code:area_code>")
@public
def area(area_code: str) -> ResponseReturnValue:
    """A kecamatan with its kelurahan, or a kelurahan with its RW."""
    found = _area(area_code, "kecamatan", "kelurahan")
    inner = "area" if found.level == "kecamatan" else "rw"
    scope = "district" if found.level == "kecamatan" else "area"

    def tables(year: int) -> dict[str, Any]:
        return {"places": funnel.below(session(), year, inner, found.code)}

    return _page(scope, found.code, str(area_label(found.code)), tables)


@bp.get("/hasil/wilayah/<code:area_code>/rw/<int:rw>")
@public
def neighbourhood(area_code: str, rw: int) -> ResponseReturnValue:
    """What became of what an RW asked for, year by year, proposal by proposal."""
    found = _area(area_code, "kelurahan")
    reads = session()
    years = funnel.history(reads, found.code, rw)
    if not years:
        abort(404)
    by_year: dict[int, list[Any]] = {line.plan_year: [] for line in years}
    proposals = funnel.of_rw(reads, found.code, rw)
    for proposal in proposals:
        by_year.setdefault(proposal.plan_year, []).append(proposal)
    return render_template(
        "musrenbang/funnel_rw.html",
        area=found,
        rw=rw,
        lines=years,
        by_year=by_year,
        beside=funnel.beside(reads, proposals),
    )


@bp.get("/hasil/opd/<code:department_code>")
@public
def department(department_code: str) -> ResponseReturnValue:
    """What a department made of the proposals it got."""
    if session().get(Department, department_code) is None:
        abort(404)
    name = str(department_label(department_code))
    return _page("department", department_code, name, lambda year: {})


@bp.get("/peta")
@public
def map() -> ResponseReturnValue:
    """The proposals of one plan year on the map, by where they stand."""
    city, kind = current_app.config["CITY"], KINDS["musrenbang"]
    known = funnel.years(session(), "city", city.code)
    year, state = _year(known), request.args.get("state", "")
    state = state if any(state == one.name for one in kind.workflow.states) else ""
    args = {"kind": kind.slug, "state": state, "tahun": year}
    return render_template(
        "musrenbang/map.html",
        kind=kind,
        year=year,
        years=known,
        state=state,
        args={name: value for name, value in args.items() if value},
    )


@bp.get("/hasil/unduh.csv")
@public
@limiter.limit("30/hour")
def download() -> ResponseReturnValue:
    """The proposals of a year as a table; ``wilayah``, ``rw`` and ``opd`` narrow it.

    Of one RW of a kelurahan those of every year, when no year is asked for.  With ``hitungan`` the
    counts themselves: of the city, each place, each RW and each department.
    """
    current_actor()  # whoever has signed in gets a copy that nobody keeps
    year, rw = whole(request.args.get("tahun")), whole(request.args.get("rw"))
    area = clean_line(request.args.get("wilayah", "")[:20])
    if (year is None and not (rw and area)) or not 2000 <= (year or 2000) <= 2100:
        abort(404)
    asked = {
        "year": year,
        "area": area,
        "rw": rw if rw and rw < 1000 else None,
        "department": clean_line(request.args.get("opd", "")[:40]),
    }
    counted = "hitungan" in request.args
    response = Response((_counts if counted else _lines)(asked), mimetype="text/csv")
    name = f"{'hasil' if counted else 'usulan'}-{year or f'rw{rw:02}'}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


COUNTED = (*funnel.STAGES, *funnel.EXITS, *funnel.MONEY)


def _counts(asked: dict[str, Any]) -> Iterator[str]:
    """The counts as a table; whole rupiah."""
    out = io.StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(("tahun", "lingkup", "kode", "nama", "rw", *COUNTED))
    for name, row in funnel.counts(reading(), asked):
        numbers = (getattr(row, column) for column in COUNTED)
        table.writerow((row.plan_year, row.scope, row.code, name, row.rw or "", *numbers))
    yield out.getvalue()


def _lines(asked: dict[str, Any]) -> Iterator[str]:
    """The table line by line, read as it is sent."""
    out = io.StringIO()
    out.write("\ufeff")  # the mark by which spreadsheets know UTF-8
    table = csv.writer(out)
    table.writerow(HEAD)
    workflow = KINDS["musrenbang"].workflow
    for row, reason in funnel.listed(reading(), asked):
        table.writerow(
            (
                row.number, guarded(row.title), workflow[row.state].name, row.level, row.area_code,
                area_label(row.area_code), row.rw or "", row.department_code or "",
                row.volume or "", guarded(row.unit), row.filed_cost or "", row.cost or "",
                row.budget or "", row.contract_value or "", row.spent, row.progress,
                row.support_count, row.plan_year, REASONS.get(reason, reason),
                row.carried_from or "",
            )
        )  # fmt: skip
        if out.tell() > 60_000:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
