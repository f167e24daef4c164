"""What is proposed outside the *kamus usulan*: the queue of whoever decides on it."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.kinds import KINDS
from app.queries import outside
from app.queries.actors import current_actor
from models import db

from .guards import may
from .page import last_seen

bp = Blueprint("musrenbang_review", __name__, url_prefix="/kerja/musrenbang/kamus")
TABS = {"menunggu": "waiting", "diterima": "accepted", "ditolak": "refused"}


@bp.get("")
@may("review_catalogue")
def queue() -> ResponseReturnValue:
    """What waits, the oldest first; what was decided, the newest first."""
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else "menunggu"
    actor = current_actor()
    names = {"menunggu": _("Waiting for us"), "diterima": _("Accepted"), "ditolak": _("Refused")}
    counts = outside.counts(db.session, actor)
    tabs = [
        {
            "url": url_for(".queue", tab=name),
            "label": names[name],
            "count": counts[review],
            "current": name == tab,
        }
        for name, review in TABS.items()
    ]
    page = outside.page(db.session, actor, TABS[tab], last_seen())
    return render_template(
        "musrenbang/kamus_review.html",
        tabs=tabs,
        tab=tab,
        page=page,
        kind=KINDS["musrenbang"],
        may_keep=access.may(actor, "keep_catalogue"),
    )
