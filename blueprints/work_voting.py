"""Keep votes: draft them, publish them, answer objections, enrol late, make them void."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.extensions import limiter
from app.forms import whole
from app.forms.contest import (
    AnswerForm,
    ContestForm,
    SeatForm,
    VoidForm,
)
from app.queries import contests, people
from app.queries.actors import current_actor
from app.services import accounts, contest_keys, named, roll_changes
from app.services import contests as service
from app.services.contest_checks import Unfit
from app.workflow import NotAllowed
from models import Contest, RollDispute, db

from . import contest_columns
from .guards import may
from .voting import LEVELS, MODES, to_the_letter

bp = Blueprint("work_voting", __name__, url_prefix="/kerja/suara")


def _contest(contest_id: int) -> Contest:
    """A contest the actor keeps; 404 otherwise."""
    found = db.session.get(Contest, contest_id)
    if found is None or not service.keeps(current_actor(), found):
        abort(404)
    return found


@bp.get("")
@may("keep_contests")
def index() -> ResponseReturnValue:
    """The contests the actor keeps."""
    mine = [c for c in contests.kept_in(db.session()) if service.keeps(current_actor(), c)]
    waiting = contests.open_disputes(db.session(), [c.id for c in mine])
    return render_template("voting/work_index.html", contests=mine, waiting=waiting)


@bp.route("/baru", methods=["GET", "POST"])
@may("keep_contests")
@limiter.limit("60/hour", methods=["POST"])
def create() -> ResponseReturnValue:
    """Begin a draft."""
    form = ContestForm(data=contest_columns.usual() if request.method == "GET" else None)
    form.place.choices = contest_columns.places(current_actor())
    if (
        request.method == "POST"
        and form.validate()
        and (values := contest_columns.values(form)) is not None
    ):
        try:
            made = service.draft(current_actor(), values)
        except NotAllowed:
            abort(403)
        db.session.commit()
        flash(_("The draft is kept. Now choose what is voted on."), "success")
        return redirect(url_for(".edit", contest_id=made.id) + "#pilihan")
    page = render_template("voting/work_new.html", form=form)
    return page, 422 if form.errors else 200


@bp.route("/<id:contest_id>", methods=["GET", "POST"])
@may("keep_contests")
@limiter.limit("300/hour", methods=["POST"])
def edit(contest_id: int) -> ResponseReturnValue:
    """A draft: everything of it; a published contest: what can still be done with it."""
    contest = _contest(contest_id)
    if contest.state != "draft":
        return _published(contest)
    form = ContestForm(data=contest_columns.told(contest))
    form.place.choices = contest_columns.places(current_actor())
    if (
        request.method == "POST"
        and form.validate()
        and (values := contest_columns.values(form)) is not None
    ):
        try:
            service.edit(contest, current_actor(), values)
        except NotAllowed:
            return _gone_on(contest)
        db.session.commit()
        flash(_("The draft is kept."), "success")
        return redirect(url_for(".edit", contest_id=contest.id))
    return _draft_page(contest, form), 422 if form.errors else 200


def _draft_page(contest: Contest, form: ContestForm, **words: Any) -> str:
    words.setdefault("invite", SeatForm(formdata=None))
    return render_template(
        "voting/work_draft.html",
        contest=contest,
        form=form,
        offered=service.on_offer(contest),
        picked={choice.item_id: choice.no for choice in contest.choices},
        jury=contests.jury(db.session(), contest.id),
        letter=to_the_letter(contest),
        unready=service.unready(contest, datetime.now(UTC)),
        token=FlaskForm(),
        modes=MODES,
        levels=LEVELS,
        **words,
    )


def _published(contest: Contest, **words: Any) -> str:
    now = datetime.now(UTC)
    found = contests.disputes(db.session(), contest.id)
    words.setdefault("void", VoidForm(formdata=None))
    words.setdefault("answer", AnswerForm(formdata=None))
    words.setdefault("answered", 0)
    asked = request.args.get("cari", "")[:80]
    return render_template(
        "voting/work_show.html",
        contest=contest,
        standing=contests.standing(contest, now),
        disputes=found,
        people=people.named(db.session(), {d.raised_by_id for d in found}),
        seekers=people.seek(db.session(), contest.area_code, asked) if asked else (),
        seek=asked,
        versions=contests.versions(db.session(), contest.id),
        jury=contests.jury(db.session(), contest.id),
        judged=named.judged(db.session(), contest) if contest.has_jury else {},
        least_marks=named.least_marks(contest),
        consents=service.consents(contest, "void"),
        may_void=service.may_consent(current_actor(), contest, "void"),
        token=FlaskForm(),
        **words,
    )


def _gone_on(contest: Contest) -> ResponseReturnValue:
    db.session.rollback()
    flash(_("Somebody has gone on with this vote meanwhile. This is how it stands now."), "warning")
    return redirect(url_for(".edit", contest_id=contest.id))


@bp.post("/<id:contest_id>/pilihan")
@may("keep_contests")
@limiter.limit("300/hour")
def pick(contest_id: int) -> ResponseReturnValue:
    """What is voted on."""
    contest = _contest(contest_id)
    found = map(whole, request.form.getlist("item"))
    ids = [one for one in found if one is not None]
    try:
        service.pick(contest, current_actor(), ids)
    except NotAllowed:
        return _gone_on(contest)
    except Unfit:
        db.session.rollback()
        flash(_("Something you chose cannot stand on this ballot. Please choose again."), "warning")
    else:
        db.session.commit()
        flash(_("What is voted on is kept."), "success")
    return redirect(url_for(".edit", contest_id=contest_id) + "#pilihan")


@bp.post("/<id:contest_id>/juri")
@may("keep_contests")
@limiter.limit("120/hour")
def invite(contest_id: int) -> ResponseReturnValue:
    """Name a juror or a delegate, or take one off."""
    contest, form = _contest(contest_id), SeatForm()
    gone = whole(request.form.get("keluarkan"))
    try:
        if gone is not None:
            service.unseat_juror(contest, current_actor(), gone)
        else:
            user = accounts.confirmed(form.email.data or "") if form.validate() else None
            if user is None:
                form.email.errors = form.email.errors or [
                    _("We know no confirmed account with this address.")
                ]
                again = ContestForm(formdata=None, data=contest_columns.told(contest))
                again.place.choices = contest_columns.places(current_actor())
                return _draft_page(contest, again, invite=form), 422
            service.seat_juror(contest, current_actor(), user, form.seat.data or "")
    except NotAllowed:
        return _gone_on(contest)
    db.session.commit()
    flash(_("The list is kept."), "success")
    return redirect(url_for(".edit", contest_id=contest_id) + "#juri")


@bp.post("/<id:contest_id>/umumkan")
@may("keep_contests")
@limiter.limit("60/hour")
def publish(contest_id: int) -> ResponseReturnValue:
    """Freeze it and make it public; asked once more before."""
    contest = _contest(contest_id)
    if request.form.get("yakin") != "1":
        return render_template(
            "voting/work_publish.html",
            contest=contest,
            letter=to_the_letter(contest),
            unready=service.unready(contest, datetime.now(UTC)),
            modes=MODES,
            levels=LEVELS,
            token=FlaskForm(),
        )
    try:
        service.publish(contest, current_actor())
    except NotAllowed:
        return _gone_on(contest)
    except Unfit as unfit:
        db.session.rollback()
        flash(" ".join(unfit.args[1]), "warning")
    else:
        db.session.commit()
        flash(_("The vote is announced. Nothing of it can change any more."), "success")
    return redirect(url_for(".edit", contest_id=contest_id))


@bp.post("/<id:contest_id>/buang")
@may("keep_contests")
@limiter.limit("60/hour")
def discard(contest_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    contest = _contest(contest_id)
    try:
        service.discard(contest, current_actor())
    except NotAllowed:
        return _gone_on(contest)
    db.session.commit()
    flash(_("The draft is gone."), "success")
    return redirect(url_for(".index"))


@bp.post("/<id:contest_id>/keberatan/<id:dispute_id>")
@may("keep_contests")
@limiter.limit("300/hour")
def decide(contest_id: int, dispute_id: int) -> ResponseReturnValue:
    """Answer an objection."""
    contest, form = _contest(contest_id), AnswerForm()
    found = db.session.get(RollDispute, dispute_id)
    if found is None or found.contest_id != contest.id:
        abort(404)
    if not form.validate():
        return _published(contest, answer=form, answered=dispute_id), 422
    try:
        roll_changes.decide(
            found,
            contest,
            current_actor(),
            accept=request.form.get("putusan") == "terima",
            answer=form.answer.data or "",
            person_id=whole(form.person.data),
        )
    except Unfit as unfit:
        db.session.rollback()
        form.answer.errors = unfit.args[1]
        return _published(_contest(contest_id), answer=form, answered=dispute_id), 422
    except NotAllowed:
        return _gone_on(contest)
    db.session.commit()
    flash(_("The answer is kept; whoever objected finds it on the page of the vote."), "success")
    return redirect(url_for(".edit", contest_id=contest_id) + "#keberatan")


@bp.post("/<id:contest_id>/daftarkan")
@may("keep_contests")
@limiter.limit("600/hour")
def enrol(contest_id: int) -> ResponseReturnValue:
    """Put somebody on the roll late."""
    contest = _contest(contest_id)
    try:
        roll_changes.enrol(contest, current_actor(), whole(request.form.get("person")) or 0)
    except Unfit as unfit:
        db.session.rollback()
        flash(" ".join(unfit.args[1]), "warning")
    except NotAllowed:
        return _gone_on(contest)
    else:
        db.session.commit()
        flash(_("They are on the list of voters now."), "success")
    return redirect(url_for(".edit", contest_id=contest_id) + "#daftarkan")


@bp.post("/<id:contest_id>/batalkan")
@may("certify_contest")
@limiter.limit("60/hour")
def void(contest_id: int) -> ResponseReturnValue:
    """Be one of the two who make a contest void."""
    contest, form = _contest(contest_id), VoidForm()
    if contest.state == "draft":
        abort(404)
    if not form.validate():
        return _published(contest, void=form), 422
    try:
        done = service.void(contest, current_actor(), form.reason.data or "")
    except (NotAllowed, Unfit):
        return _gone_on(contest)
    db.session.commit()
    if done:
        contest_keys.destroy(contest_id)
        flash(_("The vote is void; the reason stands on its page."), "success")
    else:
        flash(_("You have agreed. One other official has to agree as well."), "info")
    return redirect(url_for(".edit", contest_id=contest_id))
