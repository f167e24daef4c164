"""Where each level puts its proposals in order: numbers to type, rows to pull, keys to press."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms import clean, whole
from app.forms.ranking import arranged, typed, wrong
from app.kinds import KINDS
from app.queries import ranking
from app.queries.actors import current_actor
from app.queries.labels import labels
from app.queries.ranking import RankedList
from app.queries.ranking_keys import ListKey
from app.services import ranking as service
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import LIST_RULES, db

from .guards import may
from .ranked import args_of, key_asked, year_asked

bp = Blueprint("work_ranking", __name__, url_prefix="/kerja/musrenbang/prioritas")


@bp.get("")
@may("rank")
def index() -> ResponseReturnValue:
    """The lists this actor puts in order; one alone opens at once."""
    year = year_asked(db.session)
    asked = request.args.get("wilayah", "")
    if asked in labels().areas or asked in labels().departments:
        rw = request.args.get("rw") or None
        return redirect(url_for(".edit", list_code=asked, tahun=year, rw=rw))
    lists, wide = _mine(year)
    return render_template("musrenbang/ranking_mine.html", year=year, lists=lists, wide=wide)


def _mine(year: int) -> tuple[list[ListKey], bool]:
    """The lists of the actor's seats; whether some seat covers a choice of areas."""
    city, found, wide = str(current_app.config["CITY"].code), [], False
    for seat in current_actor().seats:
        area = seat.area_code
        match seat.role:
            case "operator" if area and seat.rw:
                found.append(ListKey(year, "rw", area, rw=seat.rw))
            case "operator" | "moderator" if area and area.count(".") == 3:
                found.append(ListKey(year, "kelurahan", area))
                wide = True  # and each of its RW
            case "validator" if area and area.count(".") == 2:
                found.append(ListKey(year, "kecamatan", area))
            case "officer" if seat.department_code:
                found.append(ListKey(year, "forum_opd", department_code=seat.department_code))
            case "planner":
                found.append(ListKey(year, "kota", city))
                wide = True
            case "coordinator" | "validator" | "moderator":
                wide = True
    mine = [key for key in found if service.seat_for(current_actor(), key)]
    return list(dict.fromkeys(mine)), wide


@bp.get("/<code:list_code>")
@may("rank")
def edit(list_code: str) -> ResponseReturnValue:
    """The list to be put in order."""
    return _page(ranking.ranked(db.session, _key(list_code)))


def _key(list_code: str) -> ListKey:
    """The list of the address, if its order is this actor's to decide."""
    key = key_asked(db.session, list_code)
    if service.seat_for(current_actor(), key) is None:
        abort(403)
    return key


def _page(
    found: RankedList, cells: dict[int, str] | None = None, status: int = 200, **more: Any
) -> ResponseReturnValue:
    """The page with what was typed, or with the ranks there are."""
    rows = [*found.rows, *found.unranked]
    usual = {row.id: str(row.rank or "") for row in rows}
    page = render_template(
        "musrenbang/ranking_edit.html",
        key=found.key,
        list=found,
        rows=rows,
        cells=usual | (cells or {}),
        states={s.name: s for s in KINDS["musrenbang"].workflow.states},
        rules=LIST_RULES,
        **{"problem": "", "wrong": set(), "reason": "", **more},
    )
    return page, status


@bp.post("/<code:list_code>")
@may("rank")
@limiter.limit("600/hour")
def save(list_code: str) -> ResponseReturnValue:
    """Keep the order that was typed; when somebody was quicker, show both."""
    key = _key(list_code)
    found = ranking.ranked(db.session, key)
    rows = [*found.rows, *found.unranked]
    cells = typed(request.form, (row.id for row in rows))
    reason = (clean(request.form.get("reason")) or "")[:500]
    if bad := wrong(cells):
        problem = _("A rank is a whole number from 1, or nothing.")
        return _page(found, cells, 422, wrong=bad, problem=problem, reason=reason)
    seen = whole(request.form.get("seen"))
    ids = _order(found, cells, seen)
    try:
        service.reorder(current_actor(), key, ids, g.arrived, -1 if seen is None else seen, reason)
    except (service.Stale, service.Frozen, service.Unfit, NotAllowed, Refused) as problem_:
        return _refused(key, problem_, ids, cells, reason)
    db.session.commit()
    flash(_("The order is kept."), "success")
    return redirect(url_for(".edit", **args_of(key)))


def _order(found: RankedList, cells: dict[int, str], seen: int | None) -> list[int]:
    """The ids as typed over the order that was seen.

    An order sent again as a whole (``order``) stands as it is.
    """
    sent = [whole(text) for text in request.form.get("order", "").split(",") if text]
    if sent:
        known = {row.id for row in (*found.rows, *found.unranked)}
        return [one for one in dict.fromkeys(sent) if one in known and one is not None]
    before = [row.id for row in found.rows]
    if seen and seen != found.version and found.ranking_id:
        before = ranking.order_of(db.session, found.ranking_id, seen)
    return arranged(cells, {one: rank for rank, one in enumerate(before, 1)})


def _refused(
    key: ListKey, problem: Exception, ids: list[int], cells: dict[int, str], reason: str
) -> ResponseReturnValue:
    db.session.rollback()
    now = ranking.ranked(db.session, key)
    if isinstance(problem, service.Stale):
        rows = {row.id: row for row in (*now.rows, *now.unranked)}
        mine = [rows[one] for one in ids if one in rows]
        page = render_template("musrenbang/ranking_stale.html", key=key, list=now, mine=mine,
                               reason=reason)  # fmt: skip
        return page, 409
    if isinstance(problem, NotAllowed):
        abort(403)
    told = _("The forum has signed this list. Its order stays as it is.")
    if isinstance(problem, Refused):
        told = str(problem.args[1])
    elif isinstance(problem, service.Unfit):
        told = _("A proposal has left this list meanwhile. Please look at the order once more.")
    return _page(now, cells, 422, problem=told, reason=reason)


@bp.post("/<code:list_code>/aturan")
@may("rank")
@limiter.limit("60/hour")
def rule(list_code: str) -> ResponseReturnValue:
    """Declare what happens at the line."""
    key, chosen = _key(list_code), request.form.get("rule", "")
    seen = whole(request.form.get("seen"))
    if chosen not in LIST_RULES:
        found = ranking.ranked(db.session, key)
        return _page(found, status=422, problem=_("Please choose one of the rules."))
    try:
        service.set_rule(current_actor(), key, chosen, g.arrived, -1 if seen is None else seen)
    except (service.Stale, service.Frozen, NotAllowed, Refused) as problem:
        order = [row.id for row in ranking.ranked(db.session, key)]
        return _refused(key, problem, order, {}, "")
    db.session.commit()
    flash(_("The rule is kept, and stands on the public list."), "success")
    return redirect(url_for(".edit", **args_of(key)))
