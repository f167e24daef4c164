"""Two acts waited for each other and the database took one back: it is done again, once.

That is safe while nothing of the request was committed; keys of forms, steps and filings keep
what was done twice from counting twice.  Otherwise a page says so, with all that was typed.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request, session
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.logs import log
from models import db

from . import errors, kept

TAKEN_BACK = ("40001", "40P01")  # serialization_failure, deadlock_detected
SECONDS = 5  # after which it is worth another try


@event.listens_for(db.session, "after_commit")
def _committed(work: Session) -> None:
    """A savepoint that is released has not committed anything."""
    if has_request_context() and not work.in_nested_transaction():
        g.committed = True


def _begin() -> None:
    """Words for the next page, as they were before this request added any."""
    if request.method == "POST":
        g.flashes = list(session.get("_flashes", ()))


def _taken_back(error: OperationalError) -> Any:
    """Once more, or a page to send it again; any other failure of the database is one of ours."""
    if getattr(error.orig, "sqlstate", "") not in TAKEN_BACK:
        return errors.unexpected(error)
    db.session.rollback()
    again = not ("again" in g or "committed" in g)
    log.warning("taken back", endpoint=request.endpoint, again=again)
    return _again() if again else _page()


def _again() -> Any:
    g.again = True
    if "flashes" in g and session.get("_flashes", []) != g.flashes:
        session["_flashes"] = g.flashes
    for upload in request.files.values():
        upload.stream.seek(0)
    try:
        return current_app.dispatch_request()
    except Exception as error:
        return current_app.handle_user_exception(error)


def _page() -> Response:
    response = errors.problem(503, resend=kept.pairs(), files=kept.has_files())
    response.headers["Retry-After"] = str(SECONDS)
    return response


def init_app(app: Flask) -> None:
    """Look after every request."""
    app.before_request(_begin)
    app.register_error_handler(OperationalError, _taken_back)
