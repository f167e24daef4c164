"""What protects every response: headers, cookies only where needed, a request id in the log."""

from __future__ import annotations

import gzip
import secrets
import time
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from app.logs import log

COOKIELESS = "/georeport/"  # machines ask there: nobody is signed in, and no cookie is ever set
YEAR_5000 = 1e11  # seconds; a larger number counts something smaller
LONGEST_QUEUE = 120  # seconds between a proxy and this process that are believed
SMALL = 1000  # bytes not worth compressing
TEXTUAL = ("text/", "application/json", "application/geo+json", "image/svg+xml")
# Answers nobody asks about; and casting, of which not even the moment may be known.
BALLOTS = {f"voting_ballot.{name}" for name in ("ballot", "receipt", "check")}
UNLOGGED = {"static", "health.alive", "health.ready", *BALLOTS}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@cache
def policy(tiles_url: str) -> str:
    """The Content-Security-Policy; only a street-map server of the settings is let in."""
    tiles = urlsplit(tiles_url.replace("{s}", "*"))
    images = f" {tiles.scheme}://{tiles.netloc}" if tiles.netloc else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data: blob:{images}; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, except where there are none."""

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookies: made once, since the key stays."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a browser; None (an empty one that takes nothing) where cookies end."""
        return None if request.path.startswith(COOKIELESS) else super().open_session(app, request)


def is_local(target: str) -> bool:
    """May we redirect there: a path of this site and nothing else?"""
    parts = urlsplit(target)
    return (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.netloc
        and not any(ord(c) < 32 for c in target)
    )


def arrival(said: str, now: datetime) -> datetime:
    """When a request came, by the server's clock: what is sent in time counts.

    ``said`` is what the first proxy wrote (``t=`` and seconds, milli- or microseconds since
    1970), read only where the city says that it does: before this process the queue may be long.
    """
    if not current_app.config["ARRIVAL_HEADER"]:
        return now
    try:
        mark = float(said.strip().removeprefix("t=")[:20])
    except ValueError:
        return now
    while YEAR_5000 < mark < YEAR_5000**2:
        mark /= 1000
    seen = now.timestamp()
    return datetime.fromtimestamp(mark, UTC) if seen - LONGEST_QUEUE <= mark <= seen else now


def _begin() -> None:
    g.reference = secrets.token_hex(4).upper()
    g.started = time.perf_counter()
    g.arrived = arrival(request.headers.get("X-Request-Start", ""), datetime.now(UTC))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(reference=g.reference)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy(current_app.config["TILES_URL"]))
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    _cache(response)
    if request.endpoint not in UNLOGGED:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        log.info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
    return response


def _cache(response: Response) -> None:
    """Anonymous pages may be kept and asked for again by ETag; all others are nobody's to keep."""
    if not response.headers.get("Cache-Control"):
        _keep_or_not(response)
    textual = (response.mimetype or "").startswith(TEXTUAL)
    if response.cache_control.public and textual and not response.direct_passthrough:
        _compress(response)


def _keep_or_not(response: Response) -> None:
    anonymous = "actor" not in g or not g.actor.is_signed_in
    kept = request.method == "GET" and response.status_code == 200 and anonymous
    sets_cookie = session.modified or "Set-Cookie" in response.headers
    if kept and not sets_cookie and not g.get("csrf_token"):
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers.add("Vary", "Cookie")
        if not response.direct_passthrough:
            response.add_etag(weak=True)
            response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "private, no-store"


def _compress(response: Response) -> None:
    """Send public text small.  Pages with a token are left as they are: compressing those leaks."""
    response.headers.add("Vary", "Accept-Encoding")
    small = response.status_code != 200 or (response.content_length or 0) < SMALL
    if small or response.content_encoding or not request.accept_encodings["gzip"]:
        return
    response.set_data(gzip.compress(response.get_data(), 4, mtime=0))
    response.content_encoding = "gzip"


def init_app(app: Flask) -> None:
    """Put the protection around every request."""
    app.session_interface = Sessions()
    app.before_request(_begin)
    app.after_request(_finish)
