"""Pictures that partners point at: which addresses are taken, and where the picture goes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor
from models import Change, Item, db

from . import photos
from .images import PhotoProblem

MOST = photos.MOST
LONGEST = 2000  # characters of an address


def addresses(values: Any, problems: list[str]) -> list[str]:
    """The addresses of ``media_url`` and ``media_url[]``; ``problems`` gets what cannot be one.

    They are fetched later, by a job.
    """
    sent = [*values.getlist("media_url"), *values.getlist("media_url[]")]
    urls = [url.strip() for url in sent if url.strip()]
    if any(not _is_address(url) for url in urls):
        problems.append(_("media_url is an address that begins with https://."))
    if len(urls) > MOST:
        problems.append(_("At most %(n)s pictures.", n=MOST))
    return urls


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.port in (None, 443) and "@" not in parts.netloc
    except ValueError:
        return False
    return plain and bool(parts.hostname) and len(url) <= LONGEST and url.isprintable()


def attach(item_id: int, data: bytes, change_id: int | None = None) -> None:
    """Stage a picture that was fetched, with the change it came with or the item's first one.

    Raises PhotoProblem.
    """
    item = db.session.get(Item, item_id)
    if item is None:
        return
    wanted = select(Change).where(Change.item_id == item_id).order_by(Change.seq).limit(1)
    change = db.session.get(Change, change_id) if change_id else db.session.scalar(wanted)
    photos.stage(io.BytesIO(data), actor=Actor(name="georeport"), item=item, change=change)


__all__: Sequence[str] = ("MOST", "PhotoProblem", "addresses", "attach")
