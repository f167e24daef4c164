"""Whose hands an item is in, and what somebody who left hands over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.access import may as allowed
from app.extensions import limiter
from app.forms import clean_line, whole
from app.kinds import Kind
from app.queries import colleagues
from app.queries.actors import current_actor
from app.queries.labels import seat_label
from app.services import assignments
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Item, db

from .errors import problem
from .guards import may, signed_in
from .items import find

bp = Blueprint("work_hands", __name__)
LONGEST = 300


@bp.post("/<kind:kind>/<number>/petugas")
@signed_in
@limiter.limit("600/hour")
def change(kind: Kind, number: str) -> ResponseReturnValue:
    """Take an item, give it to a colleague, or lay it back."""
    item, actor = find(kind, number), current_actor()
    if not allowed(actor, "assign", item):
        abort(403)
    note = (clean_line(request.form.get("catatan")) or "")[:LONGEST]
    act = _act(item, note)
    if act is None:
        return problem(400, _("Please choose who shall have it."))
    try:
        act()
    except Refused as wrong:
        return problem(409, wrong.args[1])
    db.session.commit()
    flash(_("It is written down; only colleagues see it."), "success")
    return redirect(url_for("items.show", kind=kind, number=number, _anchor="petugas"))


def _act(item: Item, note: str) -> Callable[[], Any] | None:
    actor, wanted = current_actor(), request.form.get("ke", "")
    if wanted == "saya" and actor.user_id is not None:
        return lambda: assignments.give(item, actor, actor.user_id or 0, note)
    if wanted == "kosong":
        return lambda: assignments.lay_back(item, actor, note)
    to = whole(wanted)
    return None if to is None else lambda: assignments.give(item, actor, to, note)


@bp.get("/kerja/serah-terima")
@may("assign")
def hand_over() -> ResponseReturnValue:
    """What is in whose hands on the actor's seats; first what people who left hold."""
    actor = current_actor()
    seats = tuple(dict.fromkeys(seat.name for seat in actor.seats))
    people = {seat: colleagues.on_seat(seat) for seat in seats}
    here = {(person.user_id, person.seat) for held in people.values() for person in held}
    rows = colleagues.in_hand(seats)
    lines = [{"row": row, "left": (row.user_id, row.seat) not in here} for row in rows]
    return render_template(
        "work/hand_over.html",
        lines=sorted(lines, key=lambda line: not line["left"]),
        people=people,
        seat_label=seat_label,
    )


@bp.post("/kerja/serah-terima")
@may("assign")
@limiter.limit("60/hour")
def move_all() -> ResponseReturnValue:
    """Move everything open of one person on a seat to another, or lay it back."""
    source, wanted = whole(request.form.get("dari")), request.form.get("ke", "")
    to = whole(wanted)
    if source is None or (to is None and wanted != "kosong"):
        return problem(400, _("Please choose who shall have it."))
    try:
        moved = assignments.hand_over(request.form.get("kursi", ""), current_actor(), source, to)
    except NotAllowed:
        abort(403)
    except Refused as wrong:
        return problem(409, wrong.args[1])
    db.session.commit()
    flash(ngettext("%(num)s item was handed over.", "%(num)s items were handed over.", moved),
          "success")  # fmt: skip
    return redirect(url_for(".hand_over"))
