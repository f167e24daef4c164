"""A report by somebody without an account: filed as it is, opened again by a code.

The code is said once, on the receipt; here only its keyed hash is kept.  Whoever shows number and
code may do with this one item what its author may.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import rate_store
from app.access import Actor
from app.forms import clean_line
from app.kinds import Kind
from models import Consent, Item, Person, TrackingCode, db

from . import audit, items

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that looks like another
MEANT = str.maketrans("OIL", "011")
LENGTH, GROUP = 12, 4  # 60 bits, read out in three groups
TRIES, TRIES_SECONDS = 60, 3600  # on one number, from anywhere
AGAIN = timedelta(minutes=10)  # within which a lost answer may be asked for again
NOBODY = "Warga"


class NoSuchReport(Exception):
    """No report has this number and this code."""


class TooManyTries(Exception):
    """Too many codes were tried on this number."""


def file(
    kind: Kind,
    key: uuid.UUID,
    values: Mapping[str, Any],
    *,
    name: str = "",
    phone: str = "",
    consent: str = "",
    at: datetime | None = None,
) -> tuple[Item, str | None]:
    """File without an account.  Returns the item and its code, said this once.

    Somebody new each time: an unproved phone number makes nobody another person.  ``consent`` is
    the sentence agreed to; a phone number without it is not kept.  The same key within ten
    minutes gives the same item and a fresh code, since the first answer may have been lost on the
    way; later the code is None.  Raises items.Emergency.
    """
    earlier = db.session.scalar(select(Item).where(Item.filing_key == key))
    if earlier is not None:
        fresh = earlier.filed_by_id is None and earlier.created_at > datetime.now(UTC) - AGAIN
        return earlier, issue(earlier) if fresh else None
    person = Person(name=name or NOBODY, phone=phone if consent else "", level=0)
    db.session.add(person)
    db.session.flush()
    somebody = Actor(person_id=person.id, name=person.name)
    item = items.file(kind, somebody, key, values, at=at)
    if item.author_id != person.id:  # somebody sent the same at the same moment
        db.session.delete(person)
        return item, issue(item)
    if phone and consent:
        agreed(person, item, "contact", "form", consent)
    return item, issue(item)


def was_filed(key: uuid.UUID) -> bool:
    """Has this draft become an item?"""
    return db.session.scalar(select(Item.id).where(Item.filing_key == key)) is not None


def agreed(
    person: Person, item: Item | None, purpose: str, how: str, words: str, by: Actor | None = None
) -> Consent:
    """Write down what a person agreed to, in which words, and who heard it."""
    consent = Consent(
        person_id=person.id,
        item_id=item.id if item else None,
        purpose=purpose,
        how=how,
        words=words,
        recorded_by_id=by.user_id if by else None,
    )
    db.session.add(consent)
    return consent


def issue(item: Item, by: Actor | None = None) -> str:
    """A fresh code for an item; an earlier one, and what it opened, ends."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    values = {"code_hash": _hash(item.id, code), "made_by_id": by.user_id if by else None}
    row = insert(TrackingCode).values(item_id=item.id, **values)
    fresh = values | {"made_at": datetime.now(UTC), "used_at": None}
    db.session.execute(row.on_conflict_do_update(index_elements=["item_id"], set_=fresh))
    if by is not None:
        audit.note("tracking_code", f"item:{item.id}", by=by.user_id)
    return spoken(code)


def spoken(code: str) -> str:
    """A code in groups, as it stands on the receipt."""
    return "-".join(code[n : n + GROUP] for n in range(0, len(code), GROUP))


def find(number: str, code: str) -> TrackingCode:
    """What number and code open.  Raises NoSuchReport and TooManyTries.

    Every try is counted first, on numbers that do not exist as well; commit also when it raises.
    """
    number = (clean_line(number) or "").upper()[:40]
    if _count(number) > TRIES:
        raise TooManyTries
    row = db.session.scalar(
        select(TrackingCode)
        .join(Item, Item.id == TrackingCode.item_id)
        .where(Item.number == number)
    )
    stored = row.code_hash if row is not None else b"\0" * 32
    fits = hmac.compare_digest(stored, _hash(row.item_id if row else 0, plain(code)))
    if row is None or not fits:
        raise NoSuchReport
    row.used_at = datetime.now(UTC)
    return row


def plain(code: str) -> str:
    """A code as somebody typed it: any case, with or without dashes, O for 0 and l for 1."""
    typed = (code or "")[:60].upper().translate(MEANT)
    return "".join(c for c in typed if c in ALPHABET)


def mark(row: TrackingCode) -> str:
    """What a session remembers of a code: enough to end with it, nothing to find it by."""
    return _keyed("seen", row.code_hash).hex()[:16]


def reopened(item_id: int, seen: str) -> Item | None:
    """The item a session had opened, unless its code has changed since."""
    row = db.session.get(TrackingCode, item_id)
    if row is None or not hmac.compare_digest(mark(row), seen):
        return None
    return row.item


def guest(item: Item) -> Actor:
    """Who has shown an item's code: its author, for this item alone."""
    return Actor(name=NOBODY, opens=item.id)


def withdraw_contact(item: Item) -> None:
    """We may not call any more: the number goes, and the consent has an end."""
    item.author.phone = item.author.phone_hash = ""
    query = select(Consent).where(
        Consent.person_id == item.author_id,
        Consent.purpose == "contact",
        Consent.withdrawn_at.is_(None),
    )
    for consent in db.session.scalars(query):
        consent.withdrawn_at = datetime.now(UTC)
    audit.note("withdraw_contact", f"item:{item.id}", by=None)


def _hash(item_id: int, code: str) -> bytes:
    return _keyed(f"code:{item_id}", code.encode())


def _keyed(purpose: str, data: bytes) -> bytes:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, purpose.encode() + b":" + data, hashlib.sha256).digest()


def _count(number: str) -> int:
    key = f"track:{hashlib.sha256(number.encode()).hexdigest()[:32]}"
    values = {"key": key, "amount": 1, "expiry": TRIES_SECONDS}
    return int(db.session.scalar(rate_store.HIT, values) or 0)
