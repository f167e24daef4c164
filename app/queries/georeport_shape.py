"""Rows of GeoReport as the specification words them: dictionaries of text, numbers and null."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, tzinfo
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Row

from app.extensions import language
from app.kinds import REASONS
from app.kinds.lapor import LAPOR
from app.queries.georeport import OPEN
from app.queries.labels import Labels, labels
from app.queries.questions import find, named
from models import CategoryQuestion

Shape = dict[str, Any]

# Our states as the updates extension knows them; what is not named follows from the phase.
STATUSES: Mapping[str, str] = {
    "received": "open",
    "need_info": "open",
    "verified": "investigating",
    "routed": "investigating",
    "accepted": "investigating",
    "returned": "investigating",
    "planned": "action_scheduled",
    "working": "in_progress",
    "proof_submitted": "in_progress",
    "reopened": "reopen",
    "resolved": "fixed",
    "closed": "closed",
    "rejected": "no_further_action",
    "merged": "duplicate",
    "to_proposal": "internal_referral",
    "archived": "cancelled",
}


def status(state: str) -> str:
    """``open`` or ``closed``."""
    return "open" if state in OPEN else "closed"


def update_status(state: str) -> str:
    """The finer word of the updates extension."""
    return STATUSES.get(state, "investigating" if state in OPEN else "closed")


def moment(at: datetime | None) -> str | None:
    """A moment in the city's time, to the second, with its zone."""
    return _moment(at, current_app.config["CITY"].zone)


