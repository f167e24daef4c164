"""Forums in public: when and where, who came in numbers, what was agreed; and the door."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    render_template,
    send_file,
)
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime

from app.access import on_public_list
from app.extensions import limiter
from app.forms import key_of, whole
from app.forms.forum import PersonForm
from app.kinds import KINDS
from app.queries import forum as queries
from app.queries import ranking as lists
from app.queries.actors import current_actor
from app.queries.forum_words import ASSETS, GROUPS, PRINTS, WAYS, name_of, warned, whose
from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import minutes
from app.services.disposition import documents
from app.services.qr import drawn
from models import FORUM_GROUPS, AnySession, Forum, ForumPrint, db

from .guards import public
from .page import last_seen, moment, session
from .ranked import year_asked

bp = Blueprint("musrenbang_forum", __name__)
BASE = "/musrenbang/forum"


def _state(name: str) -> str:
    return str(next(s.label for s in KINDS["musrenbang"].workflow.states if s.name == name))


def _time(forum: Forum) -> str:
    """When it is held; the day once."""
    begins, ends = forum.starts_at, forum.ends_at
    if ends is None:
        return moment(begins)
    day = current_app.config["CITY"].day
    same = day(begins) == day(ends)
    return f"{moment(begins)} – {format_datetime(ends, 'HH.mm') if same else moment(ends)}"


bp.add_app_template_filter(lambda code: GROUPS.get(code, code), "forum_group")
bp.add_app_template_filter(lambda code: ASSETS.get(code, code), "asset_sort")
bp.add_app_template_filter(lambda code: WAYS.get(code, code), "forum_way")
bp.add_app_template_filter(lambda code: PRINTS.get(code, code), "forum_print")
bp.add_app_template_filter(_time, "forum_time")
bp.add_app_template_filter(_state, "proposal_state")
bp.add_app_template_filter(name_of, "forum_name")
bp.add_app_template_filter(whose, "forum_whose")
bp.add_app_template_filter(warned, "forum_warned")


@bp.get(BASE)
@public
def index() -> ResponseReturnValue:
    """The forums of a year, those to come first."""
    reads = session()
    year = year_asked(reads)
    rows, more = queries.listed(reads, year, last_seen())
    now = g.arrived
    coming = [one for one in rows if one.is_open and one.starts_at >= now]
    return render_template(
        "musrenbang/forum_index.html",
        year=year,
        coming=sorted(coming, key=lambda one: one.starts_at),
        held=[one for one in rows if one not in coming],
        more=more,
    )


def _forum(reads: AnySession, forum_id: int) -> Forum:
    found = reads.get(Forum, forum_id)
    if found is None:
        abort(404)
    return found


@bp.get(f"{BASE}/<id:forum_id>")
@public
def show(forum_id: int) -> ResponseReturnValue:
    """One forum: numbers of who came, never names; what was agreed and what not, and why."""
    reads = session()
    forum = _forum(reads, forum_id)
    order = lists.ranked(reads, queries.key_of(forum))
    costs = {row.id: row.cost for row in order}
    agreed, others = queries.results(reads, forum, [row.id for row in order], costs)
    signed = queries.versions(reads, forum.id)
    files = _latest(queries.prints(reads, forum.id, public=True))
    return render_template(
        "musrenbang/forum_show.html",
        forum=forum,
        turnout=queries.turnout(reads, forum.id),
        agreed=[one for one in agreed if on_public_list(one.proposal)],
        others=[one for one in others if on_public_list(one.proposal)],
        assets=queries.assets(reads, forum.id) if forum.closed_at else (),
        versions=signed,
        files=files,
        printing=not files and queries.being_printed(reads, forum.id),
        runs=bool(current_actor().seats) and service.seat_for(current_actor(), forum) is not None,
        key=queries.key_of(forum),
    )


def _latest(found: Any) -> list[ForumPrint]:
    """The newest file of each sort."""
    made: dict[str, ForumPrint] = {}
    for one in found:
        made.setdefault(one.sort, one)
    return [made[sort] for sort in minutes.PUBLIC if sort in made]


@bp.get(f"{BASE}/<id:forum_id>/naskah")
@bp.get(f"{BASE}/<id:forum_id>/naskah/<id:version>")
@public
def text(forum_id: int, version: int = 0) -> ResponseReturnValue:
    """The signed text itself: its SHA-256 is the hash that is printed."""
    signed = queries.versions(session(), forum_id)
    found = next((one for one in signed if one.number == (version or len(signed))), None)
    if found is None:
        abort(404)
    answer = Response(found.text.encode(), mimetype="text/plain")
    name = f"forum-{forum_id}-naskah-{found.number}.txt"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@bp.get(f"{BASE}/<id:forum_id>/berkas/<id:print_id>")
@public
def download(forum_id: int, print_id: int) -> ResponseReturnValue:
    """A file for everybody: numbers, no names."""
    made = session().get(ForumPrint, print_id)
    if made is None or made.forum_id != forum_id or made.sort not in minutes.PUBLIC:
        abort(404)
    return sent(made)


def sent(made: ForumPrint) -> ResponseReturnValue:
    """The file of an order; 404 while there is none."""
    if made.status != "ready":
        abort(404)
    try:
        data = documents().read(made.file_name)
    except FileNotFoundError:
        abort(404)
    return send_file(
        BytesIO(data), mimetype=minutes.mime_type(made), download_name=minutes.file_name(made)
    )


# -- the door -------------------------------------------------------------------------------


@bp.route("/hadir/<token>", methods=["GET", "POST"])
@public
@limiter.limit("1500/hour", methods=["POST"])  # a hall full of phones behind one address
@limiter.limit("3000/hour", methods=["GET"])
def door(token: str) -> ResponseReturnValue:
    """Say that one is here, without an account; once, however often it is sent."""
    try:
        found = doors.find(token, g.arrived)
    except doors.Unknown:
        return _private(render_template("musrenbang/forum_door_closed.html", forum=None), 404)
    form = PersonForm()
    form.group.choices = [(group, GROUPS[group]) for group in FORUM_GROUPS]
    if not form.key.data:
        form.key.data = str(uuid.uuid4())
    if not form.is_submitted():
        return _private(_door_page(found, form))
    if found.guest is None and not form.validate():
        return _private(_door_page(found, form), 422)
    given = {} if found.guest else form.columns()
    try:
        _row, fresh = doors.check_in(found, given, key_of(form.key.data) or uuid.uuid4(), g.arrived)
    except (doors.TooEarly, service.Over):
        db.session.rollback()
        return _private(_door_page(found, form), 409)
    db.session.commit()
    count = queries.present_count(db.session, found.forum.id)
    page = render_template(
        "musrenbang/forum_here.html", forum=found.forum, fresh=fresh, count=count
    )
    return _private(page)


def _door_page(found: doors.Door, form: PersonForm) -> str:
    forum = found.forum
    try:
        doors.doors_open(forum, g.arrived)
    except doors.TooEarly as early:
        return render_template(
            "musrenbang/forum_door_closed.html", forum=forum, opens=early.args[0]
        )
    if not forum.is_open:
        return render_template("musrenbang/forum_door_closed.html", forum=forum)
    return render_template("musrenbang/forum_door.html", forum=forum, guest=found.guest, form=form)


def _private(page: str, status: int = 200) -> Response:
    """Nobody keeps this page, and its address is told to nobody."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def qr_of(address: str) -> str:
    """A picture of an address."""
    return drawn(address)


def hidden_number(text_: str | None) -> int:
    """A hidden number of a form; 0 for nonsense."""
    return whole(text_) or 0
