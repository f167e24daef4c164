"""Planners carry over what was not realised: many at once, after looking at what would follow."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.access import in_area
from app.extensions import limiter
from app.forms import whole
from app.forms.cycle import CarryForm
from app.queries import carried
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from app.queries.labels import labels
from app.services import carry
from models import Proposal, db

from .guards import may
from .page import session

bp = Blueprint("work_carry", __name__, url_prefix="/kerja/musrenbang/lanjutkan")
AT_ONCE = 200


@bp.route("", methods=["GET", "POST"])
@may("plan_cycle")
@limiter.limit("60/hour", methods=["POST"])
def index() -> ResponseReturnValue:
    """What of a year may go on; chosen, looked at, done."""
    form, year = CarryForm(), _year()
    found = _found(year)
    chosen = [proposal for proposal in found if str(proposal.id) in request.form.getlist("pilih")]
    looked = form.validate_on_submit() and bool(chosen)
    if looked and request.form.get("sure"):
        return _carried(chosen, form.note.data or "")
    page = render_template(
        "musrenbang/work_carry.html",
        form=form,
        year=year,
        years=carried.years(session()),
        found=found,
        chosen={proposal.id for proposal in chosen} if looked else None,
        follows=[(p, carry.target_year(p, g.arrived), carry.begins_at(p)) for p in chosen],
        total=sum(p.cost or 0 for p in chosen),
        area=request.args.get("wilayah", ""),
    )
    return page, 422 if form.errors else 200


def _year() -> int:
    """The plan year asked for; else the latest of which something is left, else this year."""
    asked = whole(request.args.get("tahun"))
    known = carried.years(session())
    return asked if asked and asked < 3000 else next(iter(known), city_day(g.arrived).year)


def _found(year: int) -> list[Proposal]:
    """What may be carried over now, in the area asked for; as many as are done at once."""
    area = request.args.get("wilayah", "")
    narrowed = [in_area(area)] if area in labels().areas else []
    found = carried.candidates(session(), year, narrowed)
    over = carry.is_over(year, g.arrived)
    return [p for p in found if p.state != "deferred" or over][:AT_ONCE]


def _carried(chosen: list[Proposal], note: str) -> ResponseReturnValue:
    done, failed = carry.carry_all(chosen, current_actor(), note, g.arrived)
    db.session.commit()
    said: Any = ngettext(
        "%(num)s proposal was carried over.", "%(num)s proposals were carried over.", done
    )
    flash(said, "success")
    if failed:
        flash(
            ngettext(
                "%(num)s has been changed meanwhile and was left.",
                "%(num)s have been changed meanwhile and were left.",
                failed,
            ),
            "error",
        )
    return redirect(f"{url_for('.index')}?{request.query_string.decode()}")
