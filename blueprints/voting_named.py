"""Give points or marks under one's own name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.extensions import limiter
from app.forms import clean, whole
from app.queries import contests
from app.queries.actors import current_actor
from app.services import named
from app.services.contest_checks import Unfit
from app.workflow import NotAllowed
from models import Contest, db

from .guards import may

bp = Blueprint("voting_named", __name__, url_prefix="/suara")
LONGEST = 1000


def _sat_in(contest_id: int) -> Contest:
    """A contest the actor sits in; 404 otherwise."""
    found = contests.published(db.session(), contest_id)
    if found is None or named.sits(db.session, found, current_actor()) is None:
        abort(404)
    return found


@bp.route("/<id:contest_id>/beri", methods=["GET", "POST"])
@may("judge")
@limiter.limit("300/hour", methods=["POST"])
def give(contest_id: int) -> ResponseReturnValue:
    """A delegate's points on one page; of a jury, the list of what is judged."""
    contest, user_id = _sat_in(contest_id), current_actor().user_id or 0
    if contest.has_jury:
        mine = named.own_marks(db.session, contest.id, user_id)
        return render_template("voting/named_jury.html", contest=contest, mine=mine)
    form = FlaskForm()
    problems, answer = _kept(
        form,
        contest_id,
        lambda: named.share(contest, current_actor(), _points(contest), _text("alasan")),
        _("Your points are kept. You may change them until it closes."),
    )
    if answer is not None:
        return answer
    page = render_template(
        "voting/named_points.html",
        contest=_sat_in(contest_id),
        form=form,
        problems=problems,
        **_shown(contest_id, user_id),
    )
    return page, 422 if problems else 200


def _kept(
    form: FlaskForm, contest_id: int, keep: Callable[[], None], done: str
) -> tuple[list[str], ResponseReturnValue | None]:
    """Keep what was sent, if anything was: what is wrong with it, and where to go on else."""
    if request.method != "POST":
        return [], None
    if not form.validate():
        return [_("This page was open too long. Please send it once more.")], None
    try:
        keep()
    except Unfit as unfit:
        db.session.rollback()
        return list(unfit.args[1]), None
    except NotAllowed:
        db.session.rollback()
        flash(_("It is not open; nothing can be given now."), "warning")
        return [], redirect(url_for("voting.show", contest_id=contest_id))
    db.session.commit()
    flash(done, "success")
    return [], redirect(url_for(".give", contest_id=contest_id))


def _shown(contest_id: int, user_id: int) -> dict[str, Any]:
    """What stands in the fields: what was typed, else what is kept."""
    if request.method == "POST":
        given = {name[5:]: text for name, text in request.form.items() if name.startswith("poin-")}
        return {"given": given, "reason": request.form.get("alasan", "")[:LONGEST], "kept": False}
    mine = named.own_ballot(db.session, contest_id, user_id)
    if mine is None:
        return {"given": {}, "reason": "", "kept": False}
    pairs = zip(mine.choices, mine.points, strict=True)
    return {"given": {str(no): n for no, n in pairs}, "reason": mine.reason, "kept": True}


def _points(contest: Contest) -> dict[int, int]:
    found = {}
    for choice in contest.choices:
        typed = request.form.get(f"poin-{choice.no}", "").strip()
        number = whole(typed)
        found[choice.no] = -1 if typed and number is None else min(number or 0, 30_000)
    return found


@bp.route("/<id:contest_id>/beri/<id:no>", methods=["GET", "POST"])
@may("judge")
@limiter.limit("600/hour", methods=["POST"])
def judge(contest_id: int, no: int) -> ResponseReturnValue:
    """A juror's marks for one of the choices, or why not."""
    contest = _sat_in(contest_id)
    choice = next((one for one in contest.choices if one.no == no), None)
    if choice is None or not contest.has_jury:
        abort(404)
    form = FlaskForm()
    problems, answer = _kept(
        form, contest_id, lambda: _mark(contest, no), _("Kept. You may change it until it closes.")
    )
    if answer is not None:
        return answer
    page = render_template(
        "voting/named_mark.html",
        contest=contest,
        choice=choice,
        form=form,
        problems=problems,
        criteria=named.criteria(contest),
        mine=_mine(contest, no),
        own=named.in_conflict(current_actor(), choice.item_id),
    )
    return page, 422 if problems else 200


def _mark(contest: Contest, no: int) -> None:
    reason, recused = _text("alasan"), _text("mundur")
    if "mundur" in request.form and len(recused) < named.SHORTEST:
        raise Unfit("recused", [_("Please say why you step back. It is published with your name.")])
    typed = [whole(request.form.get(c["code"])) or 0 for c in named.criteria(contest)]
    named.mark(contest, current_actor(), no, typed, reason, recused)


def _text(name: str) -> str:
    return (clean(request.form.get(name, "")) or "")[:LONGEST]


def _mine(contest: Contest, no: int) -> dict[str, Any]:
    codes = [c["code"] for c in named.criteria(contest)]
    if request.method == "POST":
        typed = {code: request.form.get(code, "") for code in codes}
        return {"marks": typed, "reason": request.form.get("alasan", "")[:LONGEST],
                "recused": request.form.get("mundur", "")[:LONGEST]}  # fmt: skip
    kept = named.own_marks(db.session, contest.id, current_actor().user_id or 0).get(no)
    if kept is None:
        return {"marks": {}, "reason": "", "recused": ""}
    marks = dict(zip(codes, map(str, kept.marks), strict=False))
    return {"marks": marks, "reason": kept.reason, "recused": kept.recused}
