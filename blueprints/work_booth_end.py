"""A booth at its end: its record, and what became of each paper."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cells import guarded
from app.extensions import limiter
from app.forms.booth import BoxForm
from app.queries import booths as queries
from app.queries.actors import current_actor
from app.services import booths, papers
from app.services.refused import Refused
from models import Contest, db

from .guards import may
from .work_booth import booth_here, contest_here, refused

bp = Blueprint("work_booth_end", __name__, url_prefix="/kerja/suara")


@bp.route("/bilik/<id:booth_id>/rekap", methods=["GET", "POST"])
@may("run_booth")
@limiter.limit("120/hour", methods=["POST"])
def record(booth_id: int) -> ResponseReturnValue:
    """The record of a booth: who served, what was handed out, what lay in the box."""
    booth, contest = booth_here(booth_id)
    form = BoxForm(obj=booth if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            booths.count_box(booth, current_actor(), form.boxed.data or 0, form.note.data or "")
        except Refused as problem:
            db.session.rollback()
            refused(form, problem, "boxed")
        else:
            db.session.commit()
            return redirect(url_for(".record", booth_id=booth_id))
    status = 422 if form.errors else 200
    booth, contest = booth_here(booth_id)
    one = next(found for found in booths.totals(contest) if found.booth.id == booth_id)
    founder = bool(booths.seat_for(current_actor(), booth.area_code, booths.FOUNDERS))
    page = render_template("voting/booth_record.html", booth=booth, contest=contest, one=one,
                           form=form, founder=founder, now=datetime.now(UTC))  # fmt: skip
    return page, status


@bp.get("/<id:contest_id>/bilik/laporan")
@may("run_booth")
def validation(contest_id: int) -> ResponseReturnValue:
    """Ballot by ballot: where it came from and whether it counts; never what it says."""
    contest = contest_here(contest_id)
    rows, ways = _ballots(contest)
    if request.args.get("bentuk") == "csv":
        return _csv(contest, rows, ways)
    return render_template("voting/booth_validation.html", contest=contest, rows=rows, ways=ways)


def _ballots(contest: Contest) -> tuple[list[tuple[str, str, str, str]], dict[str, int] | None]:
    """(serial, booth, state, reason) of each paper; totals of the other ways once counted."""
    rows = [
        (one.serial, one.booth, one.state,
         str(papers.why_invalid(one.note)) if one.state == "invalid" else
         one.note if one.state == "settled" else "")
        for one in queries.papers(db.session(), contest.id)
    ]  # fmt: skip
    return rows, queries.channels(db.session(), contest)


def _csv(contest: Contest, rows: Any, ways: dict[str, int] | None) -> Response:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["nomor_seri", "jalur", "bilik", "keadaan", "alasan", "jumlah"])
    for serial, booth, state, reason in rows:
        table.writerow([guarded(cell) for cell in (serial, "paper", booth, state, reason, "1")])
    for way, count in sorted((ways or {}).items()):
        table.writerow(["", way, "", "counted", "", count])
    name = f"laporan-surat-suara-{contest.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=headers)
