"""Go on with an item as one of another kind; places where reports come again and again."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import AREA_ROLES, Actor
from app.extensions import limiter
from app.forms import whole
from app.kinds import KINDS, Kind
from app.queries import bridges as reads
from app.queries import repeated as places
from app.queries.actors import current_actor
from app.services import bridges
from app.workflow import NotAllowed
from models import Item, db

from .guards import may, signed_in
from .items import find

bp = Blueprint("bridging", __name__)
FROM = "lapor"
KECAMATAN = 2  # points in its code


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
    """Places in the actor's areas where at least three reports say the same."""
    areas, after = _areas(current_actor()), whole(request.args.get("sesudah"))
    return render_template(
        "musrenbang/repeated.html",
        areas=areas or [current_app.config["CITY"].code],
        places=places.places(db.session(), areas, after or 0),
        after=after,
        reports=FROM,
    )


def _areas(actor: Actor) -> list[str]:
    """The areas of the actor's seats; none for the whole city."""
    seats = [seat for seat in actor.seats if seat.role in (*AREA_ROLES, "planner", "coordinator")]
    codes = {seat.area_code or "" for seat in seats}
    wide = not all(code.count(".") >= KECAMATAN for code in codes)
    return [] if wide else sorted(codes)


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
