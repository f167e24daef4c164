"""Keys by which partners write through GeoReport: given, counted, revoked, and written down."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.queries.actors import actor_of
from app.queries.calendar import city_day
from models import GeoreportKey, GeoreportUse, User, db

from . import audit

DAILY = 1000
BEGINNING = "rgr_"  # so that a key is known when it turns up where it should not


class NoSuchKey(Exception):
    """There is no key in force with this number."""


def create(name: str, daily: int = DAILY, user: User | None = None) -> tuple[GeoreportKey, str]:
    """A new key and its secret, which nobody can read again.

    ``daily``: writes a day.  ``user``: the login from whose seats the key may also take steps.
    """
    secret = BEGINNING + secrets.token_urlsafe(32)
    key = GeoreportKey(name=name, secret_hash=_hash(secret), hint=secret[:8], daily=daily)
    key.user_id = user.id if user else None
    db.session.add(key)
    db.session.flush()
    audit.note("georeport.key.create", f"georeport_key:{key.id}", by=None, detail=f"daily {daily}")
    return key, secret


def revoke(key_id: int) -> GeoreportKey:
    """End a key at once.  Raises NoSuchKey."""
    key = db.session.get(GeoreportKey, key_id, with_for_update=True)
    if key is None or key.revoked_at is not None:
        raise NoSuchKey
    key.revoked_at = datetime.now(UTC)
    audit.note("georeport.key.revoke", f"georeport_key:{key.id}", by=None)
    return key


def find(secret: str) -> GeoreportKey | None:
    """The key in force with this secret."""
    if not secret.startswith(BEGINNING) or len(secret) > 100:
        return None
    query = select(GeoreportKey).where(
        GeoreportKey.secret_hash == _hash(secret), GeoreportKey.revoked_at.is_(None)
    )
    return db.session.scalar(query)


def count(key: GeoreportKey) -> bool:
    """Count a write; False when today's are used up."""
    row = insert(GeoreportUse).values(key_id=key.id, day=city_day(), hits=1)
    more = row.on_conflict_do_update(
        index_elements=["key_id", "day"],
        set_={"hits": GeoreportUse.hits + 1},
        where=GeoreportUse.hits < key.daily,
    ).returning(GeoreportUse.hits)
    return key.daily > 0 and db.session.scalar(more) is not None


def actor(key: GeoreportKey) -> Actor | None:
    """Whoever the key may act for, with the seats held today; None when it only files."""
    user = db.session.get(User, key.user_id) if key.user_id else None
    return actor_of(user) if user and user.is_active else None


def used_today() -> dict[int, int]:
    """Writes of today, by key."""
    query = select(GeoreportUse.key_id, GeoreportUse.hits).where(GeoreportUse.day == city_day())
    return {key_id: hits for key_id, hits in db.session.execute(query)}  # noqa: C416


def every() -> list[GeoreportKey]:
    """All keys, revoked ones too, oldest first."""
    return list(db.session.scalars(select(GeoreportKey).order_by(GeoreportKey.id)))


def _hash(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
