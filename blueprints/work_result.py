"""Decide beside a result, and certify it with two people."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.forms import clean
from app.queries import results
from app.queries.actors import current_actor
from app.services import certifying, contest_folder, contest_keys, contests
from app.workflow import NotAllowed
from models import Contest, db

from .guards import may

bp = Blueprint("work_result", __name__, url_prefix="/kerja/suara")


def _contest(contest_id: int) -> Contest:
    """A counted contest the actor keeps; 404 otherwise."""
    found = db.session.get(Contest, contest_id)
    if found is None or found.state not in results.OUT:
        abort(404)
    if not contests.keeps(current_actor(), found):
        abort(404)
    return found


def _page(contest: Contest, bare: list[int] | None = None) -> str:
    page = results.page(db.session(), contest)
    return render_template(
        "voting/work_result.html",
        contest=contest,
        page=page,
        few=page is not None and contest_folder.few(contest, page.voters),
        form=FlaskForm(),
        consents=contests.consents(contest, "certify"),
        bare=bare or [],
        given=request.form,
        least=certifying.SHORTEST,
    )


@bp.get("/<id:contest_id>/pengesahan")
@may("certify_contest")
def show(contest_id: int) -> ResponseReturnValue:
    """The computed result, the decision beside it, and who has certified."""
    return _page(_contest(contest_id))


@bp.post("/<id:contest_id>/putusan")
@may("certify_contest")
def decide(contest_id: int) -> ResponseReturnValue:
    """Write the decision down, item by item."""
    contest = _contest(contest_id)
    chosen = {
        one.no: (
            request.form.get(f"putusan-{one.no}") == "ya",
            (clean(request.form.get(f"alasan-{one.no}", "")) or "")[:2000],
        )
        for one in contest.choices
        if request.form.get(f"putusan-{one.no}") in ("ya", "tidak")
    }
    try:
        certifying.decide(contest, current_actor(), chosen)
    except certifying.Unexplained as problem:
        db.session.rollback()
        return _page(_contest(contest_id), problem.args[0]), 422
    except NotAllowed:
        abort(403)
    db.session.commit()
    flash(_("The decision is written down."), "success")
    return redirect(url_for(".show", contest_id=contest_id))


@bp.post("/<id:contest_id>/sahkan")
@may("certify_contest")
def certify(contest_id: int) -> ResponseReturnValue:
    """One of the two signatures under the result."""
    contest = _contest(contest_id)
    try:
        done = certifying.certify(contest, current_actor())
    except NotAllowed:
        abort(403)
    db.session.commit()
    if done:
        contest_keys.destroy(contest_id)
        flash(
            _("The result is certified. The key is destroyed: no ballot leads to anybody."),
            "success",
        )
    else:
        flash(_("You have certified. A second person has to do so, too."), "success")
    return redirect(url_for(".show", contest_id=contest_id))
