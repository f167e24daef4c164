"""Words among colleagues about an item."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import may as allowed
from app.extensions import limiter
from app.forms import clean, key_of, whole
from app.kinds import Kind
from app.queries import colleagues
from app.queries.actors import current_actor
from app.services import notes
from models import Item, db

from .guards import signed_in
from .items import find

bp = Blueprint("work_notes", __name__)


@bp.post("/<kind:kind>/<number>/catatan")
@signed_in
@limiter.limit("300/hour")
def add(kind: Kind, number: str) -> ResponseReturnValue:
    """Write a note; what is wrong with it is said on a page that keeps it."""
    item = find(kind, number)
    if not allowed(current_actor(), "write_note", item):
        abort(403)
    body = clean(request.form.get("isi")) or ""
    if wrong := _kept(item, body):
        page = render_template(
            "work/note.html",
            kind=kind,
            item=item,
            body=body,
            wrong=wrong,
            key=key_of(request.form.get("key")) or uuid.uuid4(),
            people=colleagues.readers(item),
            told=request.form.getlist("beri-tahu"),
        )
        return page, 422
    db.session.commit()
    flash(_("The note is kept; only colleagues see it."), "success")
    return redirect(url_for("items.show", kind=kind, number=number, _anchor="catatan"))


def _kept(item: Item, body: str) -> str:
    """Keep the note; returns what is wrong with it, "" for nothing."""
    if not body:
        return str(_("Please write something."))
    if len(body) > notes.LONGEST:
        return str(_("At most 5,000 characters."))
    numbers = [whole(text) for text in request.form.getlist("beri-tahu")]
    also = [number for number in numbers if number is not None]
    try:
        key = key_of(request.form.get("key")) or uuid.uuid4()
        notes.add(item, current_actor(), body, key, also)
    except notes.Unknown as lost:
        names = ", ".join(f"@{name}" for name in lost.args)
        said = _(
            "Nobody who may read this is called %(names)s, or more than one is. "
            "Write the whole name, or leave the @ out.",
            names=names,
        )
        return str(said)
    return ""
