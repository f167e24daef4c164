"""Others say that a resolved item is not solved."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.kinds import Kind
from app.queries.actors import current_actor
from app.services import objections
from app.workflow import NotAllowed
from models import db

from .errors import problem
from .guards import signed_in
from .items import find

bp = Blueprint("objections", __name__)


@bp.post("/<kind:kind>/<number>/belum-selesai")
@signed_in
@limiter.limit("30/hour")
def add(kind: Kind, number: str) -> ResponseReturnValue:
    """Say that it is not solved."""
    item = find(kind, number)
    try:
        opened = objections.object_to(item, current_actor())
    except NotAllowed:
        db.session.rollback()
        return problem(409)
    db.session.commit()
    flash(
        _("Thank you. It is open again, with priority.") if opened else _("Thank you. It counts."),
        "success",
    )
    return redirect(url_for("items.show", kind=kind, number=number))
