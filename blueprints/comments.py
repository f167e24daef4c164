"""The discussion of an item: speak, report, hide and show."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms import clean, clean_line, key_of, whole
from app.kinds import Kind
from app.queries.actors import current_actor
from app.services import comments
from app.workflow import NotAllowed
from models import Comment, Item, db

from .errors import problem
from .guards import may, signed_in
from .items import find, page_of

bp = Blueprint("comments", __name__)
LONGEST = 3000


def _back(kind: Kind, number: str) -> ResponseReturnValue:
    return redirect(url_for("items.show", kind=kind, number=number, _anchor="diskusi"))


def _comment(item: Item, comment_id: int) -> Comment:
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.item_id != item.id:
        abort(404)
    return comment


@bp.post("/<kind:kind>/<number>/komentar")
@signed_in
@limiter.limit("60/hour")
def add(kind: Kind, number: str) -> ResponseReturnValue:
    """Say something; from a seat it is the official answer."""
    item = find(kind, number)
    body = clean(request.form.get("body")) or ""
    if not 1 <= len(body) <= LONGEST:
        wrong = _("Please write between 1 and 3,000 characters.")
        return page_of(kind, item, body=body, stance=_stance(), wrong=wrong), 422
    try:
        comment = comments.add(
            item,
            current_actor(),
            body,
            key=key_of(request.form.get("key")) or uuid.uuid4(),
            parent_id=whole(request.form.get("parent")),
            stance=_stance(),
        )
    except NotAllowed:
        return problem(409, _("The discussion of this item is closed."))
    db.session.commit()
    if comment.status == "held":
        flash(_("Thank you. A moderator reads the first words of new accounts."), "info")
    return _back(kind, number)


def _stance() -> str:
    asked = request.form.get("stance", "")
    return asked if asked in ("for", "against") else ""


@bp.post("/<kind:kind>/<number>/komentar/<id:comment_id>/lapor")
@signed_in
@limiter.limit("20/hour")
def report(kind: Kind, number: str, comment_id: int) -> ResponseReturnValue:
    """Say that a comment breaks the rules."""
    item = find(kind, number)
    reason = (clean_line(request.form.get("reason")) or "")[:300]
    comments.report(_comment(item, comment_id), item, current_actor(), reason)
    db.session.commit()
    flash(_("Thank you. A moderator will look at it."), "success")
    return _back(kind, number)


@bp.post("/<kind:kind>/<number>/komentar/<id:comment_id>/putuskan")
@may("moderate")
def judge(kind: Kind, number: str, comment_id: int) -> ResponseReturnValue:
    """Hide a comment with a reason, or show it."""
    item = find(kind, number)
    comment, reason = _comment(item, comment_id), clean_line(request.form.get("reason")) or ""
    try:
        if request.form.get("act") == "publish":
            comments.publish(comment, item, current_actor())
        elif reason:
            comments.hide(comment, item, current_actor(), reason[:300])
        else:
            return problem(400, _("Please give a reason; its author can read it."))
    except NotAllowed:
        abort(403)
    db.session.commit()
    return _back(kind, number)
