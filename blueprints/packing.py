"""Fewer bytes on the way: what is the same for everybody goes out compressed.

Pages of somebody signed in do not: their length would tell about secrets in them (BREACH).
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

SMALL = 700  # bytes below which packing gains nothing
PACKABLE = (
    "text/",
    "application/json",
    "application/javascript",
    "application/geo+json",
    "image/svg+xml",
)


@lru_cache(maxsize=128)
def _packed(path: Path, mtime: float) -> bytes:
    """A static file, packed once per worker and version."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _for_everybody(response: Response) -> bool:
    return (
        response.status_code == 200
        and bool(response.cache_control.public)
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(PACKABLE)
    )


def _pack(response: Response) -> Response:
    """Compress a public answer for those who can unpack it."""
    if not _for_everybody(response):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip") or request.method == "HEAD":
        return response
    if request.endpoint == "static":
        path = Path(current_app.static_folder or "", (request.view_args or {})["filename"])
        data = _packed(path, path.stat().st_mtime)
        response.close()  # the plain file, which nobody will read
        response.direct_passthrough = False
    elif response.is_sequence and len(response.get_data()) > SMALL:
        data = gzip.compress(response.get_data(), 4, mtime=0)
    else:
        return response
    response.set_data(data)
    response.headers["Content-Encoding"] = "gzip"
    return response


def init_app(app: Flask) -> None:
    """Pack last: call this before whatever else looks at a finished response."""
    app.after_request(_pack)
