"""One act on many items: choose, rehearse, send, and call it off while there is time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.access import ACTS, seat_for
from app.access import may as may_now
from app.extensions import limiter
from app.forms import key_of, whole
from app.forms.steps import StepForm, answers, form_for
from app.kinds import KINDS, Kind
from app.queries import choices, colleagues
from app.queries.actors import current_actor
from app.queries.bulk_acts import latest, with_items
from app.services import bulk_acts
from app.services.bulk_acts import ASSIGN, Verdict
from app.workflow import NotAllowed
from models import BulkAct, Item, db

from .errors import problem
from .guards import may
from .work import act_label, places_for

bp = Blueprint("work_bulk", __name__, url_prefix="/kerja/sekaligus")


class AssignForm(StepForm):
    """Whom the chosen items are given to."""

    to = SelectField(
        lazy_gettext("Colleague"), validators=[InputRequired(lazy_gettext("This is needed."))]
    )
    note = StringField(lazy_gettext("Word to go with it"), validators=[Length(max=300)])


@bp.route("", methods=["GET", "POST"])
@may("act_in_bulk")
@limiter.limit("120/hour", methods=["POST"])
def act() -> ResponseReturnValue:
    """What the act asks, what it would do, and the way into the queue."""
    kind, name = _wanted()
    try:
        chosen = bulk_acts.chosen(list(_seen()), current_actor())
    except bulk_acts.TooMany:
        return problem(400, _("At most 100 at once. Please choose fewer."))
    if not chosen:
        return problem(400, _("Nothing is chosen. Go back and tick what you mean."))
    form = _form(kind, name, chosen)
    if request.method == "POST" and form.validate():
        return _rehearsed(kind, name, chosen, form)
    return _page(kind, name, form, chosen), 422 if form.errors else 200


def _wanted() -> tuple[Kind, str]:
    """The kind and the act of an address ("lapor.route"); 404 for any other."""
    slug, _dot, name = request.values.get("tindakan", "").partition(".")
    if slug not in KINDS or name not in bulk_acts.acts_of(slug):
        abort(404)
    return KINDS[slug], name


def _seen() -> dict[str, int]:
    """Number → the last change its chooser saw ("L-2026-0000001-4:7"); -1 where none is told."""
    pairs = (text.partition(":") for text in request.values.getlist("n"))
    return {number.strip().upper(): _or_none(seen) for number, _colon, seen in pairs if number}


def _or_none(text: str) -> int:
    number = whole(text)
    return -1 if number is None else number


def _form(kind: Kind, name: str, chosen: Sequence[Item]) -> Any:
    if name == ASSIGN:
        form = AssignForm()
        seats = {seat_for(current_actor(), ACTS["assign"], item) or "" for item in chosen}
        people = [p for seat in sorted(seats) if seat for p in colleagues.on_seat(seat)]
        named = dict.fromkeys((str(p.user_id), p.name) for p in people)
        form.to.choices = [("", _("Please choose")), *named]
        return form
    step = kind.workflow.named(name)
    form = form_for(step, choices.of_step(db.session(), step, kind.slug))()
    if name in bulk_acts.OWN:
        form[bulk_acts.OWN[name]].data = None
    return form


def _given(kind: Kind, name: str, form: Any) -> dict[str, Any]:
    if name == ASSIGN:
        return {"to": form.to.data, "note": form.note.data or ""}
    told = answers(form, kind.workflow.named(name))
    return {key: value for key, value in told.items() if value not in (None, "", [])}


def _rehearsed(kind: Kind, name: str, chosen: Sequence[Item], form: Any) -> ResponseReturnValue:
    given = _given(kind, name, form)
    seen = {number: seq for number, seq in _seen().items() if seq >= 0}
    verdicts = bulk_acts.rehearse(chosen, kind.slug, name, current_actor(), given, seen)
    if request.form.get("tahap") == "kirim" and any(not v.problem for v in verdicts):
        key = key_of(form.key.data) or uuid.uuid4()
        queued = bulk_acts.queue(key, kind.slug, name, current_actor(), verdicts, given)
        db.session.commit()
        return redirect(url_for(".show", bulk_id=queued.id))
    page = _page(kind, name, form, chosen, verdicts)
    db.session.rollback()
    return page


def _page(
    kind: Kind, name: str, form: Any, chosen: Sequence[Item], verdicts: Sequence[Verdict] = ()
) -> str:
    return render_template(
        "work/bulk.html",
        kind=kind,
        name=name,
        label=act_label(kind, name),
        form=form,
        chosen=chosen,
        verdicts=verdicts,
        places=places_for(current_actor()),
        pause=int(bulk_acts.PAUSE.total_seconds()),
        own=bulk_acts.OWN.get(name, ""),
    )


@bp.get("/daftar")
@may("act_in_bulk")
def mine() -> ResponseReturnValue:
    """The actor's latest acts on many."""
    found = [(row, _label(row.kind, row.act)) for row in latest(current_actor())]
    return render_template("work/bulk_list.html", acts=found)


def _label(kind: str, name: str) -> Any:
    return act_label(KINDS[kind], name) if kind in KINDS else name


@bp.get("/<id:bulk_id>")
@may("act_in_bulk")
def show(bulk_id: int) -> ResponseReturnValue:
    """How far an act has come, and the button that calls it off."""
    found = _mine(bulk_id)
    left = int((found.run_at - datetime.now(UTC)).total_seconds())
    actor = current_actor()  # what an act did may have taken an item out of its chooser's sight
    readable = {line.item_id for line in found.items if may_now(actor, "read", line.item)}
    return render_template(
        "work/bulk_show.html",
        found=found,
        kind=KINDS[found.kind],
        label=_label(found.kind, found.act),
        left=max(left, 0),
        readable=readable,
        places=places_for(current_actor()),
    )


def _mine(bulk_id: int) -> BulkAct:
    found = with_items(bulk_id)
    if found is None or found.user_id != current_actor().user_id:
        abort(404)
    return found


@bp.post("/<id:bulk_id>/batal")
@may("act_in_bulk")
def cancel(bulk_id: int) -> ResponseReturnValue:
    """Call an act off."""
    try:
        off = bulk_acts.cancel(_mine(bulk_id), current_actor())
    except NotAllowed:
        abort(403)
    db.session.commit()
    if off:
        flash(_("Called off. Nothing has changed."), "success")
    else:
        flash(_("It has begun already; what it did stands below."), "warning")
    return redirect(url_for(".show", bulk_id=bulk_id))
