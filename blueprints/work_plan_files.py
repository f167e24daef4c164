"""Where planners bring files and fetch them: tried row by row, looked at, then taken over."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cells import guarded
from app.exchange import plan_files as exchange
from app.exchange.reports import Outcome, Report
from app.extensions import limiter
from app.forms import whole
from app.forms.plan_files import NAMES, BringForm, MakeForm, name_of
from app.queries.actors import current_actor
from app.services import plan_files as service
from app.workflow import NotAllowed
from models import PlanFile, db

from .errors import problem
from .guards import may
from .tracking import private

bp = Blueprint("work_plan_files", __name__, url_prefix="/kerja/musrenbang/berkas")
bp.add_app_template_global(name_of, "plan_file_name")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRONG = (Outcome.REFUSED.value, Outcome.CONFLICT.value)
RIGHT = (Outcome.ACCEPTED.value, Outcome.REPAIRED.value)


@bp.route("", methods=["GET", "POST"])
@may("exchange_plans")
@limiter.limit("120/hour", methods=["POST"])
def index() -> ResponseReturnValue:
    """Bring a file; it is tried before anything is kept."""
    form: Any = BringForm()
    if form.validate_on_submit():
        upload = form.table.data
        if not (upload and getattr(upload, "filename", "")):
            form.table.errors = [_("Please choose a file.")]
        elif (taken := _taken(form, upload)) is not None:
            return redirect(url_for(".show", file_id=taken.id))
    return _page(form, _make_form())


def _make_form() -> Any:
    return MakeForm(data={"plan_year": exchange.usual_year()})


def _page(form: Any, made: Any) -> Response:
    before = whole(request.args.get("sebelum"))
    found = service.history(before)
    page = render_template(
        "musrenbang/files_index.html",
        form=form,
        make_form=made,
        columns={sort: _columns(sort) for sort in NAMES},
        history=found,
        earlier=found[-1].id if len(found) == service.HISTORY else None,
        before=before,
    )
    return private(page, 422 if form.errors or made.errors else 200)


def _columns(sort: str) -> list[str]:
    """The names of the columns a sort of file has, as we would write them."""
    names = exchange.SORTS[sort].shape.names.values()
    return [known[0].replace(" ", "_") if "%" not in known[0] else known[0] for known in names]


def _taken(form: Any, upload: Any) -> PlanFile | None:
    data = upload.stream.read(service.MOST_BYTES + 1)
    if not data:
        form.table.errors = [_("The file is empty.")]
        return None
    day = form.day.data.isoformat() if form.day.data else None
    chosen = {"year": form.year.data, "version": form.version.data or None, "day": day}
    wanted = {"ceilings": ("year", "version"), "catalogue": ("day",)}.get(form.sort.data, ())
    options = {name: chosen[name] for name in wanted if chosen[name] is not None}
    try:
        taken = service.take(current_actor(), form.sort.data, upload.filename, data, **options)
    except service.TooLarge:
        form.table.errors = [_("The file is larger than %(n)s MB.", n=30)]
        return None
    db.session.commit()
    return taken


@bp.post("/ekspor")
@may("exchange_plans")
@limiter.limit("60/hour")
def make() -> ResponseReturnValue:
    """Have the proposals of a year written for SIPD-RI."""
    form: Any = MakeForm()
    if not form.validate_on_submit():
        return _page(BringForm(formdata=None), form)
    made = service.export(current_actor(), form.plan_year.data, bool(form.everything.data))
    db.session.commit()
    return redirect(url_for(".show", file_id=made.id))


def _file(file_id: int) -> PlanFile:
    found = db.session.get(PlanFile, file_id)
    return found if found is not None else abort(404)


@bp.get("/<id:file_id>")
@may("exchange_plans")
def show(file_id: int) -> ResponseReturnValue:
    """What became of each row, or would."""
    found = _file(file_id)
    page = render_template(
        "musrenbang/files_show.html",
        file=found,
        wrong=service.rows_of(found, WRONG),
        right=service.rows_of(found, RIGHT, 50),
        word={outcome.value: outcome.label for outcome in Outcome},
        most=service.PAGE,
    )
    return private(page)


@bp.post("/<id:file_id>/pakai")
@may("exchange_plans")
@limiter.limit("60/hour")
def confirm(file_id: int) -> ResponseReturnValue:
    """Take over what was tried."""
    found = _file(file_id)
    try:
        service.confirm(found, current_actor())
    except NotAllowed:
        db.session.rollback()
        return problem(409)
    db.session.commit()
    flash(_("The rows are being taken over. You can leave this page and come back."), "success")
    return redirect(url_for(".show", file_id=found.id))


@bp.get("/<id:file_id>/laporan")
@may("exchange_plans")
def report(file_id: int) -> ResponseReturnValue:
    """What became of every row, as a table."""
    found, out = _file(file_id), io.StringIO()
    Report(out).add(exchange.verdicts_of(found))
    return _sent("\ufeff" + out.getvalue(), "text/csv", f"laporan-{found.id}.csv")


@bp.get("/<id:file_id>/unduh")
@may("exchange_plans")
def download(file_id: int) -> ResponseReturnValue:
    """The file that was made."""
    found = _file(file_id)
    if found.sort != "sipd_export":
        abort(404)
    try:
        data = service.content(found)
    except FileNotFoundError:
        abort(404)
    return _sent(data, XLSX, found.file_name)


@bp.get("/contoh/<line:what>")
@may("exchange_plans")
def example(what: str) -> ResponseReturnValue:
    """An empty table with the names of the columns."""
    if what not in NAMES:
        abort(404)
    out = io.StringIO()
    csv.writer(out).writerow([guarded(name) for name in _columns(what)])
    return _sent("\ufeff" + out.getvalue(), "text/csv", f"contoh-{what}.csv")


def _sent(data: str | bytes, sort: str, name: str) -> Response:
    response = private(data)
    response.mimetype = sort
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
