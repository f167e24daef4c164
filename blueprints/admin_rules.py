"""Administration: the routing rules, in their order, with a preview of every change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.access import RULES
from app.extensions import limiter
from app.forms import whole
from app.forms.register import RuleForm, Sure
from app.kinds import KINDS
from app.queries import choices, labels, register, reroute, rulebook
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.queries.rules import Line, road_label
from app.services import register as service
from models import db

from .guards import may

bp = Blueprint("admin_rules", __name__, url_prefix="/admin/aturan")
bp.add_app_template_global(road_label)


@bp.get("/")
@may("keep_routing")
def index() -> ResponseReturnValue:
    """The rules in their order, narrowed by category, department or words."""
    book, cut = rulebook.read(db.session), register.Cut.read(request.args)
    after = whole(request.args.get("sesudah"))
    lines, more = register.rules(book, cut, after)
    return render_template(
        "admin/rules.html",
        lines=lines,
        more=more,
        after=after,
        cut=cut,
        total=len(book.lines),
        categories=_categories(),
        departments=choices.departments(db.session()),
        roads=dict(register.roads()),
    )


@bp.route("/baru", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("300/hour", methods=["POST"])
def add() -> ResponseReturnValue:
    """A new rule: typed, previewed, saved."""
    form = _form(category_code=request.args.get("kategori", ""))
    return _change(form, 0, "add_rule")


@bp.route("/<id:rule_id>", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("300/hour", methods=["POST"])
def edit(rule_id: int) -> ResponseReturnValue:
    """Change a rule, or where it stands."""
    book = rulebook.read(db.session)
    line = next((line for line in book.lines if line.id == rule_id), None) or abort(404)
    following = next((o.position for o in book.lines if o.position > line.position), None)
    told = {name: value or "" for name, value in line._asdict().items()}
    form = _form(**told | {"before": following})
    return _change(form, rule_id, "change_rule")


@bp.route("/<id:rule_id>/hapus", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("300/hour", methods=["POST"])
def remove(rule_id: int) -> ResponseReturnValue:
    """Take a rule away; it is kept as it was."""
    book, form = rulebook.read(db.session), Sure()
    line = next((line for line in book.lines if line.id == rule_id), None) or abort(404)
    after = service.without(book.lines, rule_id)
    if form.validate_on_submit() and (done := _saved(form, after, "remove_rule")):
        return done
    shown = _preview(book, after)
    form.seen.data = book.version
    words = {"line": line, "form": form, "roads": dict(register.roads()), "preview": shown}
    status = 422 if form.errors else 200
    return render_template("admin/rule_remove.html", **words, can_reroute=can_reroute()), status


def _form(**told: Any) -> RuleForm:
    form = RuleForm(
        data=told | ({"before": b} if (b := whole(request.args.get("sebelum"))) else {})
    )
    open_ = [("", _("Any"))]
    form.category_code.choices = open_ + [pair for _kind, pairs in _categories() for pair in pairs]
    form.area_code.choices = {
        _("Any"): open_,
        _("Kecamatan"): choices.districts(db.session()),
        **choices.kelurahan(),
    }
    form.road_class.choices = [*open_, *register.roads()]
    form.department_code.choices = [
        ("", _("Please choose")),
        *choices.departments(db.session()),
    ]
    return form


def _categories() -> list[tuple[str, list[Any]]]:
    return [(kind.label, choices.categories(kind.slug)) for kind in KINDS.values()]


def _change(form: RuleForm, rule_id: int, act: str) -> ResponseReturnValue:
    """Show the form; once it is sent what would follow; once that is confirmed, save it."""
    book, shown, shadow = rulebook.read(db.session), None, None
    if form.validate_on_submit():
        line = Line(
            0,
            form.category_code.data or None,
            form.area_code.data or None,
            form.road_class.data or None,
            form.keyword.data or None,
            form.department_code.data,
            form.note.data or "",
            rule_id,
        )
        after = service.placed(book.lines, line, form.before.data)
        try:
            service.check(book, line, city_day())
        except service.Unfit as unfit:
            form[unfit.args[0]].errors = [unfit.args[1]]
        else:
            if form.sure.data and (done := _saved(form, after, act)):
                return done
            shown = _preview(book, after)
            mine = next(n for n in after if n.id == rule_id and n[1:6] == line[1:6])
            shadow = reroute.hidden_by(after, mine)
    form.seen.data, form.sure.data = book.version, ""
    page = render_template(
        "admin/rule.html",
        form=form,
        rule_id=rule_id,
        preview=shown,
        shadow=shadow,
        can_reroute=can_reroute(),
    )
    return page, 422 if form.errors else 200


def _preview(book: rulebook.Rulebook, after: tuple[Line, ...]) -> reroute.Preview:
    return reroute.preview(db.session(), book, book.with_lines(after), current_actor(), city_day())


def can_reroute() -> bool:
    """May this actor name another department on an item?"""
    return RULES["coordinator"](current_actor(), None) is not None


def _saved(form: Sure, after: tuple[Line, ...], act: str) -> ResponseReturnValue | None:
    """Save and go back to the list; what stands in the way is said on the form."""
    again = bool(form.reroute.data) and can_reroute()
    try:
        count = service.save_rules(after, current_actor(), form.seen.data or "", act, again)
    except (service.Unfit, service.Changed) as problem:
        refused(form, problem)
        return None
    db.session.commit()
    labels.forget()
    said(count)
    args: dict[str, Any] = register.Cut.read(request.args).args
    return redirect(url_for("admin_rules.index", **args))


def refused(form: Sure, problem: Exception) -> None:
    """Say on the form why a change was not made."""
    db.session.rollback()
    if isinstance(problem, service.Changed):
        text = _("Somebody changed the rules meanwhile. Please look at what follows once more.")
        form.form_errors.append(text)
        return
    name, why = problem.args
    if name and name in form:
        form[name].errors = [*form[name].errors, why]
    else:
        form.form_errors.append(str(why))


def said(count: int = 0) -> None:
    """Tell that it is done."""
    flash(_("Saved and written down. It holds from now on."), "success")
    if count:
        flash(
            ngettext(
                "%(num)s report has another department now.",
                "%(num)s reports have another department now.",
                count,
            ),
            "success",
        )
