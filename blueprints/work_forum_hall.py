"""A forum while it is held: who comes, the minutes, what is decided."""

from __future__ import annotations

import uuid

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import limiter
from app.forms import clean, key_of
from app.forms.forum import (
    AssetForm,
    DecisionForm,
    PersonForm,
)
from app.kinds import KINDS, REASONS
from app.queries import forum as queries
from app.queries.actors import current_actor
from app.queries.forum_words import ASSETS, GROUPS, WAYS
from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import forum_decisions as decisions
from app.services import forum_minutes
from app.services.refused import Refused
from models import (
    ASSET_SORTS,
    FORUM_GROUPS,
    Forum,
    ForumGuest,
    Item,
    Proposal,
    db,
)

from .guards import may
from .musrenbang_forum import hidden_number, qr_of
from .work_forum import forum_run, page_of, rows_of

bp = Blueprint("work_forum_hall", __name__, url_prefix="/kerja/musrenbang/forum")


# -- who comes ------------------------------------------------------------------------------


@bp.route("/<id:forum_id>/hadir", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("2000/hour", methods=["POST"])
def attendance(forum_id: int) -> ResponseReturnValue:
    """The attendance list; the secretary types, or ticks one of the invited."""
    forum, form = forum_run(forum_id), PersonForm()
    form.group.choices = [(group, GROUPS[group]) for group in FORUM_GROUPS]
    if request.method == "POST":
        guest = _guest(forum)
        if guest is not None or form.validate():
            given = {} if guest else form.columns()
            mark = key_of(form.key.data) or uuid.uuid4()
            row, fresh = doors.add(forum, current_actor(), given, mark, guest, g.arrived)
            db.session.commit()
            added = _("%(name)s is on the list.", name=row.name)
            twice = _("%(name)s was on the list already.", name=row.name)
            flash(added if fresh else twice, "success")
            return redirect(url_for(".attendance", forum_id=forum_id))
    form.key.data = str(uuid.uuid4())
    came = queries.attendance(db.session, forum.id)
    here = {row.guest_id for row in came}
    absent = [one for one in queries.guests(db.session, forum.id) if one.id not in here]
    return page_of("forum_attendance", forum, 422 if form.errors else 200, form=form, came=came,
                 absent=absent)  # fmt: skip


def _guest(forum: Forum) -> ForumGuest | None:
    found = db.session.get(ForumGuest, hidden_number(request.form.get("guest")))
    return found if found is not None and found.forum_id == forum.id else None


@bp.post("/<id:forum_id>/hadir/<id:attendance_id>")
@may("run_forum")
def change_attendance(forum_id: int, attendance_id: int) -> ResponseReturnValue:
    """Strike somebody typed by mistake; send somebody on as a delegate, or not."""
    forum, act = forum_run(forum_id), request.form.get("act", "")
    if act == "strike":
        doors.strike(forum, current_actor(), attendance_id)
    elif act in ("delegate", "stay"):
        doors.delegate(forum, current_actor(), attendance_id, act == "delegate")
    else:
        abort(400)
    db.session.commit()
    return redirect(url_for(".attendance", forum_id=forum_id, _anchor="daftar"))


@bp.route("/<id:forum_id>/kode", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("60/hour", methods=["POST"])
def door(forum_id: int) -> ResponseReturnValue:
    """The QR for the door, to be shown on a screen or printed."""
    forum = forum_run(forum_id)
    if request.method == "POST":
        service.new_door(forum, current_actor())
        db.session.commit()
        return redirect(url_for(".door", forum_id=forum_id))
    address = f"{current_app.config['BASE_URL']}/hadir/{doors.door_code(forum, g.arrived)}"
    return page_of("forum_code", forum, address=address, qr=qr_of(address))


# -- minutes --------------------------------------------------------------------------------


@bp.route("/<id:forum_id>/notulen", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("6000/hour", methods=["POST"])
def notes(forum_id: int) -> ResponseReturnValue:
    """The minutes, point by point; saved while they are typed."""
    forum = forum_run(forum_id)
    if request.method == "GET":
        return page_of("forum_notes", forum, minutes=queries.minutes(db.session, forum.id))
    point = hidden_number(request.form.get("point"))
    if point > len(forum.agenda):
        abort(400)
    base, words = hidden_number(request.form.get("base")), clean(request.form.get("text")) or ""
    saved = forum_minutes.save(forum, current_actor(), point, base, words, g.arrived)
    db.session.commit()
    if request.headers.get("Accept") == "application/json":
        return jsonify(number=saved.number, text=saved.text, merged=saved.merged)
    if saved.merged:
        flash(_("Somebody else wrote here, too. Both texts stand below; please read them."), "info")
    return redirect(url_for(".notes", forum_id=forum_id, _anchor=f"butir-{point}"))


# -- decisions ------------------------------------------------------------------------------


@bp.get("/<id:forum_id>/usulan")
@may("run_forum")
def proposals(forum_id: int) -> ResponseReturnValue:
    """The proposals in their order, each with what was decided."""
    forum = forum_run(forum_id)
    states = {s.name: s for s in KINDS["musrenbang"].workflow.states}
    made = queries.decisions(db.session, forum.id)
    return page_of("forum_items", forum, rows=rows_of(forum), made=made, states=states,
                 key=queries.key_of(forum))  # fmt: skip


@bp.route("/<id:forum_id>/usulan/<number>", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("2000/hour", methods=["POST"])
def decide(forum_id: int, number: str) -> ResponseReturnValue:
    """What the forum says of one proposal."""
    forum, item = forum_run(forum_id), _proposal(number)
    made = queries.decisions(db.session, forum.id).get(item.id)
    form = DecisionForm(obj=made if request.method == "GET" else None)
    form.way.choices = list(WAYS.items())
    form.reason.choices = [("", _("Please choose")), *((r, REASONS[r]) for r in queries.REASONS)]
    status = 200
    if request.method == "GET":
        form.seen.data = str(made.revision if made else 0)
    elif request.form.get("act") == "undo":
        decisions.undo(forum, current_actor(), item.id)
        db.session.commit()
        return redirect(url_for(".proposals", forum_id=forum_id))
    elif form.validate():
        status = _decided(forum, item, form)
        if status == 200:
            return redirect(url_for(".proposals", forum_id=forum_id, _anchor=item.number))
    else:
        status = 422
    return page_of("forum_decide", forum, status, form=form, item=item, decision=made)


def _proposal(number_: str) -> Proposal:
    found = db.session.scalar(select(Item).where(Item.number == number_))
    if not isinstance(found, Proposal):
        abort(404)
    return found


def _decided(forum: Forum, item: Proposal, form: DecisionForm) -> int:
    """200 when it is kept; else the status of the page, whose form says what is wrong."""
    names = ("way", "outcome", "votes_for", "votes_against", "abstained", "reason", "note")
    given = {name: form[name].data for name in names}
    try:
        decisions.decide(
            forum, current_actor(), item, given, hidden_number(form.seen.data), g.arrived
        )
    except Refused as problem:
        db.session.rollback()
        name = str(problem.args[0])
        field = form[name] if name in form else form.way  # noqa: SIM401 a form has no get
        field.errors = [*field.errors, str(problem.args[1])]
        return 422
    except service.Stale:
        db.session.rollback()
        now = queries.decisions(db.session, forum.id).get(item.id)
        form.way.errors = [_("Somebody decided on it meanwhile. Compare, then save again.")]
        form.seen.data = str(now.revision if now else 0)
        return 409
    db.session.commit()
    return 200


# -- facilities -----------------------------------------------------------------------------


@bp.route("/<id:forum_id>/aset", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("300/hour", methods=["POST"])
def assets(forum_id: int) -> ResponseReturnValue:
    """Facilities that were not handed over yet (Form 5)."""
    forum, form = forum_run(forum_id), AssetForm()
    form.sort.choices = [(sort, ASSETS[sort]) for sort in ASSET_SORTS]
    if request.method == "POST" and (drop := hidden_number(request.form.get("drop"))):
        service.drop_asset(forum, current_actor(), drop)
        db.session.commit()
        return redirect(url_for(".assets", forum_id=forum_id))
    if form.validate_on_submit():
        names = ("sort", "name", "address", "holder", "size", "note")
        service.keep_asset(forum, current_actor(), {n: form[n].data or "" for n in names})
        db.session.commit()
        return redirect(url_for(".assets", forum_id=forum_id))
    rows = queries.assets(db.session, forum.id)
    return page_of("forum_assets", forum, 422 if form.errors else 200, form=form, assets=rows)
