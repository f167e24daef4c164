"""Keep what somebody types until they send it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from models import Change, Document, Draft, Item, Photo, db

KEPT_DAYS = 30
LARGEST = 20_000  # characters of one answer
BECOME = text(
    """
    WITH photos AS (
      UPDATE photo SET item_id = :item, change_id = :change, draft_key = NULL WHERE draft_key = :key
    ),
    papers AS (UPDATE document SET item_id = :item, draft_key = NULL WHERE draft_key = :key)
    DELETE FROM draft WHERE key = :key
    """
)


class TooLong(Exception):
    """An answer is too long to be kept."""


def find(key: uuid.UUID, actor: Actor, held: tuple[str, ...]) -> Draft | None:
    """The draft with that key, for whoever began it: its login, or the browser that holds it."""
    draft = db.session.get(Draft, key)
    if draft is None:
        return None
    mine = draft.user_id is not None and draft.user_id == actor.user_id
    return draft if mine or (draft.user_id is None and str(key) in held) else None


def save(key: uuid.UUID, kind: str, actor: Actor, page: str, answers: Mapping[str, Any]) -> Draft:
    """Keep one page's answers as they were typed.  The caller has checked whose draft it is."""
    if any(len(value) > LARGEST for value in answers.values() if isinstance(value, str)):
        raise TooLong
    row = {"key": key, "kind": kind, "user_id": actor.user_id, "data": {}}
    db.session.execute(insert(Draft).values(row).on_conflict_do_nothing())
    draft = db.session.get_one(Draft, key, with_for_update=True, populate_existing=True)
    draft.data = {**draft.data, page: {_kept(n): _kept(v) for n, v in answers.items()}}
    draft.updated_at = datetime.now(UTC)
    if draft.user_id is None:
        draft.user_id = actor.user_id
    return draft


def _kept(value: Any) -> Any:
    """Text without what the database cannot hold: NUL and half characters."""
    if isinstance(value, list):
        return [_kept(part) for part in value]
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "ignore").decode()


def claim(held: tuple[str, ...], actor: Actor) -> None:
    """Whoever signs in takes along the drafts this browser began."""
    keys = [uuid.UUID(key) for key in held]
    db.session.execute(
        update(Draft)
        .where(Draft.key.in_(keys), Draft.user_id.is_(None))
        .values(user_id=actor.user_id)
    )


def become(draft: Draft, item: Item, change: Change) -> None:
    """The draft becomes the item: its photos and documents go along, the draft goes."""
    db.session.flush()
    db.session.execute(BECOME, {"item": item.id, "change": change.id, "key": draft.key})
    db.session.expunge(draft)
    for one in db.session:
        if isinstance(one, Photo | Document):
            db.session.expire(one)


def is_sent(key: uuid.UUID, actor: Actor) -> Item | None:
    """The item this draft has become, for its author."""
    if not actor.is_signed_in:
        return None
    mine = (Item.author_id == actor.person_id) | (Item.filed_by_id == actor.user_id)
    return db.session.scalar(select(Item).where(Item.filing_key == key, mine))


def is_taken(key: uuid.UUID, actor: Actor) -> bool:
    """Is there a draft under this key, or has it become the item of somebody else?"""
    if db.session.get(Draft, key) is not None:
        return True
    sent = db.session.scalar(select(Item.id).where(Item.filing_key == key))
    return sent is not None and is_sent(key, actor) is None


def is_owned(key: uuid.UUID) -> bool:
    """Is there a draft under this key that belongs to an account?"""
    draft = db.session.get(Draft, key)
    return draft is not None and draft.user_id is not None


def discard(key: uuid.UUID, actor: Actor) -> bool:
    """Forget a draft of the actor's own; its photos and documents are let go.  False for others."""
    mine = delete(Draft).where(Draft.key == key, Draft.user_id == actor.user_id)
    return db.session.execute(mine.returning(Draft.key)).first() is not None


def sweep(now: datetime | None = None) -> int:
    """Forget drafts nobody has touched for a month; says how many.  Their photos are let go."""
    before = (now or datetime.now(UTC)) - timedelta(days=KEPT_DAYS)
    old = select(Draft.key).where(Draft.updated_at < before)
    db.session.execute(update(Photo).where(Photo.draft_key.in_(old)).values(draft_key=None))
    gone = delete(Draft).where(
        Draft.updated_at < before, ~exists().where(Photo.draft_key == Draft.key)
    )
    return len(db.session.execute(gone.returning(Draft.key)).all())
