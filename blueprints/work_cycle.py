"""Planners keep the calendar: cycles, windows per area, reopening, and what follows."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.extensions import limiter
from app.forms import whole
from app.forms.cycle import CopyForm, CycleForm, ReopenForm, SpanForm, WindowForm, WithdrawForm
from app.queries import choices, cycle_words, cycle_work
from app.queries import cycles as queries
from app.queries.actors import current_actor
from app.services import cycles
from app.services.cycles import Changed, Effect, Unfit, Wanted
from models import STAGES, Cycle, CycleWindow, db

from .guards import may
from .page import session

bp = Blueprint("work_cycle", __name__, url_prefix="/kerja/musrenbang/siklus")


def _cycle(plan_year: int) -> Cycle:
    found = db.session.get(Cycle, plan_year) if plan_year < 3000 else None
    return found or abort(404)


@bp.route("", methods=["GET", "POST"])
@may("plan_cycle")
@limiter.limit("60/hour", methods=["POST"])
def index() -> ResponseReturnValue:
    """All cycles, and a new one."""
    form = CycleForm()
    if form.validate_on_submit():
        year = form.plan_year.data or 0
        cycles.begin(year, current_actor(), form.theme.data or "")
        db.session.commit()
        return redirect(url_for(".show", plan_year=year))
    known = queries.cycles(session())
    if not form.plan_year.data and not form.errors:
        form.plan_year.data = max((c.plan_year for c in known), default=0) + 1 if known else None
    page = render_template("musrenbang/work_cycles.html", form=form, cycles=known)
    return page, 422 if form.errors else 200


@bp.get("/<int:plan_year>")
@may("plan_cycle")
def show(plan_year: int) -> ResponseReturnValue:
    """A cycle: its windows in a table, gaps, and every decision."""
    cycle = _cycle(plan_year)
    return render_template(
        "musrenbang/work_cycle.html",
        cycle=cycle,
        stages=cycle_work.stages(session(), plan_year),
        history=cycle_work.history(session(), plan_year),
        copies=[c for c in queries.cycles(session()) if c.plan_year != plan_year],
        now=g.arrived,
    )


@bp.route("/<int:plan_year>/atur", methods=["GET", "POST"])
@may("plan_cycle")
@limiter.limit("300/hour", methods=["POST"])
def declare(plan_year: int) -> ResponseReturnValue:
    """Set dates: typed, previewed, saved."""
    cycle, form = _cycle(plan_year), WindowForm()
    _choices(form)
    wanted = _wanted(form) if form.validate_on_submit() else []
    return _change(cycle, form, wanted, reason=form.reason.data or "")


@bp.route("/<int:plan_year>/salin", methods=["GET", "POST"])
@may("plan_cycle")
@limiter.limit("60/hour", methods=["POST"])
def copy(plan_year: int) -> ResponseReturnValue:
    """The dates of another cycle, moved to this one."""
    cycle, form = _cycle(plan_year), CopyForm()
    others = [c.plan_year for c in queries.cycles(session()) if c.plan_year != plan_year]
    form.source.choices = [(year, cycle_words.both_years(year)) for year in others]
    wanted = []
    if others and form.validate_on_submit():
        wanted = cycles.from_year(form.source.data, plan_year)
    return _change(cycle, form, wanted, reason="")


def _choices(form: SpanForm) -> None:
    """What may be chosen, and what an address or a standing window suggests."""
    form.stage.choices = [(stage, cycle_words.stage_name(stage)) for stage in STAGES]
    form.area_code.choices = {
        "": [(queries.city_code(), _("The whole city"))],
        _("Kecamatan"): choices.districts(db.session()),
        **choices.kelurahan(),
    }
    if request.method == "GET":
        form.stage.data = request.args.get("tahap", STAGES[0])
        form.area_code.data = request.args.get("wilayah", queries.city_code())
        shown = db.session.get(CycleWindow, whole(request.args.get("jendela")) or 0)
        if shown is not None and shown.opens_at is not None and shown.closes_at is not None:
            zone = current_app.config["CITY"].zone
            form.stage.data, form.area_code.data = shown.stage, shown.area_code
            form.opens_at.data = shown.opens_at.astimezone(zone).replace(tzinfo=None)
            form.closes_at.data = shown.closes_at.astimezone(zone).replace(tzinfo=None)


def _wanted(form: WindowForm) -> list[Wanted]:
    """The windows a form describes: one, or one after another."""
    first, last = form.moments(current_app.config["CITY"].zone)
    want = Wanted(form.stage.data, form.area_code.data, first, last)
    if form.spread.data == "one":
        return [want]
    areas = cycle_work.below(form.area_code.data, form.spread.data)
    return cycles.staggered(want, areas, form.days.data or 0)


def _change(cycle: Cycle, form: Any, wanted: list[Wanted], reason: str) -> ResponseReturnValue:
    """Show the form; once it is sent what would follow; once that is confirmed, save it."""
    year, effects = cycle.plan_year, list[Effect]()
    if wanted:
        effects = cycles.effects(year, wanted, g.arrived)
        wrong = any(effect.problem for effect in effects)
        if form.sure.data and not wrong and (done := _saved(year, form, wanted, reason)):
            return done
        form.seen.data = str(cycles.latest_decision(year))
    form.sure.data = ""
    page = render_template(
        "musrenbang/work_window.html",
        cycle=cycle,
        form=form,
        effects=effects,
        changes=sum(not e.same and not e.problem for e in effects),
        wrong=sum(bool(e.problem) for e in effects),
        copying=isinstance(form, CopyForm),
    )
    return page, 422 if form.errors else 200


def _saved(year: int, form: Any, wanted: list[Wanted], reason: str) -> ResponseReturnValue | None:
    try:
        made = cycles.declare(
            year, wanted, current_actor(), reason=reason, seen=whole(form.seen.data)
        )
    except (Changed, Unfit) as problem:
        db.session.rollback()
        _refused(form, problem)
        return None
    db.session.commit()
    told = ngettext("%(num)s window is set.", "%(num)s windows are set.", len(made))
    flash(told, "success")
    return redirect(url_for(".show", plan_year=year))


def _refused(form: Any, problem: Exception) -> None:
    """Say on the form why it was not done."""
    if isinstance(problem, Changed):
        form.form_errors.append(_("Somebody else decided meanwhile. Please look once more."))
        return
    name, why = problem.args
    if name in form:
        form[name].errors = [*form[name].errors, why]
    else:
        form.form_errors.append(str(why))


@bp.route("/<int:plan_year>/buka-lagi", methods=["GET", "POST"])
@may("plan_cycle")
@limiter.limit("60/hour", methods=["POST"])
def reopen(plan_year: int) -> ResponseReturnValue:
    """Open a stage once more, with a reason everybody reads."""
    cycle, form = _cycle(plan_year), ReopenForm()
    _choices(form)
    if form.validate_on_submit():
        first, last = form.moments(current_app.config["CITY"].zone)
        want = Wanted(form.stage.data, form.area_code.data, first, last)
        try:
            cycles.reopen(plan_year, want, current_actor(), form.reason.data or "")
        except Unfit as problem:
            db.session.rollback()
            _refused(form, problem)
        else:
            db.session.commit()
            flash(_("It opens again. Those with drafts there are told."), "success")
            return redirect(url_for(".show", plan_year=plan_year))
    page = render_template("musrenbang/work_reopen.html", cycle=cycle, form=form)
    return page, 422 if form.errors else 200


@bp.route("/<int:plan_year>/tarik/<id:window_id>", methods=["GET", "POST"])
@may("plan_cycle")
@limiter.limit("120/hour", methods=["POST"])
def withdraw(plan_year: int, window_id: int) -> ResponseReturnValue:
    """Take back dates that have not come yet."""
    cycle, form = _cycle(plan_year), WithdrawForm()
    row = db.session.get(CycleWindow, window_id)
    if row is None or row.plan_year != plan_year or row.act == "remove":
        abort(404)
    if form.validate_on_submit():
        try:
            cycles.withdraw(window_id, current_actor(), form.reason.data or "")
        except (Changed, Unfit) as problem:
            db.session.rollback()
            _refused(form, problem)
        else:
            db.session.commit()
            flash(_("Taken back. It stays in the history."), "success")
            return redirect(url_for(".show", plan_year=plan_year))
    page = render_template("musrenbang/work_withdraw.html", cycle=cycle, form=form, window=row)
    return page, 422 if form.errors else 200
