"""Prepare a forum: call it, say when and where, invite."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import Seat
from app.extensions import limiter
from app.forms.forum import (
    CallForm,
    ForumForm,
    InviteForm,
    ReasonForm,
    people,
    typed_local,
    typed_points,
)
from app.queries import choices
from app.queries import forum as queries
from app.queries import ranking as lists
from app.queries.actors import current_actor
from app.queries.forum_words import GROUPS, THEMES
from app.queries.labels import area_label, labels
from app.queries.ranking_keys import ListKey
from app.services import bulk_acts
from app.services import forum as service
from app.workflow import NotAllowed
from models import (
    FORUM_GROUPS,
    FORUM_THEMES,
    PROPOSAL_LEVELS,
    Forum,
    db,
)

from .guards import may
from .musrenbang_forum import hidden_number
from .page import last_seen
from .ranked import year_asked

bp = Blueprint("work_forum", __name__, url_prefix="/kerja/musrenbang/forum")
LEVELS_OF = {  # at which levels a seat decides
    "moderator": ("kelurahan",),
    "operator": ("kelurahan",),
    "validator": ("kecamatan",),
    "planner": ("kota",),
    "coordinator": ("kecamatan", "kelurahan"),
}


def forum_run(forum_id: int) -> Forum:
    """A forum the actor runs; 404 otherwise."""
    found = db.session.get(Forum, forum_id)
    if found is None or service.seat_for(current_actor(), found) is None:
        abort(404)
    return found


@bp.app_errorhandler(service.Over)
def _over(_problem: service.Over) -> ResponseReturnValue:
    """Somebody closed it meanwhile: back to its page, where that is said."""
    db.session.rollback()
    forum_id = (request.view_args or {}).get("forum_id")
    flash(_("This forum is closed. Nothing of it changes any more."), "error")
    return redirect(url_for("work_forum.show", forum_id=forum_id))


# -- which, and a new one -------------------------------------------------------------------


@bp.get("")
@may("run_forum")
def index() -> ResponseReturnValue:
    """The forums the actor runs."""
    actor, year = current_actor(), year_asked(db.session)
    rows, more = queries.listed(db.session, year, last_seen())
    mine = [one for one in rows if service.seat_for(actor, one)]
    return render_template("musrenbang/forum_mine.html", year=year, forums=mine, more=more)


@bp.route("/baru", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("60/hour", methods=["POST"])
def create() -> ResponseReturnValue:
    """Call a forum."""
    form = CallForm()
    form.place.choices = _places(current_actor().seats)
    form.theme.choices = [(theme, THEMES[theme]) for theme in FORUM_THEMES]
    if request.method == "GET":
        _usual(form)
    elif form.validate() and (made := _called(form)):
        db.session.commit()
        return redirect(url_for(".show", forum_id=made.id))
    page = render_template("musrenbang/forum_edit.html", form=form, forum=None)
    return page, 422 if form.errors else 200


def _places(seats: tuple[Seat, ...]) -> list[tuple[str, str]]:
    """The areas and departments whose forums these seats run."""
    found: dict[str, str] = {}
    known = labels()
    for seat in seats:
        if seat.role == "officer" and seat.department_code:
            code = seat.department_code
            found[f"opd:{code}"] = known.department_names.get(code, code)
        elif seat.role in ("moderator", "operator", "validator", "coordinator", "planner"):
            found |= {f"area:{code}": area_label(code) for code in _areas(seat)}
        if seat.role == "planner":
            offices = choices.departments(db.session(), external=False)
            found |= {f"opd:{code}": name for code, name in offices}
    return list(found.items())


def _areas(seat: Seat) -> list[str]:
    """The areas at whose level this seat decides."""
    wanted = LEVELS_OF[seat.role]
    known = labels().levels.items()
    return sorted(code for code, level in known if level in wanted and seat.covers(code))


def _usual(form: CallForm) -> None:
    facts = service.usual()
    for name in ("quorum_rule", "quorum", "women"):
        form[name].data = facts[name]
    form.agenda.data = typed_points(facts["agenda"])
    form.plan_year.data = year_asked(db.session)
    rw = next((seat.rw for seat in current_actor().seats if seat.role == "operator"), None)
    form.rw.data, form.chair.data = rw, current_actor().name


def _called(form: CallForm) -> Forum | None:
    """The new forum; None when it may not be, which the form then says."""
    sort, _colon, code = form.place.data.partition(":")
    try:
        key = _key(form, sort, code)
        return service.create(current_actor(), key, form.columns(), form.theme.data or "")
    except service.Taken:
        form.place.errors = [*form.place.errors, _("There is a forum for this list already.")]
    except (NotAllowed, ValueError, KeyError):
        form.place.errors = [*form.place.errors, _("Your seat does not run this forum.")]
    return None


def _key(form: CallForm, sort: str, code: str) -> ListKey:
    year = form.plan_year.data or 0
    if sort == "opd":
        return ListKey(year, "forum_opd", department_code=code)
    level = labels().levels[code]
    if form.rw.data and level == "kelurahan":
        return ListKey(year, "rw", code, rw=form.rw.data)
    return ListKey(year, level, code)


# -- one forum ------------------------------------------------------------------------------


@bp.get("/<id:forum_id>")
@may("run_forum")
def show(forum_id: int) -> ResponseReturnValue:
    """Where a forum stands, and what comes next."""
    forum = forum_run(forum_id)
    return page_of("forum_work", forum, days=queries.days_of_notice(forum, g.arrived),
                 unsent=queries.unsent_count(db.session, forum.id),
                 wanted=service.letter_days(), decided=len(queries.decisions(db.session, forum.id)),
                 listed=len(rows_of(forum)), cancel=ReasonForm(formdata=None),
                 onward=_onward(forum))  # fmt: skip


def _onward(forum: Forum) -> list[list[str]]:
    """The numbers of what a closed forum agreed on and nobody has passed on yet, by hundreds."""
    if forum.closed_at is None or not forum.is_binding or forum.level == PROPOSAL_LEVELS[-1]:
        return []
    left = [row.number for row in lists.ranked(db.session, queries.key_of(forum)).rows
            if row.level == forum.level and row.state == "agreed"]  # fmt: skip
    return [left[n : n + bulk_acts.MOST] for n in range(0, len(left), bulk_acts.MOST)]


def page_of(name: str, forum: Forum, status: int = 200, **values: Any) -> ResponseReturnValue:
    found = queries.turnout(db.session, forum.id)
    warnings = queries.warnings(forum, found, service.targets())
    page = render_template(f"musrenbang/{name}.html", forum=forum, turnout=found,
                           warnings=warnings, **values)  # fmt: skip
    return page, status


def rows_of(forum: Forum) -> list[lists.Row]:
    found = lists.ranked(db.session, queries.key_of(forum))
    return [*found.rows, *found.unranked]


@bp.route("/<id:forum_id>/ubah", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("300/hour", methods=["POST"])
def edit(forum_id: int) -> ResponseReturnValue:
    """Change when, where and how it is held."""
    forum, form = forum_run(forum_id), ForumForm()
    if request.method == "GET":
        form = ForumForm(formdata=None, data=_shown(forum))
    elif form.validate():
        try:
            service.change(
                forum, current_actor(), form.columns(), hidden_number(form.seen.data), g.arrived
            )
        except service.Stale:
            db.session.rollback()
            form.venue.errors = [_("Somebody changed it meanwhile. Compare, then save again.")]
            form.seen.data = str(forum_run(forum_id).revision)
            return page_of("forum_edit", forum, 409, form=form)
        db.session.commit()
        return redirect(url_for(".show", forum_id=forum_id))
    return page_of("forum_edit", forum, 422 if form.errors else 200, form=form)


def _shown(forum: Forum) -> dict[str, Any]:
    """The forum as its form shows it."""
    known = {name: getattr(forum, name) for name in service.COLUMNS}
    moments = {name: typed_local(known[name]) for name in ("starts_at", "ends_at")}
    return {**known, **moments, "agenda": typed_points(forum.agenda), "seen": forum.revision}


@bp.post("/<id:forum_id>/batal")
@may("run_forum")
@limiter.limit("60/hour")
def cancel(forum_id: int) -> ResponseReturnValue:
    """It is not held."""
    forum, form = forum_run(forum_id), ReasonForm()
    if not form.validate():
        flash(_("Please say why. Everybody reads it."), "error")
        return redirect(url_for(".show", forum_id=forum_id))
    service.cancel(forum, current_actor(), form.reason.data or "", g.arrived)
    db.session.commit()
    return redirect(url_for(".show", forum_id=forum_id))


# -- who is invited -------------------------------------------------------------------------


@bp.route("/<id:forum_id>/undangan", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("300/hour", methods=["POST"])
def guests(forum_id: int) -> ResponseReturnValue:
    """The list of the invited."""
    forum, form = forum_run(forum_id), InviteForm()
    form.group.choices = [(group, GROUPS[group]) for group in FORUM_GROUPS]
    if form.validate_on_submit():
        wanted = people(form.people.data, form.group.data)
        made = service.invite(forum, current_actor(), wanted, g.arrived)
        db.session.commit()
        flash(_("%(n)s added, %(twice)s were on the list already.", n=len(made),
                twice=len(wanted) - len(made)), "success")  # fmt: skip
        return redirect(url_for(".guests", forum_id=forum_id))
    rows = queries.guests(db.session, forum.id)
    return page_of("forum_guests", forum, 422 if form.errors else 200, form=form, guests=rows,
                 unsent=any(not (one.sent_at or one.letter_at) for one in rows),
                 days=queries.days_of_notice(forum, g.arrived),
                 wanted=service.letter_days())  # fmt: skip


@bp.post("/<id:forum_id>/undangan/kirim")
@may("run_forum")
@limiter.limit("30/hour")
def send_letters(forum_id: int) -> ResponseReturnValue:
    """Tell those with an account."""
    count = service.send_letters(forum_run(forum_id), current_actor(), g.arrived)
    db.session.commit()
    flash(_("%(n)s invitations were sent by e-mail or to the inbox.", n=count), "success")
    return redirect(url_for(".guests", forum_id=forum_id))


@bp.post("/<id:forum_id>/undangan/<id:guest_id>/hapus")
@may("run_forum")
def uninvite(forum_id: int, guest_id: int) -> ResponseReturnValue:
    """Take somebody off the list."""
    service.uninvite(forum_run(forum_id), current_actor(), guest_id)
    db.session.commit()
    return redirect(url_for(".guests", forum_id=forum_id))
