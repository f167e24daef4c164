"""Requests partners send through GeoReport become complaints; a retry becomes no second one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.access import Actor
from app.forms import clean, clean_line
from app.forms.georeport import Refused, given
from app.kinds.lapor import LAPOR
from app.queries import filing, georeport_places
from app.queries.georeport_attributes import answers, service
from app.queries.spot import Spot, locate
from app.queue import enqueue
from models import Draft, GeoreportKey, GeoreportRequest, Item, Person, db

from . import georeport_keys as keys
from . import georeport_media as media
from . import items, photos
from .images import PhotoProblem

LONGEST = 4000  # characters of a description
RETRY = timedelta(seconds=60)
RETRY_BY_NAME = timedelta(days=1)  # with an Idempotency-Key
SPACE = uuid.UUID("0f2b0f5e-7c8e-4c1c-9a57-3c9f6f0f6311")
PARTNER = Actor(name="georeport")


class OverQuota(Exception):
    """The key has written as often today as it may."""


@dataclass(frozen=True)
class Receipt:
    """What the sender is told: a number, or a token while there is none."""

    number: str | None
    token: str | None
    notice: str | None
    account_id: str | None


def submit(
    key: GeoreportKey,
    values: Any,
    files: Iterable[BinaryIO] = (),
    name: str = "",
) -> Receipt:
    """Take a request in.  ``values`` are the parameters as sent, ``name`` its Idempotency-Key.

    Raises Refused (400, 404) with all that is wrong, or OverQuota.
    """
    content = _content(key, values)
    fingerprint = _fingerprint(key, values, name)
    db.session.execute(items.LOCK, {"key": f"georeport {fingerprint}"})
    earlier = _sent_before(key, fingerprint, RETRY_BY_NAME if name else RETRY)
    if earlier is not None:
        return _receipt(earlier, content)
    spot = georeport_places.spot(values)
    if not keys.count(key):
        raise OverQuota
    sent = GeoreportRequest(
        token=secrets.token_urlsafe(18),
        key_id=key.id,
        fingerprint=fingerprint,
        reporter=content.pop("reporter"),
        payload=content,
    )
    db.session.add(sent)
    db.session.flush()
    _take_photos(sent, files)
    if spot is None:
        enqueue("georeport_place", request_id=sent.id)
    else:
        _file(sent, spot)
    return _receipt(sent, content)


def _content(key: GeoreportKey, values: Any) -> dict[str, Any]:
    """What is reported, checked; can be kept as JSON.  Raises Refused."""
    category = service(given(values, "service_code"))
    problems: list[str] = []
    text = clean(given(values, "description")) or ""
    if len(text) > LONGEST:
        problems.append(_("description has more than %(n)s characters.", n=LONGEST))
    told = answers(category.code, values, problems)
    urls = media.addresses(values, problems)
    if not georeport_places.is_given(values):
        problems.append(_("A place is needed: lat and long, address_string or address_id."))
    if problems:
        raise Refused(400, *problems)
    name = clean_line(f"{given(values, 'first_name')} {given(values, 'last_name')}") or ""
    return {
        "category_code": category.code,
        "title": _title(text, category.name),
        "body": text,
        "address": (clean_line(given(values, "address_string")) or "")[:200],
        "answers": told,
        "visibility": "anonymous",
        "name": name[:100] or str(_("Reporter through %(partner)s", partner=key.name)),
        "phone": (clean_line(given(values, "phone")) or "")[:40],
        "reporter": _reporter(values),
        "account_id": given(values, "account_id")[:200] or None,
        "media": urls,
    }


def _title(text: str, service_name: str) -> str:
    """The first line, cut between words when it is long."""
    line = clean_line(text.partition("\n")[0]) or ""
    if len(line) < 5:
        return service_name
    return line if len(line) <= 140 else line[:139].rpartition(" ")[0] + "…"


def _reporter(values: Any) -> str:
    """A mark by which the same sender is known again, from which nobody reads who it is."""
    for name in ("account_id", "email"):
        if text := given(values, name).casefold():
            return _mark(f"{name}:{text}")
    return ""


def _fingerprint(key: GeoreportKey, values: Any, name: str) -> str:
    """What a retry has in common with the first try."""
    device, text = given(values, "device_id"), given(values, "description")
    if name:
        parts = ["name", name]
    elif device and text:
        parts = ["device", device, text]
    else:
        pairs = sorted((n, v) for n in values for v in values.getlist(n) if n != "api_key")
        parts = ["all", repr(pairs)]
    return _mark(repr([key.id, *parts]))


def _mark(text: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _sent_before(key: GeoreportKey, fingerprint: str, within: timedelta) -> GeoreportRequest | None:
    query = select(GeoreportRequest).where(
        GeoreportRequest.key_id == key.id,
        GeoreportRequest.fingerprint == fingerprint,
        GeoreportRequest.created_at > func.now() - within,
    )
    return db.session.scalar(query.order_by(GeoreportRequest.id.desc()).limit(1))


def _receipt(sent: GeoreportRequest, content: Mapping[str, Any]) -> Receipt:
    """What to say: the number and by when it is looked at, or the token."""
    account = content["account_id"]
    warning = filing.emergency({**content, "category_code": content["category_code"]}, False)
    item = db.session.get(Item, sent.item_id) if sent.item_id else None
    if item is None:
        text = _("We are looking for this address. The number follows under the token.")
        return Receipt(None, sent.token, f"{text} {warning}".strip(), account)
    if item.visibility == "confidential":
        text = _("Only the officers who handle it will see this report.")
    elif item.due_on:
        day = format_date(item.due_on, "d MMMM y")
        text = _("It will be looked at by %(day)s, and is in the list from then on.", day=day)
    else:
        text = _("It will be in the list once somebody has looked at it.")
    return Receipt(item.number, None, f"{text} {warning}".strip(), account)


def _filing_key(sent: GeoreportRequest) -> uuid.UUID:
    return uuid.uuid5(SPACE, sent.token)


def _take_photos(sent: GeoreportRequest, files: Iterable[BinaryIO]) -> None:
    """Photos wait in a draft; filing takes them along.  Raises Refused."""
    draft = None
    for file in files:
        if draft is None:
            draft = Draft(key=_filing_key(sent), kind=LAPOR.slug, data={})
            db.session.add(draft)
            db.session.flush()
        try:
            photos.stage(file, actor=PARTNER, draft=draft)
        except PhotoProblem as problem:
            raise Refused(400, f"media: {problem}") from None


def place(request_id: int) -> None:
    """File a request whose address was not plain; what no part of it names is the whole city's."""
    sent = db.session.get(GeoreportRequest, request_id, with_for_update=True)
    if sent is None or sent.payload is None:
        return
    spot = georeport_places.search(sent.payload["address"])
    _file(sent, spot or locate(db.session(), "", "", current_app.config["CITY"].code))


