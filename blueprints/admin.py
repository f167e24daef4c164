"""Administration: who sits on which seat."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.mandate import ROLE_TITLES, EndMandateForm, MandateForm
from app.queries import choices
from app.queries import mandates as seats
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.services import audit
from app.services import mandates as service
from models import Mandate, User, db

from .guards import may
from .page import last_seen

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/mandat")
@may("give_mandates")
def mandates() -> ResponseReturnValue:
    """The mandates, and the search for whom to give one."""
    words, shown = request.args.get("q", ""), request.args.get("tampil", "now")
    role, before = request.args.get("peran", ""), last_seen()
    held, more = seats.mandates(shown, role if role in ROLE_TITLES else "", before)
    found = _searched(words)
    return render_template(
        "admin/mandates.html",
        held=held,
        more=more,
        before=before,
        found=found,
        words=words[:100],
        shown=shown,
        role=role,
        role_names=ROLE_TITLES,
    )


def _searched(words: str) -> Any:
    """The people found; that an administrator looked for somebody is written down."""
    if not words:
        return None
    found = seats.people(words)
    audit.note("search_people", f"found:{len(found)}", by=current_actor().user_id)
    db.session.commit()
    return found


@bp.route("/mandat/beri/<id:user_id>", methods=["GET", "POST"])
@may("give_mandates")
@limiter.limit("200/hour", methods=["POST"])
def give(user_id: int) -> ResponseReturnValue:
    """Put somebody on a seat."""
    user, form = _or_404(User, user_id), _mandate_form()
    if form.validate_on_submit() and _given(user, form):
        flash(_("The mandate is given and written down."), "success")
        return redirect(url_for(".mandates"))
    status = 422 if form.errors else 200
    held = seats.seats_of(user)
    page = render_template(
        "admin/give.html", form=form, user=user, held=held, role_names=ROLE_TITLES
    )
    return page, status


def _or_404(table: Any, number: int) -> Any:
    found = db.session.get(table, number)
    if found is None or not getattr(found, "is_active", True):
        abort(404)
    return found


def _mandate_form() -> MandateForm:
    form = MandateForm(data={"valid_from": city_day()})
    nothing = [("", "–")]
    form.area_code.choices = {
        "–": nothing,
        _("Kecamatan"): choices.districts(db.session()),
        **choices.kelurahan(),
    }
    form.department_code.choices = nothing + choices.departments(db.session())
    return form


def _given(user: User, form: MandateForm) -> bool:
    told: dict[str, Any] = {n: value or None for n, value in form.data.items() if n in GIVEN}
    told["leads"] = form.leads.data
    try:
        service.give(user, form.role.data, current_actor(), **told, note=form.note.data or "")
    except service.Unfit as unfit:
        db.session.rollback()
        form.role.errors = [str(unfit)]
        return False
    db.session.commit()
    return True


GIVEN = ("area_code", "rw", "department_code", "valid_from", "valid_to")


@bp.route("/mandat/<id:mandate_id>/akhiri", methods=["GET", "POST"])
@may("give_mandates")
@limiter.limit("200/hour", methods=["POST"])
def end(mandate_id: int) -> ResponseReturnValue:
    """End a mandate at once, with a note why."""
    seat, form = _or_404(Mandate, mandate_id), EndMandateForm()
    if form.validate_on_submit():
        try:
            service.end(seat, current_actor(), form.note.data)
        except service.Unfit as unfit:
            form.note.errors = [str(unfit)]
        else:
            db.session.commit()
            flash(_("The mandate has ended; it stays on record."), "success")
            return redirect(url_for(".mandates"))
    status = 422 if form.errors else 200
    page = render_template("admin/end.html", form=form, seat=seat, role_names=ROLE_TITLES)
    return page, status
