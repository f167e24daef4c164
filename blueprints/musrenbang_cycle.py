"""The public calendar of e-Musrenbang: what is open now, what comes next, for my kelurahan."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.forms import whole
from app.kinds import KINDS
from app.queries import cycle_calendar, cycles, filing
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.queries.labels import labels

from .guards import public
from .page import session

bp = Blueprint("musrenbang_cycle", __name__, url_prefix="/musrenbang")


def asked_area() -> str:
    """The area asked for, else the reader's own, else the whole city."""
    asked = request.args.get("wilayah", "")
    if asked in labels().areas:
        return asked
    own = filing.profile(current_actor()).get("area_code") if "wilayah" not in request.args else ""
    return own or cycles.city_code()


@bp.get("/siklus")
@public
def calendar() -> ResponseReturnValue:
    """Every cycle with its stages; the current one first."""
    reads, area = session(), asked_area()
    known = cycles.cycles(reads)
    now = cycles.current(reads, city_day(g.arrived))
    year = whole(request.args.get("tahun")) or (now.plan_year if now else None)
    chosen = next((cycle for cycle in known if cycle.plan_year == year), now)
    page = cycle_calendar.page(reads, chosen, area, g.arrived) if chosen else None
    return render_template(
        "musrenbang/cycle_calendar.html",
        kind=KINDS["musrenbang"],
        cycles=known,
        current=now,
        page=page,
        area=area,
        whole_city=area == cycles.city_code(),
        usual=city_day(g.arrived).year + 1,
    )


@bp.get("/siklus.ics")
@public
def feed() -> ResponseReturnValue:
    """The windows as a calendar that phones and offices subscribe to."""
    base = current_app.config["BASE_URL"]
    found = cycle_calendar.agenda(session(), asked_area())
    text = cycle_calendar.ics(
        found, urlsplit(base).hostname or "rembuk", base + url_for(".calendar")
    )
    return Response(text, content_type="text/calendar; charset=utf-8")