def _moment(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def service(row: Row[Any]) -> Shape:
    """A service, as the list has it."""
    return {
        "service_code": row.code,
        "service_name": row.name,
        "description": row.help or None,
        "metadata": row.asks,
        "type": "realtime",
        "keywords": ",".join(w.strip() for w in row.keywords.split(";") if w.strip()) or None,
        "group": group(row.complaint_class),
    }


def group(complaint_class: str) -> str:
    """The class of a complaint, in words."""
    match complaint_class:
        case "pengawasan":
            return str(_("About officials"))
        case "informasi":
            return str(_("Requests for information"))
        case "aspirasi":
            return str(_("Wishes and suggestions"))
        case _other:
            return str(_("Services and facilities"))


def definition(code: str, questions: Iterable[CategoryQuestion]) -> Shape:
    """What a service asks: its attributes, numbered from 1."""
    asked = [_attribute(n, question) for n, question in enumerate(questions, 1)]
    return {"service_code": code, "attributes": asked}


def _attribute(order: int, question: CategoryQuestion) -> Shape:
    choices = [{"key": key, "name": name} for key, name, _english in question.choices]
    return {
        "variable": question.variable,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.required,
        "datatype_description": question.help or None,
        "order": order,
        "description": question.label,
        **({"values": choices} if choices else {}),
    }


def request(row: Row[Any]) -> Shape:
    """A request, with the fields of the specification and no other."""
    return next(requests((row,)))


def requests(rows: Iterable[Row[Any]]) -> Iterator[Shape]:
    """Requests, each as ``request``; what they have in common is looked up once."""
    known, config, spoken = labels(), current_app.config, language()
    for row in rows:
        yield _request(row, known, config["CITY"].zone, config["BASE_URL"], spoken)


def _request(row: Row[Any], known: Labels, zone: tzinfo, base: str, spoken: str) -> Shape:
    category = known.categories.get(row.category_code)
    return {
        "service_request_id": row.number,
        "status": status(row.state),
        "status_notes": _notes(row, spoken),
        "service_name": category.name if category else row.category_code,
        "service_code": row.category_code,
        "description": description(row),
        "agency_responsible": known.department_names.get(row.department_code),
        "service_notice": None,
        "requested_datetime": _moment(row.created_at, zone),
        "updated_datetime": _moment(updated(row), zone),
        "expected_datetime": _moment(_expected(row, zone), zone),
        "address": _address(row, known),
        "address_id": row.area_code,
        "zipcode": None,
        "lat": round(row.lat, 6),
        "long": round(row.lon, 6),
        "media_url": f"{base}/foto/{row.media_name}" if row.media_name else None,
    }


def _service_name(code: str) -> str:
    category = labels().categories.get(code)
    return category.name if category else code


def description(row: Row[Any]) -> str:
    """What was reported: the title, and what the text says beyond it."""
    title = row.title.removesuffix("…")
    if not row.body or row.body.startswith(title):
        return str(row.body or row.title)
    return f"{row.title}\n\n{row.body}"


def status_notes(row: Row[Any]) -> str:
    """The state in the city's words, the public reason, what was said, and where it goes on."""
    return _notes(row, language())


def _notes(row: Row[Any], spoken: str) -> str:
    parts = [_state(row.state, spoken)]
    if row.merged_into:
        parts.append(str(_("It goes on as %(number)s.", number=row.merged_into)))
    if row.reason:
        parts.append(_reason(row.reason, spoken))
    return ". ".join(p.rstrip(".") for p in (*parts, row.note or "") if p) + "."


@lru_cache(maxsize=256)
def _state(name: str, _language: str) -> str:
    return str(LAPOR.workflow[name].label)


@lru_cache(maxsize=256)
def _reason(code: str, _language: str) -> str:
    return str(REASONS.get(code, code))


def updated(row: Row[Any]) -> datetime:
    """When a request last changed; of a closed one, when it was closed."""
    since: datetime = row.state_since
    last: datetime = max(since, row.updated_at)
    return last if row.state in OPEN else since


def touched(row: Row[Any]) -> datetime:
    """When what is shown of a request last changed; its picture may have come later."""
    last: datetime = max(row.updated_at, row.state_since, row.picture_at or row.updated_at)
    return last


def _expected(row: Row[Any], zone: tzinfo) -> datetime | None:
    """The promise, while it runs."""
    if row.state not in OPEN:
        return None
    if row.whole_due_at or not row.due_on:
        promised: datetime | None = row.whole_due_at
        return promised
    return datetime.combine(row.due_on, time(23, 59, 59), zone)


def address(row: Row[Any]) -> str:
    """From the narrow to the wide: street, RT and RW, kelurahan, kecamatan, city."""
    return _address(row, labels())


def _address(row: Row[Any], known: Labels) -> str:
    kept = f"georeport:{row.area_code}"
    if kept not in known.pieces:
        known.pieces[kept] = ", ".join(filter(None, _wide(row.area_code, known.areas)))
    narrow = [f"RT {row.rt:02d}" if row.rt else "", f"RW {row.rw:02d}" if row.rw else ""]
    return ", ".join(filter(None, (row.address, *narrow, known.pieces[kept])))


def _wide(code: str, names: Mapping[str, str]) -> Iterator[str]:
    """Kelurahan, kecamatan, city."""
    while code:
        yield names.get(code, "")
        code = code.rpartition(".")[0] if code.count(".") > 1 else ""


def extensions(row: Row[Any], notes: Iterable[Row[Any]]) -> Shape:
    """What ``extensions=true`` adds to a request."""
    return {
        "extended_attributes": {
            "state": row.state,
            "title": row.title,
            "channel": row.channel,
            "supports": row.support_count,
            "comments": row.comment_count,
            "merged_into": row.merged_into,
            "url": f"{current_app.config['BASE_URL']}/nomor/{row.number}",
        },
        "attributes": list(_answers(row.category_code, json.loads(row.answers or "{}"))),
        "notes": [note(entry) for entry in notes],
    }


def _answers(category_code: str, answers: Mapping[str, Any]) -> Iterable[Shape]:
    for code, value in answers.items():
        question = find(category_code, code)
        if question is not None:
            pairs = [{"key": key, "name": name} for key, name in named(question, value)]
            yield {"code": code, "description": question.label, "values": pairs}


def note(row: Row[Any]) -> Shape:
    """A step of a request, as a note."""
    return {
        "datetime": moment(row.at),
        "type": row.state,
        "description": _said(row),
    }


def _said(row: Row[Any]) -> str:
    reason = str(REASONS.get(row.reason, row.reason)) if row.reason else ""
    words = [str(LAPOR.workflow[row.state].label), reason, row.note or ""]
    return ". ".join(word.rstrip(".") for word in words if word) + "."


def update(row: Row[Any]) -> Shape:
    """A step, as an update of mySociety's extension."""
    return {
        "update_id": str(row.id),
        "service_request_id": row.number,
        "status": update_status(row.state),
        "updated_datetime": moment(row.at),
        "description": _said(row),
        "media_url": None,
        "external_status_code": row.state,
    }


def official_word(row: Row[Any]) -> Shape:
    """An office's public answer, as an update that changes nothing."""
    return {
        "update_id": f"k{row.id}",
        "service_request_id": row.number,
        "status": update_status(row.state),
        "updated_datetime": moment(row.at),
        "description": row.body,
        "media_url": None,
        "external_status_code": row.state,
    }


BULK_HEADER = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
)


def bulk_row(row: Row[Any]) -> list[str]:
    """A line of the bulk file."""
    agency = labels().department_names.get(row.department_code, "")
    words = {
        "service_request_id": row.number,
        "requested_datetime": moment(row.created_at),
        "updated_datetime": moment(updated(row)),
        "closed_date": moment(row.state_since) if status(row.state) == "closed" else "",
        "status_description": status(row.state),
        "status_notes": status_notes(row),
        "source": row.channel,
        "service_name": _service_name(row.category_code),
        "service_subtype": "",
        "description": description(row),
        "agency_responsible": agency,
        "address": address(row),
        "lat": f"{row.lat:.6f}",
        "long": f"{row.lon:.6f}",
    }
    cells = {name: str(words[name] or "") for name in BULK_HEADER}
    return [text if name in ("lat", "long") else guarded(text) for name, text in cells.items()]


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
