"""Keep a round of scoring, and judge in one."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.extensions import limiter
from app.forms.scoring import (
    CriteriaForm,
    InviteForm,
    RecusalForm,
    RoundForm,
    judge_form,
    pairs_form,
    shown_points,
)
from app.queries import choices, scoring
from app.queries.actors import current_actor
from app.queries.labels import labels
from app.scoring import MOST_INCONSISTENT
from app.services import scoring as service
from app.workflow import NotAllowed
from models import Area, Proposal, ScoringRound, db

from .guards import may, signed_in

bp = Blueprint("work_scoring", __name__, url_prefix="/kerja/musrenbang/penilaian")
BLANK_ROWS = 2
LEVEL_OF = {"kota": "kota", "kecamatan": "kecamatan", "kelurahan": "kelurahan"}


def _round(round_id: int) -> ScoringRound:
    """A round the actor keeps; 404 otherwise."""
    found = db.session.get(ScoringRound, round_id)
    if found is None or not service.keeps(current_actor(), found):
        abort(404)
    return found


@bp.get("")
@may("keep_scoring")
def index() -> ResponseReturnValue:
    """The rounds the actor keeps."""
    actor = current_actor()
    mine = [found for found in scoring.latest(db.session()) if service.keeps(actor, found)]
    return render_template("musrenbang/scoring_rounds.html", rounds=mine)


@bp.get("/tugas")
@signed_in
def tasks() -> ResponseReturnValue:
    """The rounds the actor judges in."""
    user_id = current_actor().user_id or 0
    rounds = scoring.judged_by(db.session(), user_id)
    return render_template("musrenbang/scoring_tasks.html", rounds=rounds)


@bp.route("/baru", methods=["GET", "POST"])
@may("keep_scoring")
@limiter.limit("60/hour", methods=["POST"])
def create() -> ResponseReturnValue:
    """Begin a round."""
    form = RoundForm()
    form.place.choices = _places()
    if request.method == "GET":
        form.plan_year.data = datetime.now(UTC).year + 1
    elif form.validate():
        try:
            made = service.draft(current_actor(), current_app.config["CITY"], _values(form))
        except NotAllowed:
            abort(403)
        db.session.commit()
        return redirect(url_for(".edit", round_id=made.id))
    page = render_template("musrenbang/scoring_new.html", form=form)
    return page, 422 if form.errors else 200


def _places() -> list[tuple[str, Any]]:
    """Areas and departments whose rounds the actor may keep."""
    actor, found = current_actor(), []
    areas = db.session.query(Area).filter(Area.valid_to.is_(None)).order_by(Area.code)
    for area in areas:
        if service.keeper(actor, LEVEL_OF[area.level], area.code, None):
            found.append((f"area:{area.code}", _named(area)))
    for code, name in choices.departments(db.session(), external=False):
        if service.keeper(actor, "forum_opd", None, code):
            found.append((f"opd:{code}", name))
    return found


def _named(area: Area) -> str:
    words = {"kota": area.name, "kecamatan": f"Kecamatan {area.name}"}
    above = labels().areas[area.parent_code] if area.parent_code else ""
    return words.get(area.level, f"Kelurahan {area.name}, {above}")


def _values(form: RoundForm) -> dict[str, Any]:
    sort, _colon, code = form.place.data.partition(":")
    area = db.session.get_one(Area, code) if sort == "area" else None
    return {
        "plan_year": form.plan_year.data,
        "level": LEVEL_OF[area.level] if area else "forum_opd",
        "area_code": area.code if area else None,
        "department_code": None if area else code,
        "name": form.name.data,
        "least": form.least.data,
    }


@bp.route("/<id:round_id>", methods=["GET", "POST"])
@may("keep_scoring")
@limiter.limit("300/hour", methods=["POST"])
def edit(round_id: int) -> ResponseReturnValue:
    """A draft: its criteria and weights; a published round: how far the judging is."""
    found = _round(round_id)
    if found.published_at is not None:
        return _progress(found)
    form = CriteriaForm(formdata=request.form if request.method == "POST" else None,
                        data={"rows": _rows(found)})  # fmt: skip
    if request.method == "POST" and form.validate():
        try:
            service.weigh(found, current_actor(), form.columns())
        except NotAllowed:
            return _gone_on(found)
        db.session.commit()
        flash(_("The criteria are kept."), "success")
        return redirect(url_for(".edit", round_id=found.id))
    return _draft_page(found, form), 422 if form.errors else 200


def _rows(found: ScoringRound) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "code": c.code,
            "name": c.name,
            "weight": shown_points(c.weight),
            "measure": c.measure,
            "limits": "; ".join(map(str, c.limits)),
            "anchors": "\n".join(c.anchors),
        }
        for c in found.criteria
    ]
    return rows + [{}] * BLANK_ROWS


def _draft_page(found: ScoringRound, form: CriteriaForm, **words: Any) -> str:
    names = [c.name for c in found.criteria]
    pairs = words.pop("pairs", None) or pairs_form(names)(formdata=None, data=_compared(found))
    words.setdefault("invite", InviteForm(formdata=None))
    return render_template(
        "musrenbang/scoring_edit.html",
        round=found,
        form=form,
        pairs=pairs,
        unready=service.unready(found),
        count=len(scoring.candidates(db.session(), found)),
        **words,
    )


def _compared(found: ScoringRound) -> dict[str, str]:
    pairs = (found.comparisons or {}).items()
    return {f"p{pair.replace(',', '_')}": value for pair, value in pairs}


def _progress(found: ScoringRound) -> str:
    given = scoring.assessments(db.session(), found)
    listed = scoring.candidates(db.session(), found) if found.closed_at is None else []
    judged = {one.id: sum(not a.recused for a in given.get(one.id, ())) for one in listed}
    done = {a.user_id: sum(any(g.user_id == a.user_id for g in rows) for rows in given.values())
            for a in found.assessors}  # fmt: skip
    return render_template(
        "musrenbang/scoring_progress.html",
        round=found,
        listed=listed,
        judged=judged,
        done=done,
        invite=InviteForm(formdata=None),
        form=FlaskForm(),
    )


def _gone_on(found: ScoringRound) -> ResponseReturnValue:
    db.session.rollback()
    flash(_("Somebody has published or closed this round meanwhile."), "warning")
    return redirect(url_for(".edit", round_id=found.id))


@bp.post("/<id:round_id>/timbang")
@may("keep_scoring")
@limiter.limit("120/hour")
def compare(round_id: int) -> ResponseReturnValue:
    """Weights from comparisons in pairs."""
    found = _round(round_id)
    pairs = pairs_form([c.name for c in found.criteria])()
    if not pairs.validate():
        rows = CriteriaForm(formdata=None, data={"rows": _rows(found)})
        return _draft_page(found, rows, pairs=pairs), 422
    given = {
        (int(i), int(j)): Fraction(field.data)
        for name, field in pairs._fields.items()
        if name.startswith("p")
        for i, j in [name[1:].split("_")]
    }
    try:
        made = service.compare_pairs(found, current_actor(), given)
    except NotAllowed:
        return _gone_on(found)
    db.session.commit()
    if made.ratio > MOST_INCONSISTENT:
        flash(_("The comparisons contradict each other; look at them again."), "warning")
    else:
        flash(_("The weights follow from your comparisons."), "success")
    return redirect(url_for(".edit", round_id=found.id) + "#berpasangan")


@bp.post("/<id:round_id>/penilai")
@may("keep_scoring")
@limiter.limit("120/hour")
def invite(round_id: int) -> ResponseReturnValue:
    """Add an assessor, or take one off a draft."""
    found, form = _round(round_id), InviteForm()
    gone = request.form.get("keluarkan", "")
    try:
        if gone.isdecimal():
            service.dismiss(found, current_actor(), int(gone))
        elif not form.validate():
            return _refused(found, form)
        else:
            service.invite(found, current_actor(), form.email.data or "")
    except service.Unfit as unfit:
        form.email.errors = [str(unfit)]
        return _refused(found, form)
    except NotAllowed:
        return _gone_on(found)
    db.session.commit()
    flash(_("The list of assessors is kept."), "success")
    return redirect(url_for(".edit", round_id=found.id) + "#penilai")


def _refused(found: ScoringRound, form: InviteForm) -> ResponseReturnValue:
    db.session.rollback()
    if found.published_at is not None:
        flash("; ".join(map(str, form.email.errors)), "warning")
        return redirect(url_for(".edit", round_id=found.id))
    rows = CriteriaForm(formdata=None, data={"rows": _rows(found)})
    return _draft_page(found, rows, invite=form), 422


@bp.post("/<id:round_id>/umumkan")
@may("keep_scoring")
@limiter.limit("60/hour")
def publish(round_id: int) -> ResponseReturnValue:
    """Publish the round: weights and criteria stand from now on."""
    found = _round(round_id)
    try:
        service.publish(found, current_actor())
    except service.Unfit as unfit:
        db.session.rollback()
        flash(str(unfit), "warning")
    except NotAllowed:
        return _gone_on(found)
    else:
        db.session.commit()
        flash(_("The round is public; the assessors can begin."), "success")
    return redirect(url_for(".edit", round_id=found.id))


@bp.post("/<id:round_id>/tutup")
@may("keep_scoring")
@limiter.limit("60/hour")
def close(round_id: int) -> ResponseReturnValue:
    """Count the marks and publish the list."""
    found = _round(round_id)
    try:
        service.close(found, current_actor(), incomplete=request.form.get("tetap") == "1")
    except service.Unfit as unfit:
        db.session.rollback()
        flash(str(unfit), "warning")
        return redirect(url_for(".edit", round_id=found.id))
    except NotAllowed:
        return _gone_on(found)
    db.session.commit()
    flash(_("The round is closed and its list public."), "success")
    return redirect(url_for("musrenbang_scoring.show", round_id=found.id))


def _judged(round_id: int) -> ScoringRound:
    """A published round the actor judges in; 404 otherwise."""
    found = db.session.get(ScoringRound, round_id)
    mine = found and any(one.user_id == current_actor().user_id for one in found.assessors)
    if found is None or not mine or found.published_at is None:
        abort(404)
    return found


@bp.get("/<id:round_id>/nilai")
@signed_in
def judging(round_id: int) -> ResponseReturnValue:
    """The proposals to judge, those without marks first."""
    found = _judged(round_id)
    given = scoring.assessments(db.session(), found)
    user_id = current_actor().user_id
    mine = {one: a for one, rows in given.items() for a in rows if a.user_id == user_id}
    listed = sorted(scoring.candidates(db.session(), found), key=lambda one: one.id in mine)
    return render_template("musrenbang/scoring_judging.html", round=found, listed=listed, mine=mine)


@bp.route("/<id:round_id>/nilai/<number>", methods=["GET", "POST"])
@signed_in
@limiter.limit("600/hour", methods=["POST"])
def judge(round_id: int, number: str) -> ResponseReturnValue:
    """Give one proposal its marks, or say why not to."""
    found = _judged(round_id)
    actor = current_actor()
    listed = scoring.candidates(db.session(), found)
    proposal = next((one for one in listed if one.number == number.upper()), None)
    if proposal is None:
        abort(404)
    recuses = "recused" in request.form
    form = judge_form(found.criteria)(formdata=None if recuses else request.form or None,
                                      data=_given(found, proposal))  # fmt: skip
    recusal = RecusalForm(formdata=request.form if recuses else None)
    if request.method == "POST" and (recusal if recuses else form).validate():
        return _judge(found, proposal, form, recusal if recuses else None)
    words = {"own": service.in_conflict(actor, proposal), "recusal": recusal, "form": form}
    page = render_template("musrenbang/scoring_judge.html", round=found, item=proposal, **words)
    return page, 422 if form.errors or recusal.errors else 200


def _given(found: ScoringRound, proposal: Proposal) -> dict[str, Any]:
    rows = scoring.assessments(db.session(), found).get(proposal.id, ())
    mine = next((a for a in rows if a.user_id == current_actor().user_id), None)
    if mine is None:
        return {}
    return {f"m_{code}": str(mark) for code, mark in mine.marks.items()} | {"note": mine.note}


def _judge(
    found: ScoringRound, proposal: Proposal, form: Any, recusal: RecusalForm | None
) -> ResponseReturnValue:
    codes = [c.code for c in found.criteria if not c.measure]
    marks = {} if recusal else {code: int(form[f"m_{code}"].data) for code in codes}
    note = "" if recusal else form.note.data or ""
    why = recusal.recused.data if recusal else ""
    try:
        service.assess(found, current_actor(), proposal, marks, note, why)
    except NotAllowed:
        db.session.rollback()
        flash(_("This proposal cannot be judged any more."), "warning")
    except service.OwnProposal:
        db.session.rollback()
        flash(_("You stand behind this proposal yourself; others judge it."), "warning")
    else:
        db.session.commit()
        flash(_("Kept. You may change it until the round closes."), "success")
    return redirect(url_for(".judging", round_id=found.id))
