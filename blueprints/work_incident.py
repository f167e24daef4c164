"""Incidents of a vote for those who review them; nothing here shows a choice."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms import whole
from app.forms.booth import DecisionForm, IncidentForm, SearchForm
from app.queries import booths as booth_queries
from app.queries import incidents as queries
from app.queries.actors import current_actor
from app.services import contests, incidents
from app.services.refused import Refused
from models import Contest, Incident, db

from .guards import may
from .work_booth import refused

bp = Blueprint("work_incident", __name__, url_prefix="/kerja/suara")


def _contest(contest_id: int) -> Contest:
    found = db.session.get(Contest, contest_id)
    if found is None or not found.is_secret or not incidents.seat_for(current_actor(), found):
        abort(404)
    return found


def _incident(contest_id: int, incident_id: int) -> tuple[Incident, Contest]:
    contest, found = _contest(contest_id), db.session.get(Incident, incident_id)
    if found is None or found.contest_id != contest_id:
        abort(404)
    return found, contest


@bp.route("/<id:contest_id>/kejadian", methods=["GET", "POST"])
@may("review_incidents")
@limiter.limit("60/hour", methods=["POST"])
def index(contest_id: int) -> ResponseReturnValue:
    """What waits, what looks unusual, what was decided; report something."""
    contest, form = _contest(contest_id), IncidentForm()
    form.kind.choices = [("", _("Please choose")), *incidents.KINDS.items()]
    if form.validate_on_submit():
        try:
            made = incidents.raised(contest, current_actor(), form.kind.data, form.words.data or "")
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "words")
        else:
            db.session.commit()
            return redirect(url_for(".show", contest_id=contest_id, incident_id=made.id))
    open_yet = contest.state in incidents.BEFORE_SEALING
    page = render_template(
        "voting/incident_index.html", contest=contest, form=form, sorts=incidents.KINDS,
        rows=queries.listed(db.session(), contest_id), outcomes=incidents.OUTCOMES,
        signs=queries.signs(db.session(), contest) if open_yet else [], open_yet=open_yet,
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/<id:contest_id>/kejadian/tanda")
@may("review_incidents")
@limiter.limit("120/hour")
def look_into(contest_id: int) -> ResponseReturnValue:
    """Make an incident of something unusual."""
    contest = _contest(contest_id)
    try:
        mark = request.form.get("mark", "")[:200]
        made = incidents.looked_into(contest, current_actor(), mark)
    except Refused as problem:
        db.session.rollback()
        flash(str(problem.args[1]), "info")
        return redirect(url_for(".index", contest_id=contest_id))
    db.session.commit()
    return redirect(url_for(".show", contest_id=contest_id, incident_id=made.id))


@bp.route("/<id:contest_id>/kejadian/<id:incident_id>", methods=["GET", "POST"])
@may("review_incidents")
@limiter.limit("120/hour", methods=["POST"])
def show(contest_id: int, incident_id: int) -> ResponseReturnValue:
    """One incident, and its decision."""
    incident, contest = _incident(contest_id, incident_id)
    form = DecisionForm()
    form.outcome.choices = list(incidents.OUTCOMES.items())
    if form.validate_on_submit():
        try:
            done = incidents.decide(
                incident, contest, current_actor(), form.outcome.data, form.note.data or ""
            )
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "outcome")
        else:
            db.session.commit()
            flash(_("Decided. The note stands on the page of the vote.") if done else
                  _("Noted. Somebody else must agree before it holds."), "success")  # fmt: skip
            return redirect(url_for(".show", contest_id=contest_id, incident_id=incident_id))
    return _page(contest_id, incident_id, form, 422 if form.errors else 200)


def _page(contest_id: int, incident_id: int, form: DecisionForm, status: int = 200, **more: Any
          ) -> ResponseReturnValue:  # fmt: skip
    incident, contest = _incident(contest_id, incident_id)
    form.outcome.choices = list(incidents.OUTCOMES.items())
    subject = f"incident:{incident_id}"
    agreed = {
        outcome: contests.consents(contest, act, subject)
        for outcome, act in (("voided", "void_ballots"), ("corrected", "correct"))
    }
    usual: dict[str, Any] = {"search": SearchForm(formdata=None), "found": None}
    page = render_template(
        "voting/incident_show.html", contest=contest, incident=incident, form=form,
        people=queries.people(db.session(), incident_id), sorts=incidents.KINDS, agreed=agreed,
        outcomes=incidents.OUTCOMES, open_yet=contest.state in incidents.BEFORE_SEALING,
        **(usual | more),
    )  # fmt: skip
    return page, status


@bp.post("/<id:contest_id>/kejadian/<id:incident_id>/orang")
@may("review_incidents")
@limiter.limit("600/hour")
def people(contest_id: int, incident_id: int) -> ResponseReturnValue:
    """Find somebody of the roll; say that it is about them, or not."""
    incident, contest = _incident(contest_id, incident_id)
    act, person_id = request.form.get("act", ""), whole(request.form.get("person")) or 0
    blank = DecisionForm(formdata=None)
    if act not in ("add", "remove"):
        form = SearchForm()
        if not form.validate():
            return _page(contest_id, incident_id, blank, 422, search=form)
        found = booth_queries.people(
            db.session(), contest_id, form.name.data or "", form.rw.data, form.last4.data or ""
        )
        return _page(contest_id, incident_id, blank, search=form, found=found)
    try:
        if act == "add":
            incidents.name(incident, contest, current_actor(), [person_id])
        else:
            incidents.unname(incident, contest, current_actor(), person_id)
    except Refused as problem:
        db.session.rollback()
        flash(str(problem.args[1]), "error")
    else:
        db.session.commit()
    return redirect(url_for(".show", contest_id=contest_id, incident_id=incident_id))
