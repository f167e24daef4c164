"""The counter: type for somebody else, one at a time or a table of many."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.access import Actor
from app.cells import guarded
from app.exchange import entry_answers
from app.exchange.entries import TEMPLATE
from app.extensions import limiter
from app.forms.counter import TableForm, entry_form
from app.forms.questions import SEEN, answers, unseen, with_questions
from app.kinds import KINDS, Kind, kind_of
from app.queries import alike, choices, filing
from app.queries import items as lists
from app.queries.actors import current_actor
from app.queries.questions import asked
from app.queries.spot import NotHere, locate
from app.services import behalf, behalf_batch, items, looking_up
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Batch, CategoryQuestion, Item, db

from .errors import problem
from .guards import may
from .tracking import private, receipt

bp = Blueprint("counter", __name__, url_prefix="/kerja/loket")


@bp.get("")
@may("file_on_behalf")
def begin() -> ResponseReturnValue:
    """Most of what is typed at a counter are complaints."""
    return redirect(url_for(".entry", kind=KINDS["lapor"]))


@bp.route("/<kind:kind>", methods=["GET", "POST"])
@may("file_on_behalf")
@limiter.limit("600/hour", methods=["POST"])
def entry(kind: Kind) -> ResponseReturnValue:
    """One screen: the person, the place, the matter; then the receipt."""
    form = _form(kind)
    if form.is_submitted() and _just_asked(kind, form):
        return _page(kind, form, more_asked=True)
    if form.validate_on_submit() and (values := _values(kind, form)) is not None:
        near, stop = _warned(kind, form, values)
        if not (near or stop):
            return _filed(kind, form, values)
        return _page(kind, form, near=near, stop=stop)
    return _page(kind, form)


def _form(kind: Kind) -> Any:
    usual = {"key": str(uuid.uuid4()), "area_code": _home(current_actor())} | filing.defaults(kind)
    form = with_questions(entry_form(kind.form), _asked(kind))(data=usual)
    form.area_code.choices = {"": [("", _("Please choose"))], **choices.kelurahan()}
    filing.fill(db.session(), form, kind)
    return form


def _asked(kind: Kind) -> list[CategoryQuestion]:
    """What the category that was chosen asks."""
    return asked(kind, request.form.get("category_code", ""))


def _just_asked(kind: Kind, form: Any) -> bool:
    """Is there a question that did not stand on the page yet?"""
    category = request.form.get("category_code", "")
    form.validate()
    return unseen(form, _asked(kind), category, request.form.get(SEEN, ""))


def _home(actor: Actor) -> str:
    """The kelurahan of the actor's seat, if it is one."""
    areas = {seat.area_code or "" for seat in actor.seats_as("operator", "moderator")}
    return next((code for code in areas if code.count(".") == 3), "")


def _values(kind: Kind, form: Any) -> dict[str, Any] | None:
    """What is to be filed; what is wrong with the place stands on the form."""
    try:
        spot = locate(
            db.session(), form.lon.data or "", form.lat.data or "", form.area_code.data or ""
        )
    except NotHere as wrong:
        form.area_code.errors = [wrong.args[0]]
        return None
    if not filing.fits_catalogue(db.session(), form):
        return None
    values: dict[str, Any] = dict(form.data)
    values |= {"lon": spot.lon, "lat": spot.lat, "area_code": spot.area_code}
    values["area_basis"] = spot.basis
    values["answers"] = answers(form, _asked(kind))
    return values | filing.from_catalogue(db.session(), values)


def _warned(kind: Kind, form: Any, values: dict[str, Any]) -> tuple[list[Any], str]:
    """Open ones alike and emergencies, said once before it is filed."""
    sure = form.sure.data == "1"
    stop = filing.emergency(values, sure)
    if sure or stop:
        return [], stop
    question = alike.Question.typed(kind.slug, values)
    return list(alike.similar(db.session(), question)), ""


def _given(form: Any) -> behalf.Given:
    return behalf.Given(
        form.name.data,
        form.phone.data or "",
        form.channel.data,
        form.how.data,
        str(behalf.WORDS),
    )


def _filed(kind: Kind, form: Any, values: dict[str, Any]) -> ResponseReturnValue:
    actor = current_actor()
    try:
        item, code = behalf.file(kind, actor, _key(form), values, _given(form))
    except items.Emergency as emergency:
        db.session.rollback()
        return _page(kind, form, stop=str(emergency))
    except behalf.OutOfReach:
        form.area_code.errors = [_("Your seat does not cover this place.")]
    except behalf.AboutOfficials:
        form.category_code.errors = [
            _("Reports about officials are sent by the resident or typed by the coordinator.")
        ]
    except Refused as refused:  # a stage is closed there, or another rule stands in the way
        form.area_code.errors = [refused.args[1]]
    except NotAllowed:
        return problem(409)
    else:
        db.session.commit()
        return receipt(item, code, behalf.receipt(item, actor)) if code else _filed_before(item)
    db.session.rollback()
    return _page(kind, form)


def _filed_before(item: Item) -> ResponseReturnValue:
    """A colleague sent the same form first; theirs is the receipt."""
    said = _("A colleague has filed this already: %(number)s. Nothing was filed twice.",
             number=item.number)  # fmt: skip
    flash(said, "info")
    if access.may(current_actor(), "read", item):
        return redirect(url_for("items.show", kind=kind_of(item), number=item.number))
    return redirect(url_for(".entry", kind=kind_of(item)))


def _key(form: Any) -> uuid.UUID:
    try:
        return uuid.UUID(form.key.data)
    except (TypeError, ValueError):
        return uuid.uuid4()


