"""Administration: departments of the city and owners outside it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.register import DepartmentForm, EndDepartmentForm, Sure
from app.queries import choices, labels, register, reroute, rulebook
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.services import register as service
from models import Department, db

from .admin_rules import can_reroute, refused, said
from .guards import may

bp = Blueprint("admin_departments", __name__, url_prefix="/admin/opd")


@bp.get("/")
@may("keep_routing")
def index() -> ResponseReturnValue:
    """The departments in use, or those that have ended."""
    ended = request.args.get("tampil") == "ended"
    found = register.departments(db.session(), ended)
    held = reroute.held_by_department(db.session())
    return render_template("admin/departments.html", found=found, ended=ended, held=held)


def _or_404(code: str) -> Department:
    return db.session.get(Department, code) or abort(404)


@bp.route("/baru", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("200/hour", methods=["POST"])
def add() -> ResponseReturnValue:
    """A new department."""
    form = DepartmentForm()
    if form.validate_on_submit():
        try:
            service.add_department(form.data, current_actor())
        except service.Unfit as problem:
            refused(form, problem)
        else:
            return _done(form.code.data)
    status = 422 if form.errors else 200
    return render_template("admin/department.html", form=form, department=None), status


@bp.route("/<code:department_code>", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("200/hour", methods=["POST"])
def edit(department_code: str) -> ResponseReturnValue:
    """What a department is called, does, and how it is reached."""
    found = _or_404(department_code)
    form = DepartmentForm(obj=found)
    form.code.data = found.code
    if form.validate_on_submit():
        service.change_department(found, form.data, current_actor())
        return _done(department_code)
    status = 422 if form.errors else 200
    page = render_template(
        "admin/department.html",
        form=form,
        department=found,
        rules=register.rules_of(db.session(), department_code),
        events=register.history(db.session(), f"department:{department_code}"),
    )
    return page, status


def _done(code: str) -> ResponseReturnValue:
    db.session.commit()
    labels.forget()
    said()
    return redirect(url_for(".edit", department_code=code))


@bp.route("/<code:department_code>/akhiri", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("200/hour", methods=["POST"])
def end(department_code: str) -> ResponseReturnValue:
    """End a department: from when on, and who follows; first what would follow from it."""
    found, form = _or_404(department_code), EndDepartmentForm(data={"valid_to": city_day()})
    others = [pair for pair in choices.departments(db.session()) if pair[0] != department_code]
    form.successor_code.choices = [("", _("Nobody")), *others]
    book, shown = rulebook.read(db.session), None
    if form.validate_on_submit():
        day, heir = form.valid_to.data, form.successor_code.data or None
        if form.sure.data and (done := _ended(found, form, day, heir)):
            return done
        after = service.ended(book, department_code, day, heir)
        on = max(day, city_day())
        shown = reroute.preview(db.session(), book, after, current_actor(), on)
    form.seen.data, form.sure.data = book.version, ""
    words: dict[str, Any] = {"form": form, "department": found, "preview": shown}
    words["rules"] = register.rules_of(db.session(), department_code)
    status = 422 if form.errors else 200
    return render_template("admin/department_end.html", **words, can_reroute=can_reroute()), status


def _ended(found: Department, form: Any, day: Any, heir: str | None) -> ResponseReturnValue | None:
    again = bool(form.reroute.data) and can_reroute()
    try:
        count = service.end_department(
            found, day, heir, current_actor(), form.seen.data or "", again
        )
    except (service.Unfit, service.Changed) as problem:
        refused(form, problem)
        return None
    db.session.commit()
    labels.forget()
    said(count)
    return redirect(url_for(".index"))


@bp.post("/<code:department_code>/lanjutkan")
@may("keep_routing")
@limiter.limit("200/hour")
def resume(department_code: str) -> ResponseReturnValue:
    """A department that ended goes on after all."""
    found, form = _or_404(department_code), Sure()
    if not form.validate_on_submit():
        abort(400)
    service.resume(found, current_actor())
    return _done(department_code)
