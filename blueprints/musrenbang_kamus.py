"""The *kamus usulan*: what can be proposed, what it costs, and what became of its proposals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.exchange import list_tables as tables
from app.forms import Form, whole
from app.forms.readiness import with_readiness
from app.kinds.musrenbang_form import BIDANG, OUTSIDE
from app.queries import catalogue, filing, readiness
from app.queries.calendar import city_day
from app.services.proposing import bidang_name, wanted_words

from .guards import public
from .page import session

bp = Blueprint("musrenbang_kamus", __name__, url_prefix="/musrenbang/kamus")
bp.add_app_template_global(bidang_name)
bp.add_app_template_global(wanted_words)
SHOWN = 24


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Search the catalogue; what fits best comes first.  With ``unduh`` all of it as a table."""
    sought = catalogue.Sought.read(request.args)
    found = catalogue.found(session(), sought)
    if "unduh" in request.args:
        lines = tables.catalogue((entry, price) for entry, price in found)
        answer = Response(tables.as_csv(tables.CATALOGUE, lines))
        answer.mimetype = "text/csv"
        answer.headers["Content-Disposition"] = 'attachment; filename="kamus-usulan.csv"'
        return answer
    first = max(0, min((whole(request.args.get("hal")) or 1) - 1, 1000)) * SHOWN
    rows = found[first : first + SHOWN]
    args = {"q": sought.words, "bidang": sought.bidang, "opd": sought.department}
    kept: dict[str, Any] = {name: value for name, value in args.items() if value}
    page = first // SHOWN + 1
    return render_template(
        "musrenbang/kamus_index.html",
        sought=sought,
        rows=rows,
        many=len(found),
        uses=catalogue.uses(session(), [entry.code for entry, _price in rows]),
        bidang=BIDANG,
        departments=catalogue.departments(session()),
        following=url_for(".index", hal=page + 1, **kept) if len(found) > first + SHOWN else None,
        begin=url_for(".index", **kept) if first else None,
        table=url_for(".index", unduh="csv", **kept) if rows else None,
    )


@bp.get("/pilihan")
@public
def choice() -> ResponseReturnValue:
    """What was chosen on the form, as pieces of the page: its facts, and what has to be ready."""
    code, bidang = request.args.get("catalogue_code", "")[:40], request.args.get("bidang", "")[:20]
    entry = filing.in_catalogue(session(), code.replace("\0", ""))
    bidang = entry.bidang if entry else bidang.replace("\0", "") or "fisik"
    asked = readiness.asked(session(), bidang, entry.code if entry else None)
    form = with_readiness(Form, asked)(MultiDict(request.args), meta={"csrf": False})
    price = entry.price_on(city_day()) if entry else None
    shown = (entry, price) if entry else None
    return render_template("filing/_choice.html", entry=shown, outside=code == OUTSIDE, form=form)


@bp.get("/<line:code>")
@public
def show(code: str) -> ResponseReturnValue:
    """One line: its conditions, its prices over the years, and what became of its proposals."""
    entry = catalogue.entry(session(), code)
    if entry is None:
        abort(404)
    asked = readiness.asked(session(), entry.bidang, entry.code)
    return render_template(
        "musrenbang/kamus_show.html",
        entry=entry,
        price=entry.price_on(city_day()),
        open=entry.holds(city_day()),
        use=catalogue.uses(session(), [code]).get(code, catalogue.Use()),
        examples=catalogue.examples(session(), code),
        asked=asked,
    )
