"""A quiet hint while somebody files: what the words seem to be about.  Works without JavaScript."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import limiter
from app.kinds import Kind
from app.queries import suggestions
from app.queries.actors import current_actor
from app.queries.labels import labels
from app.services import drafts
from models import db

from .filing import draft_of, keep
from .guards import public

bp = Blueprint("suggesting", __name__)


@bp.post("/<kind:kind>/baru/<uuid:key>/saran")
@public
@limiter.limit("600/hour")
def hint(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """What the words typed so far seem to be about, as a piece of the page; keeps nothing."""
    draft = draft_of(key)
    typed = {name: request.form.get(name, "") for name in ("title", "body", "category_code")}
    found = suggestions.of_draft(kind.slug, {**(draft.data if draft else {}), "isi": typed})
    return render_template("filing/_suggestion.html", kind=kind, key=key, suggestion=found)


@bp.post("/<kind:kind>/baru/<uuid:key>/kategori")
@public
@limiter.limit("600/hour")
def choose(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Take the category suggested, and keep everything else as it was typed."""
    draft = keep(kind, key, "isi") if "title" in request.form else draft_of(key)
    category = labels().categories.get(request.form.get("saran", "")[:80])
    if draft is not None and category is not None and category.kind == kind.slug:
        typed = {**(draft.data.get("isi") or {}), "category_code": category.code}
        typed.pop("saran", None)
        drafts.save(key, kind.slug, current_actor(), "isi", typed)
    db.session.commit()
    return redirect(url_for("filing.step", kind=kind, key=key, page="isi"))
