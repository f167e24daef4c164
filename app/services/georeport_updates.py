"""Updates that partners send: a declared step from the key's seat, or a word in the discussion."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor, may
from app.forms import clean
from app.forms.georeport import Refused, given, moment
from app.kinds.lapor import LAPOR
from app.queries.georeport_shape import STATUSES, update_status
from app.queue import enqueue
from app.workflow import Incomplete, NotAllowed
from models import GeoreportKey, GeoreportUpdate, Item, db

from . import comments, items, photos
from . import georeport_keys as keys
from . import georeport_media as media
from .answers import Refused as Unfit
from .georeport_requests import LONGEST, SPACE, OverQuota
from .images import PhotoProblem

NEEDED = ("service_request_id", "update_id", "status", "updated_datetime", "description")
AHEAD = timedelta(minutes=10)  # so much may a partner's clock be fast

# A status of the extension -> the steps it may mean, with a reason where the partner gives none.
# What stands with no step is the reporter's to say, here on the site.
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "open": (),
    "investigating": (("verify", ""), ("accept", "")),
    "for_triage": (("return", "more_owners"),),
    "planned": (("plan", ""),),
    "action_scheduled": (("plan", ""),),
    "in_progress": (("start", ""), ("refuse_proof", "")),
    "fixed": (("resolve", ""), ("submit_proof", ""), ("answer", ""), ("external_done", "")),
    "closed": (("resolve", ""), ("submit_proof", ""), ("answer", ""), ("external_done", "")),
    "duplicate": (("merge", "same_matter"),),
    "not_councils_responsibility": (
        ("return", "not_our_authority"),
        ("reject", "not_our_authority"),
    ),
    "internal_referral": (("return", "wrong_department"),),
    "no_further_action": (("reject", ""),),
    "cancelled": (),
    "reopen": (),
}
# What a step asks -> the parameter that answers it.
ASKED = {
    "note": "description",
    "reason": "reason",
    "date": "expected_datetime",
    "into": "duplicate_of",
    "department": "agency_responsible",
    "other_department": "agency_responsible",
    "photos": "media",
}


def submit(key: GeoreportKey, values: Any, files: Iterable[BinaryIO] = ()) -> str:
    """Take an update in; returns our id of it.  The same ``update_id`` twice is taken once.

    Raises Refused (400, 403, 404) or OverQuota.
    """
    actor = keys.actor(key)
    if actor is None:
        raise Refused(403, _("This api_key may send requests, but no updates."))
    status, pictures = _check(values)
    item = _item(given(values, "service_request_id"), actor)
    theirs = given(values, "update_id")[:200]
    db.session.execute(items.LOCK, {"key": f"georeport update {key.id} {theirs}"})
    query = select(GeoreportUpdate).filter_by(key_id=key.id, update_id=theirs)
    earlier = db.session.scalar(query)
    if earlier is not None:
        if earlier.item_id != item.id:
            raise Refused(400, _("update_id was used for another request."))
        return _id(earlier)
    if not keys.count(key):
        raise OverQuota
    made = GeoreportUpdate(key_id=key.id, update_id=theirs, item_id=item.id)
    mark = uuid.uuid5(SPACE, f"{key.id} {theirs}")
    _take(made, item, actor, status, values, files, mark)
    db.session.add(made)
    db.session.flush()
    for url in pictures if made.change_id else ():
        enqueue(
            "georeport_media",
            queue="photos",
            item_id=item.id,
            url=url,
            change_id=made.change_id,
        )
    return _id(made)


def _id(update: GeoreportUpdate) -> str:
    """As the list of updates names it."""
    return f"k{update.comment_id}" if update.comment_id else str(update.change_id)


def _check(values: Any) -> tuple[str, list[str]]:
    """The status and the pictures' addresses.  Raises Refused with all that is wrong."""
    problems = [_("%(name)s is needed.", name=n) for n in NEEDED if not given(values, n)]
    status = given(values, "status").lower()
    if status and status not in STEPS:
        problems.append(
            _("status is one of: %(words)s.", words=", ".join(s.upper() for s in STEPS))
        )
    if len(clean(given(values, "description")) or "") > LONGEST:
        problems.append(_("description has more than %(n)s characters.", n=LONGEST))
    pictures = media.addresses(values, problems)
    try:
        at = moment("updated_datetime", given(values, "updated_datetime"))
        if at and at > datetime.now(UTC) + AHEAD:
            problems.append(_("updated_datetime has not come yet."))
    except Refused as wrong:
        problems += wrong.problems
    if problems:
        raise Refused(400, *problems)
    return status, pictures


