"""Sent in the minutes around a stage's close: received at once, filed in turn, told here."""

from __future__ import annotations

import uuid
from typing import cast

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.kinds import KINDS, Kind
from app.queries import cycle_words, cycles, typed_place
from app.queries.actors import current_actor
from app.services import intake
from app.services.before import Closed
from models import Draft, Item, db

from .guards import signed_in
from .page import session

bp = Blueprint("musrenbang_intake", __name__)
LOOK_AGAIN = 5  # seconds
bp.add_app_template_filter(cycle_words.when, "when")
bp.add_app_template_filter(cycle_words.stage_name, "stage_name")
bp.add_app_template_filter(cycle_words.both_years, "both_years")
bp.add_app_template_filter(cycle_words.clock, "clock")


def receive(kind: Kind, key: uuid.UUID) -> ResponseReturnValue | None:
    """Take what was sent around a close, or lead to what was taken; None at all other times."""
    if not kind.filed_in:
        return None
    actor = current_actor()
    known = intake.of(key, actor)
    if known is None or known.status == "refused":
        if not cycles.closes_about(db.session, kind.filed_in, g.arrived):
            return None
        if intake.take(kind, key, actor, g.arrived) is None:
            return None
        db.session.commit()
    return redirect(url_for("musrenbang_intake.waiting", kind=kind, key=key))


def in_line(draft: Draft) -> Response | None:
    """The way to what waits to be filed as it was sent: it is not changed any more."""
    kind = KINDS.get(draft.kind)
    row = intake.of(draft.key, current_actor()) if kind and kind.filed_in else None
    if row is None or row.status != "waiting":
        return None
    return cast(Response, redirect(url_for("musrenbang_intake.waiting", kind=kind, key=draft.key)))


@bp.get("/<kind:kind>/baru/<uuid:key>/diterima")
@signed_in
def waiting(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """When it came, and what became of it."""
    found = intake.of(key, current_actor()) or abort(404)
    if found.status == "filed":
        item = db.session.get_one(Item, found.item_id)
        return redirect(url_for("filing.received", kind=KINDS[item.kind], number=item.number))
    page = render_template("musrenbang/cycle_waiting.html", kind=kind, key=key, intake=found)
    again = {"Refresh": str(LOOK_AGAIN)} if found.status == "waiting" else {}
    return page, 200, again


@bp.app_template_global()
def filing_window(kind: Kind, draft: Draft | None) -> dict[str, object] | None:
    """Whether this may be filed now where it lies, in words; None for what knows no stages."""
    if not kind.filed_in:
        return None
    area = typed_place.area_of(session(), draft.data if draft else {}, current_actor())
    year = cycles.filing_year(session(), kind.filed_in, area, g.arrived)
    table = cycles.timetable(session(), year, kind.filed_in, area)
    if not table.windows:
        return {"open": True, "text": "", "year": year, "again": ""}
    if table.is_open(g.arrived):
        text = cycle_words.standing(kind.filed_in, table, g.arrived)
    else:
        text = cycle_words.closed(kind.filed_in, area, table, g.arrived)
    again = cycle_words.again(table, g.arrived)
    is_open = table.is_open(g.arrived)
    return {"open": is_open, "text": text, "year": year, "area": area, "again": again}


@bp.app_errorhandler(Closed)
def closed(refused: Closed) -> Response:
    """A stage is closed: why, when it opens again, and where what was typed is kept."""
    db.session.rollback()
    place = request.view_args or {}
    kind, key = place.get("kind"), place.get("key")
    drafted = isinstance(kind, Kind) and isinstance(key, uuid.UUID)
    page = render_template(
        "musrenbang/cycle_closed.html",
        why=refused.args[1],
        draft=url_for("filing.step", kind=kind, key=key, page="periksa") if drafted else "",
        opens=refused.table.next(g.arrived),
    )
    return Response(page, status=409)
