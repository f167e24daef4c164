"""Read who filed something: with a reason, once, and told to the person."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.extensions import limiter
from app.forms.identity import IdentityForm
from app.kinds import Kind
from app.queries.actors import current_actor
from app.services import identity
from app.workflow import NotAllowed
from models import db

from .guards import may
from .items import find
from .tracking import private, receipt

bp = Blueprint("identity", __name__)


@bp.app_template_filter()
def identity_reason(code: str) -> str:
    """A coded reason in words."""
    return str(identity.SAID.get(code, code))


@bp.route("/<kind:kind>/<number>/pelapor", methods=["GET", "POST"])
@may("read_identity")
@limiter.limit("60/hour", methods=["POST"])
def reporter(kind: Kind, number: str) -> ResponseReturnValue:
    """Ask why; then say it, on this page and on no other."""
    item = find(kind, number)
    if not access.may(current_actor(), "read_identity", item):
        abort(403)
    form, told = IdentityForm(), None
    renews = access.may(current_actor(), "renew_code", item)
    offered = (pair for pair in identity.REASONS.items() if renews or pair[0] != identity.NEW_CODE)
    form.reason.choices = list(offered)
    if form.validate_on_submit():
        try:
            told = identity.read(item, current_actor(), form.reason.data, form.note.data)
        except identity.TooOften:
            form.note.errors = [
                _("You have looked at %(n)s within this hour. Please wait.", n=identity.per_hour())
            ]
        db.session.commit()
    page = render_template("items/reporter.html", kind=kind, item=item, form=form, told=told)
    return private(page, 422 if form.errors else 200)


@bp.post("/<kind:kind>/<number>/pelapor/kode")
@may("renew_code")
@limiter.limit("20/hour")
def new_code(kind: Kind, number: str) -> ResponseReturnValue:
    """A new code for a reporter who has lost theirs; the answer is the receipt."""
    item = find(kind, number)
    try:
        code = identity.fresh_code(item, current_actor())
    except NotAllowed:
        abort(403)
    db.session.commit()
    return receipt(item, code)
