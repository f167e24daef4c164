"""Which watches an item concerns, and which items a watch shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from geoalchemy2 import Geography, Geometry
from sqlalchemy import ColumnElement, Row, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from app.access import in_area, public_items
from app.queries.items import ROW
from models import AnySession, Item, Person, User, Watch
from models.area import chain

SHOWN = 30
SINCE = timedelta(days=60)
SMALLEST, LARGEST = 50, 5_000  # metres of a circle
CORNERS = 60
WIDEST = 1_000  # km² of an outline: a city, not an island

Corner = tuple[float, float]  # lon, lat (EPSG:4326)


def watches_of(session: AnySession, item: Item) -> list[Watch]:
    """The watches of open accounts that a public item concerns; never its own author's."""
    query = (
        select(Watch)
        .join(User, User.id == Watch.user_id)
        .where(
            or_(Watch.kind.is_(None), Watch.kind == item.kind),
            or_(Watch.category_code.is_(None), Watch.category_code == item.category_code),
            or_(
                Watch.area_code.in_(chain(item.area_code)),
                func.ST_Covers(Watch.outline, item.place),
            ),
            User.closed_at.is_(None),
            User.person_id != item.author_id,
        )
    )
    return list(session.scalars(query))


def items_of(session: AnySession, watch: Watch) -> list[Row[Any]]:
    """The newest public items a watch shows, as rows of a list."""
    clauses = [public_items(), Item.created_at > datetime.now(UTC) - SINCE, _where(watch)]
    if watch.kind:
        clauses.append(Item.kind == watch.kind)
    if watch.category_code:
        clauses.append(Item.category_code == watch.category_code)
    query = select(*ROW).join(Person, Person.id == Item.author_id).where(and_(*clauses))
    return list(session.execute(query.order_by(Item.id.desc()).limit(SHOWN)))


def _where(watch: Watch) -> ColumnElement[bool]:
    if watch.area_code:
        return in_area(watch.area_code)
    return func.ST_Covers(watch.outline, Item.place)


def mine(session: AnySession, user_id: int) -> list[Watch]:
    """Somebody's watches, the newest first."""
    query = select(Watch).where(Watch.user_id == user_id)
    return list(session.scalars(query.order_by(Watch.id.desc())))


def by_mark(session: AnySession, mark: str) -> Watch | None:
    """The watch with this secret mark."""
    return session.scalar(select(Watch).where(Watch.mark == mark))


def circle(session: Session, centre: Corner, metres: int) -> Any:
    """The outline of a circle around a point, as the database keeps it."""
    point = cast(func.ST_SetSRID(func.ST_MakePoint(*centre), 4326), Geography(srid=4326))
    return session.scalar(
        select(cast(func.ST_Buffer(point, metres), Geometry("POLYGON", srid=4326)))
    )


def outline(session: Session, corners: Sequence[Corner]) -> Any | None:
    """The outline through these corners, mended where it crosses itself; None without an area."""
    ring = [*corners, corners[0]]
    polygon = json.dumps({"type": "Polygon", "coordinates": [ring]})
    made = func.ST_MakeValid(func.ST_SetSRID(func.ST_GeomFromGeoJSON(literal(polygon)), 4326))
    parts = select(func.ST_Dump(made).geom.label("part")).subquery()
    size = func.ST_Area(cast(parts.c.part, Geography(srid=4326)))
    largest = (
        select(parts.c.part, size.label("size"))
        .where(func.ST_Dimension(parts.c.part) == 2)
        .order_by(size.desc())
        .limit(1)
    )
    row = session.execute(largest).first()
    return row.part if row is not None and 0 < row.size <= WIDEST * 1e6 else None
