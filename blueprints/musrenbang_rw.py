"""The operators' table: what an RW agreed on, row by row, kept while it is typed."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Collection

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cells import unguarded
from app.exchange import tables
from app.exchange.problems import TableProblem
from app.extensions import limiter
from app.forms.counter import CHANNELS, HOWS
from app.kinds import KINDS
from app.kinds.musrenbang_form import FUNDINGS
from app.queries import catalogue, choices, cycles
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.services import behalf, intake, queued, rw_limits, rw_table
from app.services.rw_rows import Wrong, values
from app.services.rw_rows import head as head_of
from app.workflow import NotAllowed
from models import Draft, db

from .guards import may, public
from .page import item_url
from .quick import not_theirs, reply
from .tracking import private

bp = Blueprint("musrenbang_rw", __name__, url_prefix="/kerja/musrenbang/rw")
MOST_BYTES = 2 * 1024 * 1024
ACT = "file_on_behalf"
KIND = KINDS["musrenbang"]


@bp.get("")
@may(ACT)
def begin() -> ResponseReturnValue:
    """Go on with the sheet of last time, or begin one."""
    draft = rw_table.latest(current_actor())
    fresh = draft is None or request.args.get("baru") == "1"
    key = uuid.uuid4() if draft is None or fresh else draft.key
    return redirect(url_for(".sheet", key=key))


@bp.get("/tanpa-sinyal")
@public
def shell() -> ResponseReturnValue:
    """An empty table for a phone to keep: the same for everybody, filled by the phone alone."""
    rows = [rw_table.Line(uuid.uuid5(rw_table.NAMESPACE, str(n)), {}) for n in range(rw_table.ROWS)]
    usual = {"channel": "paper", "how": "signed", "funding": "musrenbang", "area_code": ""}
    return _rendered(uuid.UUID(int=0), usual, rows, {}, shell=True)


def _draft(key: uuid.UUID) -> Draft | None:
    try:
        return rw_table.find(key, current_actor())
    except NotAllowed:
        abort(404)


@bp.get("/<uuid:key>")
@may(ACT)
def sheet(key: uuid.UUID) -> ResponseReturnValue:
    """The table with what was typed so far."""
    draft = _draft(key)
    return _page(key, _head_cells(draft), rw_table.lines(draft))


def _head_cells(draft: Draft | None) -> dict[str, str]:
    """The head as it was typed, else what the seat and the counter suggest."""
    seats = current_actor().seats_as("operator", "moderator")
    seat = next((s for s in seats if (s.area_code or "").count(".") == 3), None)
    usual = {"channel": "paper", "how": "signed", "funding": "musrenbang"}
    if seat is not None:
        usual |= {"area_code": seat.area_code or "", "rw": str(seat.rw or "")}
    return usual | (dict(draft.data.get(rw_table.HEAD) or {}) if draft else {})


@bp.post("/<uuid:key>/simpan")
@may(ACT)
@limiter.limit("6000/hour")
def autosave(key: uuid.UUID) -> ResponseReturnValue:
    """Keep the head or one row as it is typed; answers nothing."""
    _draft(key)
    page = request.form.get("baris", "")
    row = rw_table.page_key(page)
    if page != rw_table.HEAD and row is None:
        abort(400)
    names = rw_table.HEAD_CELLS if row is None else (*rw_table.CELLS, rw_table.PLACE)
    typed = {name: request.form.get(name, "") for name in names}
    rw_table.keep(key, current_actor(), page if row is None else str(row), typed)
    db.session.commit()
    return "", 204


@bp.post("/<uuid:key>")
@may(ACT)
@limiter.limit("120/hour")
def send(key: uuid.UUID) -> ResponseReturnValue:
    """Send every row that is filled; the good ones are filed, the others say what is wrong."""
    draft = _keep_all(key)
    db.session.commit()
    cells, lines = _head_cells(draft), rw_table.lines(draft)
    try:
        head = head_of(cells)
    except Wrong as wrong:
        return _page(key, cells, lines, wrong.cells)
    keys = [line.key for line in lines]
    waiting = [line for line in lines if not (line.item or line.received or line.is_empty)]
    closing = cycles.closes_about(db.session, KIND.filed_in, g.arrived)
    for line in waiting:
        line.wrong = {}
        sure = request.form.get(f"{line.key}-tetap") == "1"
        if closing:
            _take(key, line, cells, keys)
        else:
            rw_table.file(line, head, current_actor(), g.arrived, sure=sure, beside=keys)
        db.session.commit()
    filed = sum(line.item is not None for line in waiting)
    taken = sum(line.received is not None for line in waiting)
    if filed:
        flash(_("%(n)s proposals were handed in.", n=filed), "success")
    if taken:
        flash(_("%(n)s proposals were received; the time they came counts.", n=taken), "success")
    if filed + taken == len(waiting):
        return redirect(url_for(".sheet", key=key))
    return _page(key, cells, lines)


def _take(
    key: uuid.UUID, line: rw_table.Line, cells: dict[str, str], keys: Collection[uuid.UUID]
) -> None:
    """Receive a row in the minutes around a close, unless something typed is wrong."""
    try:
        values(line.cells, head_of(cells))
    except Wrong as wrong:
        line.wrong = wrong.cells
        return
    intake.take_row(key, line, cells, keys, current_actor(), g.arrived)
    line.received = g.arrived


def _keep_all(key: uuid.UUID) -> Draft:
    """Save what the whole form sent."""
    _draft(key)
    actor, form = current_actor(), request.form
    draft = rw_table.keep(
        key, actor, rw_table.HEAD, {**form.to_dict(), "agreed": form.get("agreed", "")}
    )
    for page in form.getlist("baris")[: rw_table.MOST_ROWS]:
        row = rw_table.page_key(page)
        typed = {name: form.get(f"{page}-{name}", "") for name in rw_table.CELLS}
        if row is not None and (any(typed.values()) or str(row) in draft.data):
            draft = rw_table.keep(key, actor, str(row), typed)
    return draft


@bp.post("/<uuid:key>/baris/<uuid:row>")
@may(ACT)
@limiter.limit("1200/hour")
def send_row(key: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
    """One row that a phone queued: filed once by its key, or why not."""
    if refused := not_theirs():
        return refused
    actor, form = current_actor(), request.form
    try:
        rw_table.keep(key, actor, rw_table.HEAD, form)
        draft = rw_table.keep(key, actor, str(row), form)
    except NotAllowed:
        return reply(404, errors=[_("This table belongs to somebody else.")])
    db.session.commit()
    lines = rw_table.lines(draft, 0)
    line, keys = next(one for one in lines if one.key == row), [one.key for one in lines]
    if line.received is not None:
        return reply(202)
    try:
        if line.item is None and cycles.closes_about(db.session, KIND.filed_in, g.arrived):
            return _received(key, line, _head_cells(draft), keys)
        sure = form.get("tetap") == "1"
        rw_table.file(line, head_of(_head_cells(draft)), actor, g.arrived, sure=sure, beside=keys)
    except Wrong as wrong:
        return reply(422, errors=list(wrong.cells.values()), head=wrong.cells, edit=_link(key))
    except NotAllowed:
        return reply(403, errors=[_("Your seat does not cover this place.")])
    db.session.commit()
    return _told(key, line)


def _received(
    key: uuid.UUID, line: rw_table.Line, cells: dict[str, str], keys: Collection[uuid.UUID]
) -> Response:
    """A row in the minutes around a close: it waits (202), or why not.  Raises Wrong."""
    head_of(cells)
    if not line.wrong:
        _take(key, line, cells, keys)
        db.session.commit()
    return _told(key, line) if line.wrong else reply(202)


def _told(key: uuid.UUID, line: rw_table.Line) -> Response:
    """What became of a row, for the queue."""
    if line.item is not None:
        address = url_for("items.show", kind=KIND, number=line.item.number)
        return reply(200, number=line.item.number, url=address)
    if line.near:
        near = [
            {"title": f"{one.title} ({one.number})", "url": item_url(one), "told": one.told}
            for one in line.near
        ]
        return reply(422, errors=[], near=near, edit=_link(key))
    return reply(422, errors=list(line.wrong.values()), cells=line.wrong, edit=_link(key))


def _link(key: uuid.UUID) -> str:
    return url_for(".sheet", key=key)


@bp.post("/<uuid:key>/hapus/<uuid:row>")
@may(ACT)
def remove(key: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
    """Forget a row that was not handed in."""
    _draft(key)
    rw_table.take_out(key, current_actor(), row)
    db.session.commit()
    return redirect(_link(key))


@bp.post("/<uuid:key>/berkas")
@may(ACT)
@limiter.limit("60/hour")
def upload(key: uuid.UUID) -> ResponseReturnValue:
    """Fill the table from a spreadsheet: nothing is handed in, every row is tried."""
    _draft(key)
    file = request.files.get("berkas")
    data = file.stream.read(MOST_BYTES + 1) if file and file.filename else b""
    if not data or len(data) > MOST_BYTES:
        flash(_("Please choose a CSV or XLSX file of at most 2 MB."), "error")
        return redirect(_link(key))
    try:
        brought, left = rw_table.bring(key, current_actor(), _rows(data))
    except TableProblem as problem:
        flash(str(problem), "error")
        return redirect(_link(key))
    db.session.commit()
    flash(
        _("%(n)s rows were brought. Nothing is handed in yet: look at them first.", n=brought),
        "info",
    )
    if left:
        flash(
            _(
                "%(n)s rows had no room: a table has at most %(most)s.",
                n=left,
                most=rw_table.MOST_ROWS,
            ),
            "error",
        )
    return redirect(url_for(".sheet", key=key, coba=1))


def _rows(data: bytes) -> list[dict[str, str]]:
    """The rows of a spreadsheet by the table's own names, however they are written."""
    table = tables.parse(data, wanted=rw_table.CELLS)
    names = {tables.plain(name): name for name in table.columns}
    meant = {
        cell: next((names[n] for n in known if n in names), "") for cell, known in NAMES.items()
    }
    if not meant["kamus"]:
        raise TableProblem(_("The table has no column “kamus”."))
    found = []
    for row in table.rows:
        cells = {cell: row.cells.get(name, "") for cell, name in meant.items() if name}
        if any(cells.values()):
            found.append({cell: unguarded(text) for cell, text in cells.items()})
        if len(found) > 500:
            break
    return found


