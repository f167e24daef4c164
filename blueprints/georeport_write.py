"""Open311 GeoReport v2, writing: requests and updates, by key."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from app.extensions import limiter
from app.forms.georeport import Refused, given
from app.services import georeport_keys as keys
from app.services import georeport_requests, georeport_updates
from app.services.georeport_requests import OverQuota
from models import GeoreportKey, db

from .georeport import BASE
from .georeport_format import answer, speaks
from .georeport_format import errors as say
from .guards import public

bp = speaks(Blueprint("georeport_write", __name__, url_prefix=BASE))
TYPES = ("", "application/x-www-form-urlencoded", "multipart/form-data")


def _address() -> str:
    """Writes are counted by where they come from; each key has its quota besides."""
    return request.remote_addr or "-"


often = limiter.shared_limit("3000/hour", scope="georeport", key_func=_address)


@bp.errorhandler(OverQuota)
def over_quota(_problem: OverQuota) -> Response:
    """Enough for today."""
    db.session.rollback()
    return say(429, [_("This api_key has sent as much as it may today.")])


def _sent() -> tuple[GeoreportKey, Any, list[BinaryIO]]:
    """The key, the parameters of address and body together, and the files.

    Raises Refused (403, 415).
    """
    if request.mimetype not in TYPES:
        raise Refused(415, _("Send a form: application/x-www-form-urlencoded or multipart."))
    values = CombinedMultiDict([request.args, request.form])
    key = keys.find(given(values, "api_key"))
    if key is None:
        raise Refused(403, _("api_key is missing or not in force."))
    files = [*request.files.getlist("media"), *request.files.getlist("media[]")]
    return key, values, [cast(BinaryIO, file.stream) for file in files if file.filename]


@bp.post("/requests.<any(xml,json):form>")
@public
@often
def create(form: str) -> Response:
    """File a request."""
    try:
        key, values, files = _sent()
        name = (request.headers.get("Idempotency-Key") or "")[:200]
        got = georeport_requests.submit(key, values, files, name)
        db.session.commit()
    except Refused:
        db.session.rollback()
        raise
    number = {"token": got.token} if got.token else {"service_request_id": got.number}
    body = number | {"service_notice": got.notice, "account_id": got.account_id}
    return answer("service_requests", [body])


@bp.post("/servicerequestupdates.<any(xml,json):form>")
@public
@often
def create_update(form: str) -> Response:
    """Take an update of a request in."""
    try:
        key, values, files = _sent()
        update_id = georeport_updates.submit(key, values, files)
        db.session.commit()
    except Refused:
        db.session.rollback()
        raise
    return answer("service_request_updates", [{"update_id": update_id}])
