"""Photos for tests, as if somebody had handed them in; there are no files behind them."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import Any, cast

from geoalchemy2.shape import to_shape
from shapely import Point

from models import Item, Photo, PhotoHash, db


def photo(of: Item | None = None, **columns: Any) -> Photo:
    """A photo that may be shown."""
    mark = uuid.uuid4().hex
    usual: dict[str, Any] = {
        "status": "ready",
        "media_name": f"{mark}.jpg",
        "thumb_name": f"{mark}-k.jpg",
    }
    usual |= {"width": 800, "height": 600, "ready_at": datetime.now(UTC)}
    made = Photo(item_id=of.id if of else None, **usual | columns)
    db.session.add(made)
    db.session.flush()
    return made


def proof_photo(of: Item, at: datetime | None = None, **columns: Any) -> Photo:
    """A photo like no other, taken at the item's place now (or ``at``) by its camera."""
    from app.services import evidence
    from app.services.images import Evidence

    made = photo(**columns)
    place = cast(Point, to_shape(of.place))
    seen = Evidence((at or datetime.now(UTC)).isoformat(), place.x, place.y)
    made.evidence = evidence.lock(seen, made.id)
    looks = (secrets.randbits(63), secrets.randbits(63))
    db.session.add(PhotoHash(photo_id=made.id, view=0, phash=looks[0], dhash=looks[1]))
    db.session.flush()
    return made
