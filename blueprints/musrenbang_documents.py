"""Documents of a proposal: handed to those who may read them, always as a file to be saved."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import seat_for
from app.extensions import limiter
from app.kinds import kind_of
from app.queries import items as lists
from app.queries.actors import current_actor
from app.services import documents
from app.services.answers import Refused
from app.services.before import Closed
from app.services.document_content import DocumentProblem
from app.workflow import NotAllowed
from models import Document, Item, Proposal, db

from .errors import problem
from .guards import public, signed_in

bp = Blueprint("musrenbang_documents", __name__)
SANDBOX = "default-src 'none'; style-src 'none'; sandbox"


@bp.get("/dokumen/<id:document_id>")
@public
def download(document_id: int) -> ResponseReturnValue:
    """The file; 404 for whoever may not read it, as if it were not there."""
    found = documents.readable(db.session, document_id, current_actor())
    if found is None:
        abort(404)
    try:
        data = documents.content(found)
    except FileNotFoundError:
        abort(404)
    response = Response(data, mimetype=found.media_type)
    plain = f"dokumen-{found.id}.{found.file_name.rpartition('.')[2]}"
    response.headers["Content-Disposition"] = (
        f"attachment; filename={plain}; filename*=UTF-8''{quote(found.file_name)}"
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _owned(document_id: int) -> tuple[Document, Item]:
    found = documents.readable(db.session, document_id, current_actor())
    if found is None:
        abort(404)
    return found, db.session.get_one(Item, found.item_id)


@bp.post("/dokumen/<id:document_id>/terbit")
@signed_in
@limiter.limit("120/hour")
def publish(document_id: int) -> ResponseReturnValue:
    """Open a document to everybody, or close it again."""
    found, item = _owned(document_id)
    try:
        documents.publish(found, item, current_actor(), back=request.form.get("batal") == "1")
    except NotAllowed:
        abort(403)
    db.session.commit()
    return redirect(url_for("items.show", kind=kind_of(item), number=item.number) + "#dokumen")


@bp.post("/musrenbang/<number>/dokumen")
@signed_in
@limiter.limit("60/hour")
def add(number: str) -> ResponseReturnValue:
    """Whoever proposed it adds a document later."""
    item = lists.by_number(db.session(), Proposal, number)
    actor = current_actor()
    if item is None or not seat_for(actor, ("author",), item):
        abort(404)
    upload, sort = request.files.get("dokumen"), request.form.get("sort", "")
    back = redirect(url_for("items.show", kind=kind_of(item), number=number) + "#dokumen")
    if upload is None or not upload.filename:
        flash(_("Please choose a file."), "error")
        return back
    try:
        stream = cast(BinaryIO, upload.stream)
        documents.take(stream, upload.filename, sort, actor=actor, item=item)
    except DocumentProblem as wrong:
        db.session.rollback()
        flash(str(wrong), "error")
        return back
    except NotAllowed:
        return problem(400)
    db.session.commit()
    flash(_("The document is kept."), "success")
    return back


@bp.app_errorhandler(Refused)
def refused(wrong: Refused) -> ResponseReturnValue:
    """What may not be filed now, with the reason, back where it was sent; nothing is lost."""
    if isinstance(wrong, Closed):
        raise wrong
    db.session.rollback()
    place = request.view_args or {}
    if "kind" not in place or "key" not in place:
        return problem(409, str(wrong.args[1]))
    flash(str(wrong.args[1]), "error")
    page = "lokasi" if wrong.args[0] in ("rw", "area_code") else "periksa"
    return redirect(url_for("filing.step", kind=place["kind"], key=place["key"], page=page))
