"""What somebody wants to hear of without following each item, and by which way."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .user import User

PACES = ("instant", "daily")


def new_mark() -> str:
    """A secret that stands for a watch in a feed's address."""
    return secrets.token_urlsafe(18)


class Watch(Model):
    """New items of a kind and category (None: any) in an area or an outline.

    ``outline`` is a polygon (lon, lat; EPSG:4326); of a circle ``metres`` keeps the radius.
    ``finished``: what is resolved there as well.
    """

    __tablename__ = "watch"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint(f"pace IN {PACES}", name="pace"),
        CheckConstraint("(area_code IS NULL) <> (outline IS NULL)", name="one_place"),
        Index("ix_watch_outline", "outline", postgresql_using="gist"),
    )

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str]
    kind: Mapped[key | None]
    category_code: Mapped[key | None] = mapped_column(ForeignKey("category.code"))
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"), index=True)
    outline: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=4326, spatial_index=False)
    )
    metres: Mapped[int | None]
    pace: Mapped[key] = mapped_column(server_default="daily")
    finished: Mapped[bool] = mapped_column(server_default="true")
    mark: Mapped[key] = mapped_column(default=new_mark, unique=True)
    created_at: Mapped[now]

    user: Mapped[User] = relationship()


class WatchNews(Model):
    """Something for the next digest of a watch; gone once it has been sent."""

    __tablename__ = "watch_news"

    watch_id: Mapped[ref] = mapped_column(
        ForeignKey("watch.id", ondelete="CASCADE"), primary_key=True
    )
    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"))
    at: Mapped[now]

    watch: Mapped[Watch] = relationship()
    item: Mapped[Item] = relationship()


class Channel(Model):
    """Somebody's address in a channel the city offers beside e-mail; used once confirmed.

    ``code_until`` is how long the code sent there may be given back, ``tries`` how often it was.
    """

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[key]
    address: Mapped[str]
    code_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[now]

    user: Mapped[User] = relationship()
