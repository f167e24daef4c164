"""Pictures, to those who may read the item they belong to; to all others there are none."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, abort, request, session
from flask.typing import ResponseReturnValue

from app.queries import photos
from app.queries.actors import current_actor
from app.services.files import media
from models import db, reading

from .guards import public

bp = Blueprint("photos", __name__, url_prefix="/foto")
SHORT = 5 * 60  # seconds: what turns confidential is gone from every cache after that


@bp.get("/<string(length=64):name>")
@public
def large(name: str) -> ResponseReturnValue:
    """A picture of at most 2048 pixels."""
    found, open_to_all = _find(name)
    return picture(found.small if name == found.small else found.large, open_to_all)


@bp.get("/<string(length=64):name>/kecil")
@public
def small(name: str) -> ResponseReturnValue:
    """Its thumbnail of at most 480 pixels."""
    found, open_to_all = _find(name)
    return picture(found.small, open_to_all)


def _find(name: str) -> tuple[photos.Names, bool]:
    """The photo, and whether everybody may see it; 404 for what this actor may not read."""
    found = photos.public(reading(), name)
    if found is not None:
        return found, True
    found = photos.readable(db.session(), name, current_actor(), _drafts_in_hand())
    return (found, False) if found is not None else abort(404)


def _drafts_in_hand() -> list[uuid.UUID]:
    """The drafts of a browser in which nobody has signed in."""
    keys = []
    for key in session.get("drafts", ()):
        try:
            keys.append(uuid.UUID(str(key)))
        except ValueError:
            continue
    return keys


def picture(name: str, open_to_all: bool) -> Response:
    """The picture itself; ``open_to_all``: whoever asks would get it."""
    try:
        response = Response(media().read(name), mimetype="image/webp")
    except FileNotFoundError:
        abort(404)
    kept = f"public, max-age={SHORT}, must-revalidate" if open_to_all else "private, no-store"
    response.headers["Cache-Control"] = kept
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(name)
    response.make_conditional(request)
    return response
