"""Proof that partners hand in: it waits until its photos are fetched and checked, then goes on.

Meanwhile the update is a draft under the key of the step it is to become, and its photos stand on
the form of that step.  What the checks want to have explained is said when the same ``update_id``
is sent again, which may bring the words, or other photos.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from app.access import Actor
from app.forms.georeport import Refused
from app.kinds.lapor import LAPOR
from app.queue import enqueue
from app.workflow import Step
from models import Draft, GeoreportKey, GeoreportUpdate, Item, db

from . import drafts, items, photos, proof
from . import georeport_keys as keys
from . import georeport_steps as steps
from .images import PhotoProblem

KIND = "mitra"  # the kind of such a draft, which is no item's
SPACE = uuid.UUID("0f2b0f5e-7c8e-4c1c-9a57-3c9f6f0f6311")


def mark(update: GeoreportUpdate) -> uuid.UUID:
    """The key of the step an update is to become."""
    return uuid.uuid5(SPACE, f"{update.key_id} {update.update_id}")


def waits(update: GeoreportUpdate) -> bool:
    """Is nothing made of it yet?"""
    return update.change_id is None and update.comment_id is None


def begin(
    update: GeoreportUpdate,
    item: Item,
    actor: Actor,
    step: Step,
    answers: dict[str, Any],
    files: Iterable[BinaryIO],
    urls: Sequence[str],
) -> None:
    """Keep the words, put the photos on the form of the step, and have a job go on with it.

    ``update`` has no id before; what was sent before under it is added to.  Raises Refused.
    """
    db.session.add(update)
    db.session.flush()
    draft = drafts.save(mark(update), KIND, actor, "kabar", answers | {"step": step.name})
    there = photos.waiting(item, step.name, actor)
    for photo in there:
        if photo.status == "refused":
            photos.remove(photo)
    seen = set(draft.data.get("foto", {})) if there else set()
    new = [data for file in files if _digest(data := file.read()) not in seen]
    for data in new:
        _stage(data, item, step.name, actor)
    known = draft.data.get("alamat", {})
    fresh = dict.fromkeys([url for url in urls if known.get(url) != "had"], "")
    _keep(draft, actor, foto=dict.fromkeys((*seen, *map(_digest, new)), ""), alamat=known | fresh)
    if new or fresh:
        enqueue("georeport_proof", queue="photos", update_id=update.id)


def send_again(
    update: GeoreportUpdate,
    item: Item,
    actor: Actor,
    values: Any,
    files: Iterable[BinaryIO],
    urls: Sequence[str],
) -> None:
    """The same update once more: with what it lacked, or to hear what it lacks.

    Raises Refused with what lacks as soon as the photos are checked.
    """
    draft = db.session.get(Draft, mark(update))
    name = str(draft.data["kabar"]["step"]) if draft else ""
    step = next((s for s in items.open_steps(item, actor) if s.name == name), None)
    if step is None:
        raise Refused(400, steps.no_way(item, actor))
    before = draft.data["kabar"].get("reason", "") if draft else ""
    told = steps.answers(step.answers, before, values) | explained(values)
    begin(update, item, actor, step, told, files, urls)
    if problems := go_on(update):
        raise Refused(400, *problems)


def explained(values: Any) -> dict[str, str]:
    """The words on checks that did not pass, under the names the step knows them by."""
    return {f"{steps.EXPLAIN}{n}": said for n, said in steps.explanations(values).items()}


def _stage(data: bytes, item: Item, step: str, actor: Actor) -> None:
    try:
        photos.stage(io.BytesIO(data), actor=actor, item=item, step=step)
    except PhotoProblem as problem:
        raise Refused(400, f"media: {problem}") from None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _keep(draft: Draft, actor: Actor, **pages: dict[str, str]) -> None:
    for page, what in pages.items():
        drafts.save(draft.key, KIND, actor, page, what)


def to_fetch(update_id: int) -> list[str]:
    """The addresses whose pictures are not here yet."""
    update = db.session.get(GeoreportUpdate, update_id)
    draft = db.session.get(Draft, mark(update)) if update and waits(update) else None
    known: dict[str, str] = draft.data.get("alamat", {}) if draft else {}
    return [url for url, what in known.items() if not what]


def fetched(update_id: int, url: str, data: bytes | None, why: str = "") -> None:
    """Put a picture on the form, or note why there is none."""
    update = db.session.get_one(GeoreportUpdate, update_id, with_for_update=True)
    draft, actor = db.session.get(Draft, mark(update)), _actor(update)
    if draft is None or actor is None:
        return
    try:
        if data is not None:
            _stage(data, _item(update), str(draft.data["kabar"]["step"]), actor)
    except Refused as refusal:
        data, why = None, refusal.problems[0]
    known = draft.data.get("alamat", {})
    _keep(draft, actor, alamat={**known, url: "had" if data is not None else why or "-"})


def _item(update: GeoreportUpdate) -> Item:
    item: Item = db.session.get_one(LAPOR.model, update.item_id)
    return item


def _actor(update: GeoreportUpdate) -> Actor | None:
    """Whoever the key acts for, while it is in force."""
    key = db.session.get(GeoreportKey, update.key_id)
    return keys.actor(key) if key is not None and key.revoked_at is None else None


def go_on(update: GeoreportUpdate) -> list[str]:
    """Take the step once the photos are checked; says what lacks, and nothing while they are not.

    ``ready`` tells those two apart.
    """
    draft, actor, item = db.session.get(Draft, mark(update)), _actor(update), _item(update)
    if not waits(update) or draft is None or actor is None or not ready(update):
        return []
    told, known = dict(draft.data["kabar"]), draft.data.get("alamat", {})
    name = told.pop("step")
    told["explanations"] = {n: told.pop(f"{steps.EXPLAIN}{n}", "") for n in proof.LABELS}
    told["photos"] = [photo.id for photo in photos.waiting(item, name, actor)]
    try:
        with db.session.begin_nested():
            update.change_id = items.move(item, name, actor, told, key=draft.key).id
    except steps.WRONG as why:
        update.change_id = None
        lost = [f"media_url: {url} ({what})" for url, what in known.items() if what != "had"]
        return [*steps.refused(why, item, actor).problems, *lost]
    db.session.delete(draft)
    return []


def ready(update: GeoreportUpdate) -> bool:
    """Are all its photos here and looked at?"""
    draft, actor = db.session.get(Draft, mark(update)), _actor(update)
    if draft is None or actor is None:
        return True
    there = photos.waiting(_item(update), str(draft.data["kabar"]["step"]), actor)
    left = [url for url, what in draft.data.get("alamat", {}).items() if not what]
    return not left and all(photo.status != "staged" for photo in there)
