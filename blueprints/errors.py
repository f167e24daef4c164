"""Pages for what went wrong: a clear sentence, a reference number, never a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.globals import request_ctx
from flask_babel import lazy_gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from app.access import ANONYMOUS
from app.logs import log
from app.queries.actors import current_actor
from models import db

from . import kept

WORDS = {
    400: (
        _("We could not read that"),
        _("Something in the request was not as it should be. Please go back and try again."),
    ),
    403: (
        _("This is not open to you"),
        _("Your account may not do this. If you think it should, ask the city's administrator."),
    ),
    404: (
        _("There is nothing here"),
        _("The page may have moved, or it is not public. Please check the address."),
    ),
    405: (
        _("That does not work this way"),
        _("Please go back and use the button on the page."),
    ),
    409: (
        _("Somebody was quicker"),
        _("This was changed while you were looking at it. Please look at it again."),
    ),
    413: (
        _("That is too large"),
        _("A photo may have 10 MB, and all of them together 50 MB. Please choose smaller ones."),
    ),
    429: (
        _("A little slower, please"),
        _("This was done too often in a short time. Please wait a few minutes and try again."),
    ),
    500: (
        _("Something broke on our side"),
        _("It is not your fault, and what was saved is safe. Please try again in a while."),
    ),
    503: (
        _("Very busy just now"),
        _("Somebody did the same at the same moment. Nothing is lost: please send it again."),
    ),
}


EXPECTED = (404, 429, 503)  # nothing to look into
# Where errors are spoken otherwise: the beginning of an address, and who answers there.
ELSEWHERE: dict[str, Callable[[int, str], Response]] = {}


def problem(status: int, text: object = "", **more: Any) -> Response:
    """The page for a status; JSON for those who asked for JSON.

    ``more`` is for the page: ``action``, an address to go on to and its words; ``resend``, pairs of
    names and values to send again by a button, and whether there were ``files``, which a page
    cannot carry.
    """
    title, usual = WORDS.get(status, WORDS[400 if status < 500 else 500])
    said = str(text or usual)
    for beginning, speak in ELSEWHERE.items():
        if request.path.startswith(beginning):
            return speak(status, said)
    if request.accept_mimetypes.best == "application/json" or request.path.endswith(".json"):
        response = jsonify(error=said, reference=g.get("reference"))
    elif request_ctx.url_adapter is None:  # the host is not ours: there are no addresses to offer
        log.warning("a host not in REMBUK_HOSTS or REMBUK_BASE_URL")
        response = make_response(f"{title}. {said}")
        response.mimetype = "text/plain"
    else:
        page = render_template(
            "errors/error.html",
            status=status,
            title=title,
            text=said,
            reference=g.get("reference") if status not in EXPECTED else None,
            typed=kept.words(),
            **more,
        )
        response = make_response(page)
    response.status_code = status
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    return problem(error.code or 500)


def _csrf(error: CSRFError) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "guard", "public") != "public" and not current_actor().is_signed_in:
        return make_response(kept.door())
    if kept.is_ours() and (sent := kept.pairs()):
        said = _("The page was open too long or your session ended. What you typed is still here.")
        return problem(400, said, resend=sent, files=kept.has_files())
    return problem(
        400,
        _("The page was open too long or your session ended. Go back, reload, and send it again."),
    )


def _limited(error: RateLimitExceeded) -> Response:
    response = problem(429, error.limit.error_message or "")
    response.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    return response


def _unheld(error: DataError) -> Response:
    """What no column can hold (a NUL, an endless number): nothing like it is here."""
    db.session.rollback()
    log.warning("unheld", endpoint=request.endpoint, reason=type(error.orig).__name__)
    return problem(404 if request.method == "GET" else 400)


def unexpected(error: Exception) -> Response:
    """What nobody foresaw: a line in the log and the page for it."""
    log.error("unexpected", endpoint=request.endpoint, exc_info=error)
    try:
        db.session.rollback()
        return problem(500)
    except Exception as second:  # without a database there is no page of ours either
        log.error("no page for it", exc_info=second)
        g.actor, g.language = ANONYMOUS, current_app.config["LANGUAGES"][0]
        said = f"{WORDS[500][0]}. {WORDS[500][1]} ({g.get('reference')})"
        return Response(said, 500, mimetype="text/plain")


def init_app(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RateLimitExceeded, _limited)
    app.register_error_handler(DataError, _unheld)
    app.register_error_handler(Exception, unexpected)