def _item(number: str, actor: Actor) -> Item:
    """The request, for a seat that may read it.  Raises Refused (404)."""
    query = select(LAPOR.model).where(LAPOR.model.number == number.upper())
    item: Item | None = db.session.scalar(query)
    if item is None or not may(actor, "read", item):
        raise Refused(404, _("service_request_id was not found."))
    return item


def _take(
    made: GeoreportUpdate,
    item: Item,
    actor: Actor,
    status: str,
    values: Any,
    files: Iterable[BinaryIO],
    mark: uuid.UUID,
) -> None:
    """Take the step that is meant, or add the words where the status is what it is already."""
    open_steps = {step.name: step for step in items.open_steps(item, actor)}
    meant = next((pair for pair in STEPS[status] if pair[0] in open_steps), None)
    said = clean(given(values, "description")) or ""
    try:
        if meant is None and status in ("open", update_status(item.state)):
            made.comment_id = comments.add(item, actor, said, key=mark).id
            return
        if meant is None:
            raise NotAllowed(status)
        given_answers = _answers(open_steps[meant[0]].answers, meant[1], values)
        if "photos" in open_steps[meant[0]].answers:
            given_answers["photos"] = [_staged(file, actor) for file in files]
        made.change_id = items.move(item, meant[0], actor, given_answers, key=mark).id
    except NotAllowed:
        raise Refused(400, _no_way(item, actor)) from None
    except Incomplete as lacking:
        raise Refused(400, *(_lacking(str(name)) for name in lacking.args)) from None
    except Unfit as wrong:
        name, why = wrong.args
        raise Refused(400, f"{ASKED.get(name, name)}: {why}") from None


def _answers(asked: Iterable[str], reason: str, values: Any) -> dict[str, Any]:
    """What the parameters answer of what a step asks.  Raises Refused."""
    told: dict[str, Any] = {n: given(values, ASKED[n]) for n in asked if n in ASKED}
    told["note"] = clean(given(values, "description"))
    if "reason" in told:
        told["reason"] = told["reason"] or reason
    if told.get("date"):
        at = moment("expected_datetime", told["date"])
        told["date"] = at.astimezone(current_app.config["CITY"].zone).date() if at else None
    told.pop("photos", None)
    return told


def _staged(file: BinaryIO, actor: Actor) -> int:
    try:
        return photos.stage(file, actor=actor).id
    except PhotoProblem as problem:
        raise Refused(400, f"media: {problem}") from None


def _lacking(name: str) -> str:
    return str(_("%(name)s is needed.", name=ASKED.get(name, name)))


def _no_way(item: Item, actor: Actor) -> str:
    """Which statuses the key's seat may give this request now."""
    names = {step.name for step in items.open_steps(item, actor)}
    ways = [status.upper() for status, steps in STEPS.items() if names & {s for s, _r in steps}]
    state = STATUSES.get(item.state, item.state)
    if not ways:
        return str(_("This request is %(now)s; from your seat it goes nowhere now.", now=state))
    words = ", ".join(ways)
    said = _(
        "This request is %(now)s. From your seat it may become: %(words)s.", now=state, words=words
    )
    return str(said)
