"""Documents of a proposal: looked through, kept in private, given to whoever may read them.

Authors and the staff who may read the item read its documents; everybody does once a seat that
decides has published one.  What proves whose land it is names people and stays where it is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from app.access import Actor, may, on_public_list, seat_for
from app.forms import clean_line
from app.workflow import NotAllowed
from models import (
    DOCUMENT_LARGEST,
    DOCUMENT_SORTS,
    AnySession,
    CatalogueEntry,
    Document,
    Draft,
    Item,
    Photo,
    db,
)

from . import audit, undone
from .document_content import JPEG, DocumentProblem, harmless
from .files import Files, LocalFiles

MOST = 8
LOOSE_DAYS = 2
NAMES = {
    "proposal": _("Written proposal"),
    "rab": _("Cost plan (RAB)"),
    "surat_pengantar": _("Covering letter"),
    "bukti_lahan": _("Proof of the land"),
    "lainnya": _("Another document"),
}
PERSONAL = ("bukti_lahan",)  # names its owners: never published
READ = ("triage", "validator", "owner", "planner", "tapd", "level", "auditor")
PUBLISH = ("level", "triage", "planner")


class TooMany(DocumentProblem):
    """More than an item may have."""

    text = _("Eight documents are enough. Remove one before you add another.")


def store() -> Files:
    """Where documents lie, never under an address of their own."""
    return LocalFiles(current_app.config["VAR"] / "documents")


def take(
    stream: BinaryIO,
    file_name: str,
    sort: str,
    *,
    actor: Actor,
    draft: Draft | None = None,
    item: Item | None = None,
) -> Document:
    """Keep a document for a draft or an item.  Raises DocumentProblem, NotAllowed.

    When the transaction does not commit, the file goes as well.
    """
    if sort not in DOCUMENT_SORTS:
        raise NotAllowed(sort)
    data, media_type = harmless(stream.read(DOCUMENT_LARGEST + 1))
    mine = Document.item_id == item.id if item else Document.draft_key == (draft and draft.key)
    if (db.session.scalar(select(func.count()).where(mine)) or 0) >= MOST:
        raise TooMany
    document = Document(
        draft_key=draft.key if draft else None,
        item_id=item.id if item else None,
        uploaded_by_id=actor.user_id,
        sort=sort,
        file_name=_named(file_name, sort, media_type),
        stored_name=secrets.token_hex(16),
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    store().put(document.stored_name, data)
    undone.watch(db.session(), store(), document.stored_name)
    db.session.add(document)
    db.session.flush()
    return document


def _named(file_name: str, sort: str, media_type: str) -> str:
    """The name it came with, as far as a name goes, with the end its content asks for."""
    stem = (clean_line(file_name) or "").replace("\\", "/").rpartition("/")[2]
    stem = "".join(c for c in stem.rpartition(".")[0] or stem if c not in '<>:"|?*;%')
    return f"{stem.strip('. ')[:80] or sort}.{'jpg' if media_type == JPEG else 'pdf'}"


def of_draft(session: AnySession, draft: Draft | None) -> Sequence[Document]:
    """The documents of a draft."""
    if draft is None:
        return ()
    mine = select(Document).where(Document.draft_key == draft.key)
    return session.scalars(mine.order_by(Document.id)).all()


def of_item(session: AnySession, item: Item, actor: Actor) -> Sequence[Document]:
    """The documents of an item that this reader may open."""
    query = select(Document).where(Document.item_id == item.id)
    if not _reads_all(actor, item):
        if not on_public_list(item):
            return ()
        query = query.where(Document.published_at.is_not(None))
    return session.scalars(query.order_by(Document.id)).all()


def _reads_all(actor: Actor, item: Item) -> bool:
    return bool(seat_for(actor, ("author", *READ), item))


def readable(session: AnySession, document_id: int, actor: Actor) -> Document | None:
    """A document of an item, if this reader may open it."""
    document = session.get(Document, document_id)
    if document is None or document.item_id is None:
        return None
    item = session.get(Item, document.item_id)
    if item is None or not may(actor, "read", item):
        return None
    open_to_all = document.published_at is not None and on_public_list(item)
    return document if open_to_all or _reads_all(actor, item) else None


def content(document: Document) -> bytes:
    """The file; raises FileNotFoundError."""
    return store().read(document.stored_name)


def discard(draft: Draft, document_id: int) -> None:
    """Take a document out of a draft; one that is not there is left alone."""
    document = db.session.get(Document, document_id)
    if document is not None and document.draft_key == draft.key and document.item_id is None:
        _remove(document)


def _remove(document: Document) -> None:
    db.session.delete(document)
    db.session.flush()
    store().delete(document.stored_name)


def may_publish(actor: Actor, item: Item) -> bool:
    """May this actor open the item's documents to everybody?"""
    return bool(seat_for(actor, PUBLISH, item)) and on_public_list(item)


def publish(document: Document, item: Item, actor: Actor, *, back: bool = False) -> None:
    """Open a document to everybody, or (``back``) close it again.  Raises NotAllowed."""
    if document.item_id != item.id or document.sort in PERSONAL or not may_publish(actor, item):
        raise NotAllowed("publish")
    document.published_at = None if back else datetime.now(UTC)
    document.published_by_id = None if back else actor.user_id
    act = "document.close" if back else "document.publish"
    audit.note(act, f"item:{item.id}", by=actor.user_id, detail=document.sort)
    db.session.flush()


def unmet(session: AnySession, draft: Draft | None, entry: CatalogueEntry | None) -> list[str]:
    """What the catalogue wants of such a proposal and has not come yet, in sentences."""
    if entry is None:
        return []
    said = []
    photos = draft.photos if draft else []
    there = sum(photo.status != "refused" for photo in photos)
    if there < entry.photos_wanted:
        said.append(
            _(
                "The catalogue asks for %(n)s photos of it as it is now. So far there are"
                " %(there)s.",
                n=entry.photos_wanted,
                there=there,
            )
        )
    if missing := lacking(entry.documents_wanted, of_draft(session, draft)):
        names = ", ".join(str(NAMES[sort]) for sort in missing)
        said.append(_("The catalogue asks for a document that is missing: %(names)s.", names=names))
    return [str(line) for line in said]


def lacking(wanted: Collection[str], there: Sequence[Document]) -> list[str]:
    """The sorts that have to come with it and have not come."""
    have = {document.sort for document in there}
    return [sort for sort in DOCUMENT_SORTS if sort in wanted and sort not in have]


def photos_short(
    session: AnySession, item: Item, entry: CatalogueEntry | None
) -> tuple[int, int] | None:
    """How many photos the catalogue asks for and how many there are; None when there are enough.

    Rows of the operators' table come without any, so whoever verifies has to be told.
    """
    if entry is None or not entry.photos_wanted:
        return None
    mine = select(func.count()).where(Photo.item_id == item.id, Photo.status != "refused")
    there = session.scalar(mine) or 0
    return (entry.photos_wanted, there) if there < entry.photos_wanted else None


def sweep(now: datetime | None = None) -> int:
    """Forget documents that reached no item; says how many."""
    before = (now or datetime.now(UTC)) - timedelta(days=LOOSE_DAYS)
    nowhere = (Document.item_id.is_(None), Document.draft_key.is_(None))
    lost = db.session.scalars(select(Document).where(*nowhere, Document.created_at < before)).all()
    for document in lost:
        _remove(document)
    return len(lost)
