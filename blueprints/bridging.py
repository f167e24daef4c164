"""Go on with an item as one of another kind; places where reports come again and again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import AREA_ROLES
from app.extensions import limiter
from app.kinds import KINDS, Kind
from app.queries import bridges as reads
from app.queries.actors import current_actor
from app.services import bridges
from app.workflow import NotAllowed
from models import Item, db

from .guards import may, signed_in
from .items import find

bp = Blueprint("bridging", __name__)
FROM = "lapor"


@bp.post("/<kind:kind>/<number>/lanjutkan/<kind:to>")
@signed_in
@limiter.limit("60/hour")
def go_on(kind: Kind, number: str, to: Kind) -> ResponseReturnValue:
    """Begin a draft of the other kind, filled from this item."""
    return _begin([find(kind, number)], to)


def _begin(sources: list[Item], to: Kind) -> ResponseReturnValue:
    try:
        key = bridges.begin(current_actor(), sources, to)
    except NotAllowed:
        abort(403)
    db.session.commit()
    return redirect(url_for("filing.step", kind=to, key=key, page="isi"))


@bp.get("/kerja/musrenbang/berulang")
@may("see_repeated")
def repeated() -> ResponseReturnValue:
    """Places in the actor's area where at least three reports say the same."""
    actor = current_actor()
    seats = [seat for seat in actor.seats if seat.role in (*AREA_ROLES, "planner", "coordinator")]
    code = next((seat.area_code for seat in seats if seat.area_code), None)
    code = code or current_app.config["CITY"].code
    rows: list[Any] = reads.again(db.session(), code)
    return render_template(
        "musrenbang/repeated.html", rows=rows, code=code, to=KINDS[FROM].leads_to[0]
    )


@bp.post("/kerja/musrenbang/berulang")
@may("see_repeated")
@limiter.limit("60/hour")
def propose() -> ResponseReturnValue:
    """Begin a proposal from the reports of one place."""
    numbers = [number[:40] for number in request.form.getlist("nomor")][: bridges.MOST]
    found = reads.by_numbers(db.session(), numbers)
    if not found:
        abort(404)
    return _begin(found, KINDS[KINDS[FROM].leads_to[0]])
