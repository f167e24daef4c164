"""Examples for the developers' page: what this city answers at the moment, a little shortened."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _

from app.forms.georeport import WINDOW
from app.queries import georeport, georeport_services, georeport_shape
from app.queries.georeport import Wanted
from models import AnySession

from .georeport import BASE
from .georeport_format import as_xml


@dataclass(frozen=True)
class Example:
    """A call, as a line for a shell, and what comes back."""

    title: Any
    call: str
    answer: str


def examples(session: AnySession) -> list[Example]:
    """Reading, with real answers; nothing here is made up."""
    services = [georeport_shape.service(row) for row in georeport_services.services(session)]
    asks = next((s["service_code"] for s in services if s["metadata"]), services[0]["service_code"])
    questions = georeport_services.questions(session, asks)
    end = datetime.now(UTC)
    rows = georeport.requests(session, replace(Wanted(end - WINDOW, end), limit=1))
    made = [
        _example(_("Which services are there?"), "services.json", services[:2]),
        _example(
            _("What does one of them ask?"),
            f"services/{asks}.json",
            georeport_shape.definition(asks, questions[:1]),
        ),
    ]
    for row in rows:
        shape = georeport_shape.request(row)
        made += [
            _example(_("The newest request"), "requests.json?page_size=1", [shape]),
            _example(_("One request, as XML"), f"requests/{row.number}.xml", [shape]),
        ]
    return made


def _example(title: Any, path: str, body: Any) -> Example:
    url = f"{current_app.config['BASE_URL']}{BASE}/{path}"
    if ".xml" in path:
        text = as_xml("service_requests", body, spaced=True).decode()
    else:
        text = json.dumps(body, ensure_ascii=False, indent=1)
    return Example(title, f"curl '{url}'", text)
