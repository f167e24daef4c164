"""Planners keep the *kamus usulan*: lines, prices from a day on, and what each RW may hand in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import limiter
from app.forms import Form, whole
from app.forms.catalogue import LimitForm, LineForm, NewLineForm, PriceForm
from app.queries import catalogue as lines
from app.queries import choices, cycles
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.queries.labels import labels
from app.services import catalogue, documents, rw_limits
from models import Area, CatalogueEntry, RwLimit, db

from .guards import may

bp = Blueprint("musrenbang_catalogue", __name__, url_prefix="/kerja/musrenbang")


def _filled(form: Any) -> Any:
    """The form with what its lists offer."""
    if "department_code" in form:
        offices = choices.departments(db.session(), external=False)
        form.department_code.choices = [("", "–"), *offices]
        form.category_code.choices = [("", _("Please choose")), *choices.categories("musrenbang")]
        form.documents_wanted.choices = [
            (sort, str(name)) for sort, name in documents.NAMES.items()
        ]
    return form


@bp.get("/kamus/kelola")
@may("keep_catalogue")
def index() -> ResponseReturnValue:
    """Every line, also those that ended."""
    query = select(CatalogueEntry).order_by(lines.in_order(), CatalogueEntry.name)
    found = db.session.scalars(query).all()
    today = city_day()
    prices = {entry.code: price for entry, price in db.session.execute(lines.priced(today))}
    return render_template("musrenbang/kamus_admin.html", lines=found, prices=prices, today=today)


@bp.route("/kamus/kelola/baru", methods=["GET", "POST"])
@may("keep_catalogue")
@limiter.limit("300/hour", methods=["POST"])
def add() -> ResponseReturnValue:
    """A new line."""
    form = _filled(NewLineForm(data={"day": city_day()}))
    if form.validate_on_submit():
        columns = _columns(form) | {"code": form.code.data, "unit": form.unit.data}
        try:
            catalogue.add(current_actor(), columns, form.unit_price.data, form.day.data)
        except catalogue.Wrong as wrong:
            form[wrong.args[0]].errors = [wrong.args[1]]
        else:
            db.session.commit()
            flash(_("The line is in the catalogue."), "success")
            return redirect(url_for(".edit", code=columns["code"]))
    page = render_template("musrenbang/kamus_new.html", form=form)
    return page, 422 if form.errors else 200


def _columns(form: Any) -> dict[str, Any]:
    names = [field.name for field in LineForm(meta={"csrf": False})]
    given = {name: form[name].data for name in names}
    given["department_code"] = given["department_code"] or None
    return given | {"documents_wanted": given["documents_wanted"] or []}


def _entry(code: str) -> CatalogueEntry:
    found = lines.entry(db.session, code)
    return found if found is not None else abort(404)


@bp.route("/kamus/kelola/<line:code>", methods=["GET", "POST"])
@may("keep_catalogue")
@limiter.limit("300/hour", methods=["POST"])
def edit(code: str) -> ResponseReturnValue:
    """Put a line right."""
    entry = _entry(code)
    form = _filled(LineForm(obj=entry))
    if form.validate_on_submit():
        catalogue.change(current_actor(), entry, _columns(form))
        db.session.commit()
        flash(_("The line is kept."), "success")
        return redirect(url_for(".edit", code=code))
    return _page(entry, form, PriceForm(formdata=None, data={"day": city_day()}))


@bp.post("/kamus/kelola/<line:code>/harga")
@may("keep_catalogue")
@limiter.limit("300/hour")
def price(code: str) -> ResponseReturnValue:
    """First what a new price would mean, then the price itself."""
    entry = _entry(code)
    form: Any = PriceForm()
    line = _filled(LineForm(formdata=None, obj=entry))
    if not form.validate_on_submit():
        return _page(entry, line, form)
    if "simpan" not in request.form:
        return _page(entry, line, form, _preview(entry, form))
    try:
        note = form.note.data or ""
        fresh = catalogue.reprice(current_actor(), entry, form.unit_price.data, form.day.data, note)
    except catalogue.Wrong as wrong:
        form[wrong.args[0]].errors = [wrong.args[1]]
        return _page(entry, line, form)
    db.session.commit()
    flash(_("The new price is kept.") if fresh else _("It costs that already."), "success")
    return redirect(url_for(".edit", code=code))


def _preview(entry: CatalogueEntry, form: Any) -> dict[str, Any]:
    """What changes: the price by how much, and how many open proposals keep theirs."""
    now, then = entry.price_on(form.day.data), form.unit_price.data
    many = lines.concerned(db.session, entry.code)
    at_new = int(many.volume * then)
    percent = round(100 * (then - now) / now, 1) if now else None
    return {"now": now, "then": then, "percent": percent, "open": many, "at_new": at_new}


@bp.post("/kamus/kelola/<line:code>/akhiri")
@may("keep_catalogue")
def end(code: str) -> ResponseReturnValue:
    """Nobody proposes it from today on, or (``batal``) it can be proposed again."""
    entry = _entry(code)
    catalogue.end(current_actor(), entry, back=request.form.get("batal") == "1")
    db.session.commit()
    return redirect(url_for(".edit", code=code))


def _page(entry: CatalogueEntry, form: Any, money: Any, preview: Any = None) -> ResponseReturnValue:
    page = render_template(
        "musrenbang/kamus_edit.html",
        entry=entry,
        form=form,
        money=money,
        preview=preview,
        open=entry.holds(city_day()),
        concerned=lines.concerned(db.session, entry.code),
        plain=Form(),
    )
    return page, 422 if form.errors or money.errors else 200


@bp.route("/batas-rw", methods=["GET", "POST"])
@may("keep_catalogue")
@limiter.limit("300/hour", methods=["POST"])
def limits() -> ResponseReturnValue:
    """How many proposals each RW may hand in, and the money meant for it."""
    year = whole(request.args.get("tahun")) or city_day().year + 1
    form: Any = LimitForm(data={"plan_year": year, "area_code": cycles.city_code()})
    form.area_code.choices = _areas()
    if form.validate_on_submit():
        rw_limits.agree(
            current_actor(),
            form.plan_year.data,
            form.area_code.data,
            form.most.data,
            form.envelope.data,
            form.note.data or "",
        )
        db.session.commit()
        flash(_("What was agreed is kept."), "success")
        return redirect(url_for(".limits"))
    query = select(RwLimit).order_by(RwLimit.plan_year.desc(), RwLimit.area_code)
    agreed = db.session.scalars(query.limit(400)).all()
    page = render_template("musrenbang/rw_limits.html", form=form, agreed=agreed)
    return page, 422 if form.errors else 200


def _areas() -> list[tuple[str, str]]:
    """The city, its kecamatan, then the kelurahan, by name."""
    wide = select(Area.code, Area.name).where(Area.level != "kelurahan", Area.valid_to.is_(None))
    found = [(code, name) for code, name in db.session.execute(wide.order_by(Area.code))]
    narrow = [choice for group in labels().kelurahan.values() for choice in group]
    return [*found, *narrow]
