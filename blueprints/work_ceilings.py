"""Where planners set ceilings: one table, what would follow, and the publication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.extensions import limiter
from app.forms import whole
from app.forms.ceilings import DecreeForm, Table, decree, name_of, names, paste, read_cells, short
from app.queries import ceiling_effects, ceiling_table, ceilings
from app.queries.actors import current_actor
from app.queries.ceiling_table import Group
from app.queries.ceilings import Excess
from app.queries.labels import area_label, labels
from app.services import ceilings as service
from models import CeilingVersion, Whose, db

from .guards import may
from .ranked import YEARS, year_asked

bp = Blueprint("work_ceilings", __name__, url_prefix="/kerja/musrenbang/pagu")
bp.add_app_template_global(name_of, "ceiling_cell")


def too_much(excess: Iterable[Excess]) -> list[str]:
    """Where parts come to more than their whole, in plain words."""
    told = []
    for one in excess:
        sum_, area = short(one.over), area_label(one.area_code)
        if one.of_departments:
            told.append(_("%(sum)s more than the ceiling of %(area)s: departments together come"
                          " to %(parts)s, it has %(amount)s.", sum=sum_, area=area,
                          parts=short(one.parts), amount=short(one.amount)))  # fmt: skip
        else:
            told.append(_("%(sum)s more than the ceiling of %(area)s: its parts come to %(parts)s,"
                          " it has %(amount)s.", sum=sum_, area=area, parts=short(one.parts),
                          amount=short(one.amount)))  # fmt: skip
    return told


@bp.get("")
@may("keep_ceilings")
def index() -> ResponseReturnValue:
    """The table of the current cycle."""
    return redirect(url_for(".edit", plan_year=year_asked(db.session)))


@bp.get("/<int:plan_year>")
@may("keep_ceilings")
def edit(plan_year: int) -> ResponseReturnValue:
    """The table with the draft, or with what is in force."""
    found = _draft(plan_year)
    form, table = DecreeForm(obj=found), _usual(plan_year, found)
    if found is None and table.amounts:
        form.kind.data = "penyesuaian"
    return _page(plan_year, form, found, table)


def _draft(plan_year: int) -> CeilingVersion | None:
    if plan_year not in YEARS:
        abort(404)
    return service.draft(plan_year)


def _usual(plan_year: int, found: CeilingVersion | None) -> Table:
    """What stands in the cells before anybody types: the draft over what is in force."""
    table = Table(amounts=ceilings.in_force(db.session, plan_year))
    table.amounts |= service.amounts_of(found) if found else {}
    table.typed = {one: short(amount) for one, amount in table.amounts.items()}
    return table


def _page(
    plan_year: int,
    form: DecreeForm,
    found: CeilingVersion | None,
    table: Table,
    status: int = 200,
    **more: Any,
) -> ResponseReturnValue:
    groups: list[Group] = more.pop("groups", None) or ceiling_table.frame(db.session)
    in_force = ceilings.in_force(db.session, plan_year)
    levels, parents = ceilings.tree(db.session)
    amounts = in_force | table.amounts
    page = render_template(
        "musrenbang/ceilings_edit.html",
        year=plan_year,
        form=form,
        draft=found,
        table=table,
        groups=groups,
        in_force=in_force,
        sums=ceiling_table.sums(groups, amounts),
        excess=too_much(ceilings.over(amounts, levels, parents)),
        years=sorted({*ceilings.years(db.session), plan_year, plan_year + 1}, reverse=True),
        **{"problems": [], "stale": False, "pasted": "", **more},
    )
    return page, status


@bp.post("/<int:plan_year>")
@may("keep_ceilings")
@limiter.limit("300/hour")
def save(plan_year: int) -> ResponseReturnValue:
    """Read what was pasted into the table, or keep the table as the draft."""
    found, form = _draft(plan_year), DecreeForm()
    groups = ceiling_table.frame(db.session)
    known = [line.whose for group in groups for line in group.lines]
    table, pasted = read_cells(request.form, known), request.form.get("paste", "")[:200_000]
    if pasted.strip():
        problems = paste(pasted, _names(known), table)
        said = pasted if problems else ""
        more = {"problems": problems, "pasted": said, "read": True}
        return _page(plan_year, form, found, table, 422 if problems else 200, groups=groups, **more)
    if not form.validate_on_submit() or table.wrong:
        return _page(plan_year, form, found, table, 422, groups=groups)
    seen = whole(request.form.get("revision"))
    told = service.Decree(*decree(form))
    try:
        service.save(current_actor(), plan_year, table.amounts, told,
                     -1 if seen is None else seen, g.arrived)  # fmt: skip
    except service.Stale:
        db.session.rollback()
        return _page(plan_year, form, service.draft(plan_year), table, 409, stale=True)
    db.session.commit()
    flash(_("The draft is kept. Nobody but planners sees it."), "success")
    to = ".preview" if "look" in request.form else ".edit"
    return redirect(url_for(to, plan_year=plan_year))


def _names(known: Iterable[Whose]) -> Mapping[str, list[Whose]]:
    words, here = labels(), set(known)
    areas = {code: name for code, name in words.areas.items() if Whose(code) in here}
    known_names = words.department_names
    offices = [
        (code, abbreviation, known_names.get(code, abbreviation))
        for code, abbreviation in words.departments.items()
        if Whose("", code) in here
    ]
    return names(areas, words.levels, offices)


@bp.get("/<int:plan_year>/akibat")
@may("keep_ceilings")
def preview(plan_year: int) -> ResponseReturnValue:
    """What would follow from the draft, item by item, before anybody is told."""
    found = _draft(plan_year)
    if found is None:
        return redirect(url_for(".edit", plan_year=plan_year))
    return _preview(plan_year, found)


def _preview(
    plan_year: int, found: CeilingVersion, problems: Iterable[str] = (), status: int = 200
) -> ResponseReturnValue:
    before = ceilings.in_force(db.session, plan_year)
    mine = service.amounts_of(found)
    after = before | mine
    levels, parents = ceilings.tree(db.session)
    page = render_template(
        "musrenbang/ceilings_preview.html",
        year=plan_year,
        draft=found,
        before=before,
        mine=sorted(mine.items()),
        shifts=ceiling_effects.shifts(db.session, plan_year, before, after),
        excess=too_much(ceilings.over(after, levels, parents)),
        problems=list(problems),
    )
    return page, status


@bp.post("/<int:plan_year>/akibat")
@may("keep_ceilings")
@limiter.limit("60/hour")
def publish(plan_year: int) -> ResponseReturnValue:
    """Let the draft hold, and tell whoever stands behind what crosses a line."""
    if plan_year not in YEARS:
        abort(404)
    seen = whole(request.form.get("revision"))
    try:
        made = service.publish(current_actor(), plan_year, -1 if seen is None else seen, g.arrived)
        db.session.commit()
    except (service.Stale, service.Incomplete, service.TooMuch) as problem:
        db.session.rollback()
        return _unpublished(plan_year, problem)
    flash(_("Version %(n)s is published and holds from now on.", n=made.number), "success")
    to = url_for("musrenbang_ceilings.effect", plan_year=plan_year, version_number=made.number)
    return redirect(to)


LACKING = {
    "decree": _l("Please name the decree."),
    "reason": _l("Please say why, in words everybody understands."),
    "lines": _l("The draft changes no ceiling."),
}


def _unpublished(plan_year: int, problem: Exception) -> ResponseReturnValue:
    found = service.draft(plan_year)
    if isinstance(problem, service.Stale) or found is None:
        told = _("Somebody changed the draft or published it meanwhile. Please look once more.")
        if found is None:
            flash(told, "warning")
            return redirect(url_for(".edit", plan_year=plan_year))
        return _preview(plan_year, found, [told], 409)
    if isinstance(problem, service.TooMuch):
        return _preview(plan_year, found, too_much(problem.excess), 422)
    return _preview(plan_year, found, [str(LACKING[name]) for name in problem.args], 422)


@bp.post("/<int:plan_year>/buang")
@may("keep_ceilings")
def discard(plan_year: int) -> ResponseReturnValue:
    """Throw the draft away."""
    _draft(plan_year)
    seen = whole(request.form.get("revision"))
    try:
        service.discard(current_actor(), plan_year, -1 if seen is None else seen)
    except service.Stale:
        db.session.rollback()
        flash(_("Somebody changed the draft or published it meanwhile. Please look once more."),
              "warning")  # fmt: skip
        return redirect(url_for(".edit", plan_year=plan_year))
    db.session.commit()
    flash(_("The draft is gone. What is in force stays as it is."), "success")
    return redirect(url_for(".edit", plan_year=plan_year))
