"""What is mine: items, drafts, inbox."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import may
from app.queries import inbox as letters
from app.queries import items as lists
from app.queries import notices
from app.queries.actors import current_actor
from app.queries.drafts import drafts_of
from app.services import inbox as reading
from blueprints.guards import signed_in
from blueprints.page import last_seen
from models import db

from .base import bp


@bp.get("/saya")
@signed_in
def mine() -> ResponseReturnValue:
    """What somebody filed, in every state, and what they have begun."""
    actor, before = current_actor(), last_seen()
    return render_template(
        "account/mine.html",
        page=lists.of_person(db.session(), actor, before),
        drafts=[] if before else drafts_of(db.session(), actor),
        before=before,
    )


@bp.get("/saya/kotak-masuk")
@signed_in
def inbox() -> ResponseReturnValue:
    """What somebody has been told."""
    before = last_seen()
    page = letters.page(db.session(), current_actor(), before)
    notes = [] if before else notices.lines(db.session(), current_actor())
    return render_template("account/inbox.html", page=page, before=before, notes=notes)


@bp.post("/saya/kotak-masuk")
@signed_in
def read_all() -> ResponseReturnValue:
    """Everything in the inbox has been read."""
    count = reading.mark_all_read(current_actor())
    db.session.commit()
    flash(_("All read.") if count else _("There was nothing unread."), "success")
    return redirect(url_for(".inbox"))


@bp.post("/saya/kotak-masuk/<id:notification_id>")
@signed_in
def read_one(notification_id: int) -> ResponseReturnValue:
    """One line has been read: on to what it tells of.  Nobody reads another's line."""
    item = reading.mark_read(current_actor(), notification_id)
    db.session.commit()
    if item is None or not may(current_actor(), "read", item):
        return redirect(url_for(".inbox"))
    return redirect(url_for("items.show", kind=item.kind, number=item.number))
