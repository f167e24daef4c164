"""GeoReport's two formats, its errors, and what is true of every answer below /georeport/."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flask import Blueprint, Response, current_app, g, request
from flask_babel import gettext as _

from app.access import ANONYMOUS
from app.extensions import csrf
from app.forms.georeport import Refused

from .safety import COOKIELESS

PREFIX = COOKIELESS
MIME = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
PROLOG = b'<?xml version="1.0" encoding="utf-8"?>\n'
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What a repeated element is called inside its container.
CHILDREN = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "notes": "note",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}


def form() -> str:
    """The format asked for, by the end of the address; XML when it says neither."""
    return "json" if request.path.endswith(".json") else "xml"


def answer(container: str, body: Any, status: int = 200) -> Response:
    """A body in the format asked for: a list, or the parts of one thing, named ``container``."""
    data = _json(body) if form() == "json" else as_xml(container, body)
    response = Response(data, status)
    response.headers["Content-Type"] = MIME[form()]
    return response


def kept(response: Response, modified: datetime | None = None) -> Response:
    """An answer that may be kept and asked for again by its mark."""
    response.headers["Cache-Control"] = "public, no-cache"
    response.last_modified = modified
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def as_xml(container: str, body: Any, spaced: bool = False) -> bytes:
    """A document of XML; ``spaced`` for people's eyes."""
    root = Element(container)
    _fill(root, container, body)
    if spaced:
        indent(root, " ")
    document: bytes = tostring(root, "utf-8")
    return PROLOG + document


def _fill(element: Element, name: str, value: Any) -> None:
    match value:
        case Mapping():
            for key, part in value.items():
                _fill(SubElement(element, key), key, part)
        case list():
            for part in value:
                _fill(SubElement(element, CHILDREN[name]), CHILDREN[name], part)
        case None:
            pass
        case bool():
            element.text = "true" if value else "false"
        case _:
            element.text = NOT_IN_XML.sub("", str(value))


def errors(status: int, texts: Iterable[str]) -> Response:
    """A body of errors; each has the HTTP status as its code."""
    found = [{"code": str(status), "description": str(text)} for text in texts]
    return answer("errors", found, status)


def problem(status: int, text: str) -> Response:
    """What the rest of the site would say on a page of its own, in words for programs."""
    if status == 404:
        text = _("There is nothing at this address; addresses end in .xml or .json.")
    elif status == 405:
        text = _("This address does not take %(method)s.", method=request.method)
    said = f"{text} ({g.reference})" if status >= 500 and "reference" in g else text
    return errors(status, [said])


def refused(refusal: Refused) -> Response:
    """What was asked cannot be answered."""
    return errors(refusal.status, refusal.problems)


def speaks(bp: Blueprint) -> Blueprint:
    """Make a blueprint one of GeoReport: nobody signed in, no token, errors as bodies."""
    csrf.exempt(bp)  # a key, which no browser holds, stands where the token would
    bp.before_request(begin)
    bp.register_error_handler(Refused, refused)
    return bp


def begin() -> None:
    """Nobody is signed in here, and everything is said in the city's own language."""
    g.actor, g.language = ANONYMOUS, current_app.config["LANGUAGES"][0]


def finish(response: Response) -> Response:
    """Pages of other sites may read; only a key may write, and a key belongs into no browser."""
    if request.path.startswith(PREFIX) and request.method in ("GET", "HEAD", "OPTIONS"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
