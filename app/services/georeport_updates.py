"""Updates that partners send: a declared step from the key's seat, or a word in the discussion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor, may
from app.forms import clean
from app.forms.georeport import Refused, given, moment
from app.kinds.lapor import LAPOR
from app.queries.georeport_shape import update_status
from app.queue import enqueue
from app.workflow import NotAllowed
from models import GeoreportKey, GeoreportUpdate, Item, db

from . import comments, georeport_proof, items, photos, proof
from . import georeport_keys as keys
from . import georeport_media as media
from . import georeport_steps as steps
from .georeport_requests import LONGEST, OverQuota
from .georeport_steps import ASKED, STEPS
from .images import PhotoProblem

NEEDED = ("service_request_id", "update_id", "status", "updated_datetime", "description")
AHEAD = timedelta(minutes=10)  # so much may a partner's clock be fast


def submit(key: GeoreportKey, values: Any, files: Iterable[BinaryIO] = ()) -> str:
    """Take an update in; returns our id of it.  The same ``update_id`` twice is taken once.

    Raises Refused (400, 403, 404) or OverQuota.
    """
    actor = keys.actor(key)
    if actor is None:
        raise Refused(403, _("This api_key may send requests, but no updates."))
    status, pictures = _check(values)
    files = list(files)
    item = _item(given(values, "service_request_id"), actor)
    theirs = given(values, "update_id")[:200]
    db.session.execute(items.LOCK, {"key": f"georeport update {key.id} {theirs}"})
    query = select(GeoreportUpdate).filter_by(key_id=key.id, update_id=theirs)
    earlier = db.session.scalar(query)
    if earlier is not None:
        if earlier.item_id != item.id:
            raise Refused(400, _("update_id was used for another request."))
        if georeport_proof.waits(earlier):
            _again(earlier, key, item, actor, values, files, pictures)
        return _id(earlier)
    if not keys.count(key):
        raise OverQuota
    made = GeoreportUpdate(key_id=key.id, update_id=theirs, item_id=item.id)
    _take(made, item, actor, status, values, files, pictures)
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


def _again(
    update: GeoreportUpdate,
    key: GeoreportKey,
    item: Item,
    actor: Actor,
    values: Any,
    files: Iterable[BinaryIO],
    pictures: Sequence[str],
) -> None:
    """Add to an update that waits, or say what it lacks.  Raises Refused or OverQuota."""
    if not keys.count(key):
        raise OverQuota
    georeport_proof.send_again(update, item, actor, values, files, pictures)


def _id(update: GeoreportUpdate) -> str:
    """As the list of updates names it; "w…" while it waits for the checks of its photos."""
    if georeport_proof.waits(update):
        return f"w{update.id}"
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
    files: Sequence[BinaryIO],
    pictures: Sequence[str],
) -> None:
    """Take the step that is meant, or add the words where the status is what it is already.

    Photos that have to be looked at first make it wait.
    """
    open_steps = {step.name: step for step in items.open_steps(item, actor)}
    meant = next((pair for pair in STEPS[status] if pair[0] in open_steps), None)
    said, mark = clean(given(values, "description")) or "", georeport_proof.mark(made)
    try:
        if meant is None and status in ("open", update_status(item.state)):
            made.comment_id = comments.add(item, actor, said, key=mark).id
            return
        if meant is None:
            raise NotAllowed(status)
        step = open_steps[meant[0]]
        told = steps.answers(step.answers, meant[1], values)
        if proof.wanted(item, step) and (files or pictures):
            told |= georeport_proof.explained(values)
            georeport_proof.begin(made, item, actor, step, told, files, pictures)
            return
        if "photos" in step.answers:
            told["photos"] = [_staged(file, actor) for file in files]
        made.change_id = items.move(item, step.name, actor, told, key=mark).id
    except steps.WRONG as why:
        raise steps.refused(why, item, actor) from None


def _staged(file: BinaryIO, actor: Actor) -> int:
    try:
        return photos.stage(file, actor=actor).id
    except PhotoProblem as problem:
        raise Refused(400, f"media: {problem}") from None


__all__: Sequence[str] = ("ASKED", "NEEDED", "STEPS", "submit")
