"""Name a cut of a queue and find it again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms import clean_line
from app.queries.actors import current_actor
from app.queries.desk import Cut
from app.services import filters
from app.workflow import NotAllowed
from models import SavedFilter, db

from .errors import problem
from .guards import may
from .work import DESKS, places_for

bp = Blueprint("work_filters", __name__, url_prefix="/kerja/saringan")


@bp.post("")
@may("assign")
@limiter.limit("60/hour")
def save() -> ResponseReturnValue:
    """Keep the filters of a queue under a name."""
    queue, name = request.form.get("antrean", ""), clean_line(request.form.get("nama")) or ""
    if queue not in DESKS or not 1 <= len(name) <= filters.LONGEST:
        return problem(400, _("Please give the filters a name of at most 60 characters."))
    cut: dict[str, Any] = _order() | Cut.read(request.form).args()
    shared = request.form.get("bersama") == "1"
    try:
        filters.save(current_actor(), request.form.get("kursi", ""), queue, name, cut, shared)
    except NotAllowed:
        abort(403)
    except filters.TooMany:
        return problem(409, _("Thirty filters are enough. Forget one before you keep another."))
    db.session.commit()
    flash(_("Kept. You find it above the list."), "success")
    return redirect(url_for(queue, **cut))


def _order() -> dict[str, str]:
    tab, order = request.form.get("tab", ""), request.form.get("urut", "")
    told = {"tab": tab if tab.isascii() and tab.isalpha() else "", "urut": order}
    return {name: value for name, value in told.items() if value in ("baru", told["tab"]) and value}


@bp.post("/<id:filter_id>/hapus")
@may("assign")
def remove(filter_id: int) -> ResponseReturnValue:
    """Forget a filter of one's own; one that is gone stays gone."""
    kept = db.session.get(SavedFilter, filter_id)
    queue = kept.queue if kept is not None else ""
    if kept is not None:
        try:
            filters.remove(kept, current_actor())
        except NotAllowed:
            abort(403)
        db.session.commit()
    places = places_for(current_actor())
    return redirect(url_for(queue) if queue in DESKS else places[0]["url"])
