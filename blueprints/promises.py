"""How the city counts time: office hours, days off, and what it promises."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.queries import promises
from app.queries.calendar import city_day

from .guards import public
from .page import session

bp = Blueprint("promises", __name__)


@bp.get("/waktu-kerja")
@public
def rules() -> ResponseReturnValue:
    """Everything a promise rests on."""
    year = promises.asked_year(request.args.get("tahun", ""))
    this = city_day().year
    return render_template(
        "promises/rules.html",
        rules=promises.rules(session(), year),
        years=[n for n in (this, this + 1) if n != year],
        asked="tahun" in request.args,
    )
