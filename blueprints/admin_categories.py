"""Administration: what items may be about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.register import CLASSES, CategoryForm, EndForm, Sure
from app.kinds import KINDS
from app.queries import choices, labels, register, reroute, rulebook
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.services import register as service
from models import Category, db

from .admin_rules import refused, said
from .guards import may

bp = Blueprint("admin_categories", __name__, url_prefix="/admin/kategori")


@bp.get("/")
@may("keep_routing")
def index() -> ResponseReturnValue:
    """The categories of a service, in their order."""
    kind = request.args.get("jenis", "")
    kind = kind if kind in KINDS else "lapor"
    ended = request.args.get("tampil") == "ended"
    found = register.categories(db.session(), kind, ended)
    return render_template("admin/categories.html", found=found, chosen=kind, ended=ended)


def _or_404(code: str) -> Category:
    return db.session.get(Category, code) or abort(404)


def _form(found: Category | None) -> CategoryForm:
    form = CategoryForm(obj=found) if found else CategoryForm(data={"place_bound": True})
    form.kind.choices = [(kind.slug, kind.label) for kind in KINDS.values()]
    form.complaint_class.choices = list(CLASSES.items())
    nobody = [("", _("Please choose"))]
    form.department_code.choices = nobody + choices.departments(db.session())
    if found is not None:
        form.code.data, form.kind.data = found.code, found.kind
    return form


@bp.route("/baru", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("200/hour", methods=["POST"])
def add() -> ResponseReturnValue:
    """A new category, and whose it is: none is without an owner."""
    form, book = _form(None), rulebook.read(db.session)
    if form.validate_on_submit() and form.sure.data:
        try:
            code = form.department_code.data or ""
            service.add_category(form.data, code, current_actor(), form.seen.data or "")
        except (service.Unfit, service.Changed) as problem:
            refused(form, problem)
        else:
            return _done(form.code.data)
    form.seen.data, form.sure.data = book.version, "1"
    return _page(form, None)


@bp.route("/<code:category_code>", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("200/hour", methods=["POST"])
def edit(category_code: str) -> ResponseReturnValue:
    """Name, help, words, class, emergency and order of a category."""
    found = _or_404(category_code)
    form = _form(found)
    if form.validate_on_submit():
        service.change_category(found, form.data, current_actor())
        return _done(category_code)
    return _page(form, found)


def _page(form: CategoryForm, found: Category | None) -> ResponseReturnValue:
    words: dict[str, Any] = {"form": form, "category": found}
    if found is not None:
        words["open"] = reroute.open_in(db.session(), found.code)
        words["events"] = register.history(db.session(), f"category:{found.code}")
    return render_template("admin/category.html", **words), 422 if form.errors else 200


def _done(code: str) -> ResponseReturnValue:
    db.session.commit()
    labels.forget()
    said()
    return redirect(url_for(".edit", category_code=code))


@bp.route("/<code:category_code>/akhiri", methods=["GET", "POST"])
@may("keep_routing")
@limiter.limit("200/hour", methods=["POST"])
def end(category_code: str) -> ResponseReturnValue:
    """Offer a category no more; what is filed in it stays in it."""
    found, form = _or_404(category_code), EndForm(data={"valid_to": city_day()})
    if form.validate_on_submit():
        service.end_category(found, form.valid_to.data, current_actor())
        return _done(category_code)
    count = reroute.open_in(db.session(), category_code)
    page = render_template("admin/category_end.html", form=form, category=found, open=count)
    return page, 422 if form.errors else 200


@bp.post("/<code:category_code>/lanjutkan")
@may("keep_routing")
@limiter.limit("200/hour")
def resume(category_code: str) -> ResponseReturnValue:
    """Offer a category again."""
    found, form = _or_404(category_code), Sure()
    if not form.validate_on_submit():
        abort(400)
    service.resume(found, current_actor())
    return _done(category_code)
