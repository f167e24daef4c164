"""A forum at its end: closed, corrected, printed."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    g,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.forum import (
    CorrectionForm,
)
from app.queries import forum as queries
from app.queries.actors import current_actor
from app.queries.forum_words import PARTS
from app.services import forum as service
from app.services import forum_closing as closing
from app.services import minutes, ranking
from app.services.before import Closed
from models import (
    ForumPrint,
    db,
)

from .guards import may
from .musrenbang_forum import sent
from .work_forum import forum_run, page_of, rows_of

bp = Blueprint("work_forum_end", __name__, url_prefix="/kerja/musrenbang/forum")


# -- closing, correcting, printing ----------------------------------------------------------


@bp.route("/<id:forum_id>/tutup", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("60/hour", methods=["POST"])
def close(forum_id: int) -> ResponseReturnValue:
    """Look over what will be signed, then close."""
    forum, actor = forum_run(forum_id), current_actor()
    problem, blocked, status = "", [], 200
    if request.method == "POST":
        try:
            closing.freeze(forum, actor, g.arrived)
            minutes.order_public(forum, service.require(actor, forum))
            db.session.commit()
            return redirect(url_for("work_forum.show", forum_id=forum_id))
        except closing.Blocked as found:
            blocked = found.args[0]
        except Closed as found:
            problem = str(found.args[1])
        except ranking.Frozen:
            problem = _("Another forum has signed this list already.")
        db.session.rollback()
        forum, status = forum_run(forum_id), 409
    blocked = blocked or (closing.hurdles(forum) if forum.is_open else [])
    made = queries.decisions(db.session, forum.id)
    left = [row for row in rows_of(forum) if row.id not in made and row.level == forum.level]
    return page_of("forum_close", forum, status, blocked=blocked, problem=problem, left=left,
                 agreed=sum(one.outcome == "agreed" for one in made.values()),
                 others=sum(one.outcome != "agreed" for one in made.values()))  # fmt: skip


@bp.route("/<id:forum_id>/ralat", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("30/hour", methods=["POST"])
def correct(forum_id: int) -> ResponseReturnValue:
    """Put right what was signed, by a further version."""
    forum, form = forum_run(forum_id), CorrectionForm()
    form.part.choices = list(PARTS.items())
    if forum.closed_at is None:
        abort(404)
    if form.validate_on_submit():
        said = (form.part.data or "", form.correction.data or "", form.reason.data or "")
        closing.correct(forum, current_actor(), *said, at=g.arrived)
        minutes.order_public(forum, service.require(current_actor(), forum))
        db.session.commit()
        return redirect(url_for("work_forum.show", forum_id=forum_id))
    signed = queries.versions(db.session, forum.id)
    status = 422 if form.errors else 200
    return page_of("forum_correct", forum, status, form=form, versions=signed)


@bp.route("/<id:forum_id>/berkas", methods=["GET", "POST"])
@may("run_forum")
@limiter.limit("60/hour", methods=["POST"])
def files(forum_id: int) -> ResponseReturnValue:
    """The files: have them made, see how far they are, open them."""
    forum = forum_run(forum_id)
    if request.method == "POST":
        sort = request.form.get("sort", "")
        if sort not in ("letters", "set", "table"):
            abort(400)
        minutes.order(forum, current_actor(), sort)
        db.session.commit()
        return redirect(url_for(".files", forum_id=forum_id, _anchor="berkas"))
    return page_of("forum_files", forum, prints=queries.prints(db.session, forum.id))


@bp.get("/<id:forum_id>/berkas/<id:print_id>")
@may("run_forum")
def download(forum_id: int, print_id: int) -> ResponseReturnValue:
    """A file with names, for who runs the forum."""
    forum, made = forum_run(forum_id), db.session.get(ForumPrint, print_id)
    if made is None or made.forum_id != forum.id:
        abort(404)
    answer = sent(made)
    answer.headers["Cache-Control"] = "private, no-store"  # type: ignore[union-attr]
    return answer
