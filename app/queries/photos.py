"""Which pictures somebody may see."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from app.access import Actor, public_items, visible
from models import AnySession, Draft, Item, Photo

NAMED = and_(
    Photo.status == "ready",
    or_(Photo.media_name == bindparam("name"), Photo.thumb_name == bindparam("name")),
)
FOUND = select(Photo.media_name, Photo.thumb_name).where(NAMED).limit(1)
PUBLIC = FOUND.join(Item, Item.id == Photo.item_id).where(public_items())


@dataclass(frozen=True)
class Names:
    """Where the two pictures of a photo lie."""

    large: str
    small: str


def public(session: AnySession, name: str) -> Names | None:
    """The photo of that name if anybody may see it; ``name`` is that of either picture."""
    return _names(session, PUBLIC, name)


def readable(
    session: AnySession, name: str, actor: Actor, drafts: Collection[uuid.UUID] = ()
) -> Names | None:
    """The photo of that name if this actor may see it, now that it is not public.

    ``drafts`` are the keys of drafts the browser holds without anybody having signed in.
    """
    found = _names(session, FOUND.join(Item, Item.id == Photo.item_id).where(visible(actor)), name)
    return found or _names(session, FOUND.where(_own(actor, drafts)), name)


def _own(actor: Actor, drafts: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """On the way to an item, only whoever took it there sees it."""
    kept = select(Draft.key).where(Draft.key.in_(list(drafts)), Draft.user_id.is_(None))
    clauses: list[ColumnElement[bool]] = [Photo.draft_key.in_(kept)]
    if actor.opens is not None:  # what its code opened, and its reader put on a form there
        form = and_(Photo.uploaded_by_id.is_(None), Photo.for_item_id == actor.opens)
        clauses.append(and_(Photo.draft_key.is_(None), form))
    if actor.user_id is not None:
        mine = select(Draft.key).where(Draft.user_id == actor.user_id)
        clauses.append(Photo.draft_key.in_(mine))
        clauses.append(and_(Photo.draft_key.is_(None), Photo.uploaded_by_id == actor.user_id))
    return and_(Photo.item_id.is_(None), or_(*clauses))


def _names(session: AnySession, query: Select[*tuple[Any, ...]], name: str) -> Names | None:
    row = session.execute(query, {"name": name}).first()
    return Names(row.media_name, row.thumb_name) if row else None