NAMES = {
    "kamus": ("kamus", "kode", "kode kamus", "usulan", "pekerjaan"),
    "volume": ("volume", "jumlah", "vol"),
    "rt": ("rt",),
    "tempat": ("tempat", "alamat", "lokasi"),
    "titik": ("titik", "koordinat"),
    "masalah": ("masalah", "alasan", "keterangan", "permasalahan"),
    "penerima": ("penerima", "penerima manfaat"),
    "pengusul": ("pengusul", "nama pengusul", "nama"),
}


@bp.get("/contoh.csv")
@may(ACT)
def example() -> ResponseReturnValue:
    """An empty table with the names of the columns, and one row to look at."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rw_table.CELLS)
    writer.writerow(("F08", "90", "3", "Gang Mawar", "", "Air meluap setiap hujan", "60", ""))
    response = private("\ufeff" + out.getvalue())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = "attachment; filename=usulan-rw.csv"
    return response


def _page(
    key: uuid.UUID,
    head: dict[str, str],
    lines: list[rw_table.Line],
    wrong: dict[str, str] | None = None,
) -> Response:
    """The sheet; after a spreadsheet was brought every row says what is wrong with it."""
    tried = request.args.get("coba") == "1"
    if tried:
        rw_table.tried(lines, head)
    bad = bool(wrong) or any(line.wrong or line.near for line in lines)
    return private(_rendered(key, head, lines, wrong or {}), 422 if bad and not tried else 200)


def _rendered(
    key: uuid.UUID,
    head: dict[str, str],
    lines: list[rw_table.Line],
    wrong: dict[str, str],
    *,
    shell: bool = False,
) -> str:
    area, rw = head.get("area_code", ""), head.get("rw", "")
    year = cycles.filing_year(db.session(), "rembug_warga", area or cycles.city_code(), g.arrived)
    number = int(rw) if rw.isascii() and rw.isdigit() and len(rw) < 4 else None
    return render_template(
        "musrenbang/rw_table.html",
        key=key,
        head=head,
        lines=lines,
        wrong=wrong,
        shell=shell,
        kamus=catalogue.choices(db.session, city_day()),
        kelurahan=choices.kelurahan(),
        channels=CHANNELS,
        hows=HOWS,
        fundings=FUNDINGS,
        words=behalf.WORDS,
        room=rw_limits.room(db.session, year, area, number) if area else rw_limits.Room(),
        year=year,
        account="" if shell else queued.mark(current_actor()),
        kind=KIND,
    )
