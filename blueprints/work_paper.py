"""Paper ballots read at a desk: twice, apart; where readings differ, once more."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.ballot import problems
from app.forms.booth import ReadingForm
from app.queries import booths as queries
from app.queries.actors import current_actor
from app.services import contest_keys, papers
from app.services.papers import Reading
from app.services.refused import Refused
from models import Booth, Contest, PaperBallot, db

from .errors import problem as problem_page
from .guards import may
from .work_booth import booth_here, refused

bp = Blueprint("work_paper", __name__, url_prefix="/kerja/suara/bilik")

SAID = {
    "once": lambda: _("Taken. A colleague reads this paper next."),
    "matched": lambda: _("Both readings agree: this paper counts."),
    "invalid": lambda: _("Both say that it does not count."),
    "differs": lambda: _("The two readings differ. Lay this paper aside for a third pair of eyes."),
    "settled": lambda: _("Settled: this paper counts."),
}


@bp.app_errorhandler(contest_keys.KeyGone)
def _no_key(_problem: contest_keys.KeyGone) -> ResponseReturnValue:
    db.session.rollback()
    return problem_page(409, _("The key of this vote is gone: it is certified, or was made void."))


def _reading(form: ReadingForm, contest: Contest) -> Reading | None:
    """What was read, when the form is in order."""
    if not form.validate():
        return None
    picked = form.picks(contest, problems)
    if picked is None:
        return None
    return Reading(picked.numbers, picked.shares, form.invalid.data or "")


@bp.route("/<id:booth_id>/surat", methods=["GET", "POST"])
@may("run_booth")
@limiter.limit("3000/hour", methods=["POST"])
def key(booth_id: int) -> ResponseReturnValue:
    """Type what a paper says; nobody is shown what a colleague read."""
    booth, contest = booth_here(booth_id)
    form = ReadingForm()
    form.offer(papers.INVALID)
    if request.method == "POST" and (reading := _reading(form, contest)):
        try:
            paper = papers.key(booth, current_actor(), form.serial.data or "", reading)
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "serial")
        else:
            flash(f"{paper.serial}: {SAID[paper.state]()}",
                  "warning" if paper.state == "differs" else "success")  # fmt: skip
            db.session.commit()
            return redirect(url_for(".key", booth_id=booth_id))
    return _page(booth_id, form, 422 if form.errors else 200)


def _page(booth_id: int, form: ReadingForm, status: int) -> ResponseReturnValue:
    booth, contest = booth_here(booth_id)
    me = current_actor().user_id
    rows = queries.papers(db.session(), contest.id, booth_id)
    once = [one for one in rows if one.state == "once"]
    page = render_template(
        "voting/booth_papers.html", booth=booth, contest=contest, form=form, rows=rows,
        mine=[one for one in once if one.first_by_id != me],
        theirs=[one for one in once if one.first_by_id == me],
        differ=[one for one in rows if one.state == "differs"], me=me,
        out=queries.handed(db.session(), contest.id).get(booth_id, queries.Handed()),
    )  # fmt: skip
    return page, status


@bp.route("/<id:booth_id>/surat/<id:paper_id>", methods=["GET", "POST"])
@may("run_booth")
@limiter.limit("600/hour", methods=["POST"])
def settle(booth_id: int, paper_id: int) -> ResponseReturnValue:
    """A paper on which two differ: a third reads it, or both begin again."""
    booth, contest = booth_here(booth_id)
    paper = _paper(booth, paper_id)
    form, actor = ReadingForm(), current_actor()
    form.offer(papers.INVALID)
    del form.serial
    if request.method == "POST":
        try:
            if request.form.get("act") == "again":
                serial = papers.begin_again(paper.id, booth, actor)
                db.session.commit()
                flash(_("%(serial)s: both readings are forgotten. Both read it again.",
                        serial=serial), "success")  # fmt: skip
                return redirect(url_for("work_paper.key", booth_id=booth_id))
            if reading := _reading(form, contest):
                paper = papers.settle(paper.id, booth, actor, reading, form.note.data or "")
                flash(f"{paper.serial}: {SAID[paper.state]()}", "success")
                db.session.commit()
                return redirect(url_for("work_paper.key", booth_id=booth_id))
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "marks")
    booth, contest = booth_here(booth_id)
    paper = _paper(booth, paper_id)
    read_it = actor.user_id in (paper.first_by_id, paper.second_by_id)
    values: dict[str, Any] = {"booth": booth, "contest": contest, "paper": paper, "form": form}
    page = render_template("voting/booth_settle.html", read_it=read_it, **values)
    return page, 422 if form.errors else 200


def _paper(booth: Booth, paper_id: int) -> PaperBallot:
    found = db.session.get(PaperBallot, paper_id)
    if found is None or found.booth_id != booth.id or found.state != "differs":
        abort(404)
    return found