def _page(
    kind: Kind, form: Any, near: Any = (), stop: str = "", more_asked: bool = False
) -> Response:
    page = render_template(
        "counter/entry.html",
        kind=kind,
        form=form,
        near=near,
        stop=stop,
        conditions=filing.conditions(kind),
        words=behalf.WORDS,
        questions=_asked(kind),
        more_asked=more_asked,
    )
    return private(page, 422 if form.errors else 200)


@bp.post("/gabung/<number>")
@may("file_on_behalf")
@limiter.limit("600/hour")
def join(number: str) -> ResponseReturnValue:
    """Put the person's "saya juga" to one that is there already."""
    item = lists.by_number(db.session(), Item, number)
    if item is None or not access.may(current_actor(), "read", item):
        abort(404)
    form = _form(kind_of(item))
    if not all(form[name].validate(form) for name in ("name", "phone", "channel", "how", "agreed")):
        return problem(400, _("Name and consent are needed. Please go back."))
    try:
        fresh = behalf.join(item, current_actor(), _given(form))
    except NotAllowed:
        return problem(409)
    db.session.commit()
    said = _("“Me too” is counted for them.") if fresh else _("They are counted there already.")
    flash(f"{item.number}: {said}", "success")
    return redirect(url_for(".entry", kind=kind_of(item)))


@bp.post("/kenal")
@may("file_on_behalf")
@limiter.limit("240/hour")
def lookup() -> ResponseReturnValue:
    """Has somebody with this number been typed for before?  Looking is written down."""
    known = looking_up.look_up(request.form.get("phone", "")[:30], current_actor())
    db.session.commit()
    return private(render_template("counter/_known.html", known=known))


# -- tables ---------------------------------------------------------------------------------


@bp.route("/tabel", methods=["GET", "POST"])
@may("file_on_behalf")
@limiter.limit("60/hour", methods=["POST"])
def tables() -> ResponseReturnValue:
    """Bring a table; it is tried before anything is filed."""
    form: Any = TableForm()
    upload = form.table.data if form.is_submitted() else None
    if form.validate_on_submit():
        if not (upload and upload.filename):
            form.table.errors = [_("Please choose a file.")]
        elif (batch := _taken(form, upload)) is not None:
            return redirect(url_for(".table", batch_id=batch.id))
    recent = behalf_batch.recent(current_actor())
    page = render_template(
        "counter/tables.html",
        form=form,
        recent=recent,
        words=behalf.WORDS,
        columns=TEMPLATE,
        questions=entry_answers.titles(),
    )
    return private(page, 422 if form.errors else 200)


def _taken(form: Any, upload: Any) -> Batch | None:
    data = upload.stream.read(behalf_batch.MOST_BYTES + 1)
    told = {"channel": form.channel.data, "how": form.how.data, "words": str(behalf.WORDS)}
    try:
        batch = behalf_batch.take(current_actor(), upload.filename, data, **told)
    except behalf_batch.TooLarge:
        form.table.errors = [_("The file is larger than %(n)s MB.", n=20)]
        return None
    db.session.commit()
    return batch


def _mine(batch_id: int) -> Batch:
    batch = behalf_batch.of_actor(batch_id, current_actor())
    return batch if batch is not None else abort(404)


@bp.get("/tabel/<id:batch_id>")
@may("file_on_behalf")
def table(batch_id: int) -> ResponseReturnValue:
    """What became of each row, or would."""
    batch = _mine(batch_id)
    page = render_template(
        "counter/table.html",
        batch=batch,
        bad=behalf_batch.rows(batch, bad=True),
        good=behalf_batch.rows(batch, bad=False, limit=20),
        left=behalf_batch.left(batch) if batch.status == "filing" else 0,
    )
    return private(page)


@bp.post("/tabel/<id:batch_id>/kirim")
@may("file_on_behalf")
def start(batch_id: int) -> ResponseReturnValue:
    """File the good rows."""
    batch = _mine(batch_id)
    try:
        behalf_batch.start(batch, current_actor())
    except NotAllowed:
        return problem(409)
    db.session.commit()
    return redirect(url_for(".table", batch_id=batch.id))


@bp.post("/tabel/<id:batch_id>/tanda-terima")
@may("file_on_behalf")
@limiter.limit("20/hour")
def receipts(batch_id: int) -> ResponseReturnValue:
    """Numbers and fresh codes of a batch, as a file; earlier codes end."""
    try:
        rows = behalf_batch.receipts(_mine(batch_id), current_actor())
    except NotAllowed:
        return problem(409)
    db.session.commit()
    titles = (_("row"), _("name"), _("number"), _("code"))
    return _file("tanda-terima.csv", [titles, *rows])


@bp.get("/tabel/<id:batch_id>/ditolak")
@may("file_on_behalf")
def refused(batch_id: int) -> ResponseReturnValue:
    """The rows that were not filed, with the reason, as a file to be put right and sent again."""
    batch = _mine(batch_id)
    found = behalf_batch.rows(batch, bad=True, limit=behalf_batch.MOST_ROWS)
    rows = [(row.line, row.problem, row.data.get("name", "")) for row, _number in found]
    return _file("ditolak.csv", [(_("row"), _("why"), _("name")), *rows])


@bp.get("/tabel/contoh")
@may("file_on_behalf")
def example() -> ResponseReturnValue:
    """An empty table with the names of the columns."""
    return _file("contoh.csv", [(*TEMPLATE, *entry_answers.titles())])


def _file(name: str, rows: list[Any]) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    response = private("\ufeff" + out.getvalue())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
