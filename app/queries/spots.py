"""Spots spread over the city's kelurahan, as if reports had come from there."""

from __future__ import annotations

from sqlalchemy import func, select

from models import AnySession, Area, AreaBoundary, Place

Spot = tuple[float, float]  # lon, lat (EPSG:4326)


def spots(session: AnySession, each: int, seed: int) -> dict[str, list[Spot]]:
    """``each`` random spots inside every kelurahan, at its point where no boundary is known."""
    dump = func.ST_Dump(func.ST_GeneratePoints(AreaBoundary.simple, each, seed)).geom
    inside = (
        select(AreaBoundary.area_code, dump.label("spot"))
        .join(AreaBoundary.area)
        .where(AreaBoundary.valid_to.is_(None), Area.level == "kelurahan")
        .subquery()
    )
    found: dict[str, list[Spot]] = {}
    rows = select(inside.c.area_code, func.ST_X(inside.c.spot), func.ST_Y(inside.c.spot))
    for code, lon, lat in session.execute(rows):
        found.setdefault(code, []).append((lon, lat))
    for code, spot in points(session).items():
        found.setdefault(code, [spot])
    return found


def points(session: AnySession, *levels: str) -> dict[str, Spot]:
    """The one point known of every kelurahan, or of every area of these levels."""
    query = select(Area.code, func.ST_X(Area.point), func.ST_Y(Area.point))
    current = Area.level.in_(levels or ("kelurahan",)), Area.valid_to.is_(None)
    return {code: (lon, lat) for code, lon, lat in session.execute(query.where(*current))}


def places(session: AnySession) -> list[tuple[str, str, float, float]]:
    """The places people name: name, kind, lon, lat."""
    query = select(Place.name, Place.kind, func.ST_X(Place.point), func.ST_Y(Place.point))
    return [tuple(row) for row in session.execute(query.order_by(Place.id))]