def _file(sent: GeoreportRequest, spot: Spot) -> None:
    """Make it a complaint, and forget what was kept until then."""
    content = dict(sent.payload or {})
    person = _person(sent, content)
    content |= {"lon": spot.lon, "lat": spot.lat, "area_code": spot.area_code}
    content["area_basis"] = spot.basis
    item = items.file(
        LAPOR, PARTNER, _filing_key(sent), content, author_id=person.id, channel="open311"
    )
    sent.item_id, sent.person_id, sent.payload = item.id, person.id, None
    for url in content["media"]:
        enqueue("georeport_media", queue="photos", item_id=item.id, url=url)
    db.session.flush()


def _person(sent: GeoreportRequest, content: Mapping[str, Any]) -> Person:
    """Who reports: known again by the partner's account or address, else somebody new."""
    if sent.reporter:
        query = select(GeoreportRequest.person_id).where(
            GeoreportRequest.key_id == sent.key_id,
            GeoreportRequest.reporter == sent.reporter,
            GeoreportRequest.person_id.is_not(None),
        )
        known = db.session.scalar(query.order_by(GeoreportRequest.id.desc()).limit(1))
        person = db.session.get(Person, known) if known else None
        if person is not None and person.anonymised_at is None:
            return person
    person = Person(name=content["name"], phone=content["phone"], level=0)
    db.session.add(person)
    db.session.flush()
    return person
