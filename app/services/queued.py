"""What a phone queued without signal: photos first, each under a key of its own, then the words.

A lost answer is asked for again with the same keys and makes nothing twice.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Collection, Mapping
from typing import BinaryIO

from flask import current_app
from sqlalchemy import delete, select

from app.access import Actor
from models import Change, Draft, Item, Photo, db

from . import drafts, photos

PHOTOS = "antrean"  # the page of a draft that says which queued photo has become which
STEP = "langkah"  # the kind of a draft that holds the photos of a step, never an item's


def mark(actor: Actor) -> str:
    """By which a phone knows whose queue it holds, without knowing who that is; "" for nobody."""
    if not actor.is_signed_in:
        return ""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"antrean:{actor.user_id}".encode(), hashlib.sha256).hexdigest()[:20]


def keep_photo(
    draft: Draft,
    name: uuid.UUID,
    stream: BinaryIO,
    actor: Actor,
    *,
    item: Item | None = None,
    step: str = "",
) -> None:
    """Take a photo once: for the draft, or with ``item`` and ``step`` for the form of a step.

    ``draft`` is locked (``drafts.save``), so two at once take turns.  Raises PhotoProblem.
    """
    known: dict[str, str] = draft.data.get(PHOTOS, {})
    if str(name) in _there(known):
        return
    place = {"item": item, "step": step} if item is not None else {"draft": draft}
    photo = photos.stage(stream, actor=actor, **place)
    drafts.save(draft.key, draft.kind, actor, PHOTOS, {**known, str(name): str(photo.id)})


def settle_photos(draft: Draft, names: Collection[str]) -> bool:
    """Let go of what was taken out meanwhile.  False when one of ``names`` has not arrived."""
    known: dict[str, str] = draft.data.get(PHOTOS, {})
    for name, photo_id in known.items():
        if name not in names:
            photos.discard(draft, int(photo_id))
    return set(names) <= _there(known)


def _there(known: Mapping[str, str]) -> set[str]:
    """Those whose photo is still here: what waited too long for its words was swept away."""
    ids = [int(photo_id) for photo_id in known.values()]
    left = set(db.session.scalars(select(Photo.id).where(Photo.id.in_(ids)))) if ids else set()
    return {name for name, photo_id in known.items() if int(photo_id) in left}


def step_draft(key: uuid.UUID, actor: Actor) -> Draft | None:
    """The locked holder of a step's photos; None when the key is somebody else's."""
    draft = db.session.get(Draft, key)
    if draft is not None and (draft.user_id != actor.user_id or draft.kind != STEP):
        return None
    return drafts.save(key, STEP, actor, STEP, {})


def close_step(key: uuid.UUID) -> None:
    """The step is taken: its holder is not needed any more."""
    db.session.execute(delete(Draft).where(Draft.key == key, Draft.kind == STEP))


def taken_step(key: uuid.UUID, item: Item) -> Change | None:
    """The change of this item that this key has made already."""
    return db.session.scalar(
        select(Change).where(Change.step_key == key, Change.item_id == item.id)
    )
