"""The lembar disposisi of an item: ordered, followed while it is printed, read."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, abort, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import may as allowed
from app.extensions import limiter
from app.forms.disposition import SheetForm
from app.kinds import Kind
from app.queries import sheets
from app.queries.actors import current_actor
from app.services import disposition
from app.services.disposition import Orders
from models import DispositionSheet, Item, db

from .errors import problem
from .guards import signed_in
from .items import find
from .page import photo_url

bp = Blueprint("work_sheets", __name__)


def _item(kind: Kind, number: str) -> Item:
    item = find(kind, number)
    if not allowed(current_actor(), "print_sheet", item):
        abort(403)
    return item


def _sheet(item: Item, sheet_id: int) -> DispositionSheet:
    found = db.session.get(DispositionSheet, sheet_id)
    if found is None or found.item_id != item.id:
        abort(404)
    return found


@bp.route("/<kind:kind>/<number>/disposisi", methods=["GET", "POST"])
@signed_in
@limiter.limit("60/hour", methods=["POST"])
def index(kind: Kind, number: str) -> ResponseReturnValue:
    """The sheets of an item, and the form for another."""
    item, form = _item(kind, number), SheetForm()
    form.ticked.choices = [(line, line) for line in disposition.settings().get("orders", ())]
    if form.validate_on_submit():
        disposition.order(item, current_actor(), _orders(form))
        db.session.commit()
        return redirect(url_for(".index", kind=kind, number=number, _anchor="lembar"))
    page = render_template(
        "work/sheets.html", kind=kind, item=item, form=form, sheets=sheets.of(item)
    )
    return page, 422 if form.errors else 200


def _orders(form: SheetForm) -> Orders:
    told: dict[str, Any] = {
        field.name: field.data or "" for field in form if field.name in Orders.__annotations__
    }
    told["ticked"] = form.ticked.data or []
    return Orders(**told)


@bp.get("/<kind:kind>/<number>/disposisi/<id:sheet_id>")
@signed_in
def show(kind: Kind, number: str, sheet_id: int) -> ResponseReturnValue:
    """The sheet as a page that can be printed from the browser."""
    sheet = _sheet(_item(kind, number), sheet_id)
    return render_template("work/sheet_page.html", **disposition.facts(sheet, photo_url))


@bp.get("/<kind:kind>/<number>/disposisi/<id:sheet_id>/berkas")
@signed_in
def file(kind: Kind, number: str, sheet_id: int) -> ResponseReturnValue:
    """The printed file, for those who may read the item."""
    sheet = _sheet(_item(kind, number), sheet_id)
    if sheet.status != "ready":
        return problem(404, _("This file is not there (any more). Have the sheet printed again."))
    try:
        data = disposition.documents().read(sheet.file_name)
    except FileNotFoundError:
        return problem(404, _("This file is not there (any more). Have the sheet printed again."))
    response = send_file(
        BytesIO(data), mimetype="application/pdf", download_name=f"disposisi-{number}.pdf"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
