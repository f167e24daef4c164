"""Open311 GeoReport: who may write, how often, and what came in that way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, now, pk, ref


class GeoreportKey(Model):
    """A partner's key.  Only the SHA-256 of its secret is kept; ``hint`` is its beginning.

    ``daily`` is how many writes a day of the city it may make.  With ``user_id`` it may also take
    steps, from the seats which that login holds at the time.
    """

    __tablename__ = "georeport_key"

    id: Mapped[pk]
    name: Mapped[str]
    secret_hash: Mapped[key] = mapped_column(unique=True)
    hint: Mapped[str]
    daily: Mapped[int]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[now]
    revoked_at: Mapped[datetime | None]


class GeoreportUse(Model):
    """How many writes a key has made on a day of the city."""

    __tablename__ = "georeport_use"

    key_id: Mapped[ref] = mapped_column(ForeignKey("georeport_key.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    hits: Mapped[int]


class GeoreportRequest(Model):
    """A request a key has sent.  ``payload`` waits here only until a job has filed it.

    ``fingerprint`` recognises a retry, ``reporter`` (a keyed hash) the same sender; neither can be
    read back.
    """

    __tablename__ = "georeport_request"
    __table_args__ = (
        Index("ix_georeport_request_fingerprint", "fingerprint", "created_at"),
        Index("ix_georeport_request_reporter", "key_id", "reporter"),
    )

    id: Mapped[pk]
    token: Mapped[key] = mapped_column(unique=True)
    key_id: Mapped[ref] = mapped_column(ForeignKey("georeport_key.id"))
    fingerprint: Mapped[key]
    reporter: Mapped[key] = mapped_column(server_default="")
    person_id: Mapped[ref | None] = mapped_column(ForeignKey("person.id"), index=True)
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[now]


class GeoreportUpdate(Model):
    """An update a key has sent, under the id its own system gave it."""

    __tablename__ = "georeport_update"
    __table_args__ = (UniqueConstraint("key_id", "update_id"),)

    id: Mapped[pk]
    key_id: Mapped[ref] = mapped_column(ForeignKey("georeport_key.id"))
    update_id: Mapped[key]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    change_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"))
    comment_id: Mapped[ref | None] = mapped_column(ForeignKey("comment.id"))
    created_at: Mapped[now]


class GeoreportChangeset(Model):
    """One row: when the services or their questions last changed; triggers keep it."""

    __tablename__ = "georeport_changeset"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    at: Mapped[now]
