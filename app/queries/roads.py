"""The road a pin lies on, where the city has imported its roads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, func, select

from models import AnySession, Area, Category, RoadLine

METRES = 15  # how near a pin must lie to a road, when the city says nothing else
DEGREE = 108_000.0  # metres; a little less than any degree near the equator has


@dataclass(frozen=True)
class Road:
    """A road near a pin: its class (``ROAD_CLASSES`` or ``ROAD_OWNERS``), and how far it is."""

    name: str
    road_class: str
    metres: float


def near(session: AnySession, lon: float, lat: float) -> Road | None:
    """The imported road nearest to a pin (lon, lat in degrees, EPSG:4326), if it lies on one."""
    metres = within()
    values = {"lon": lon, "lat": lat, "degrees": metres / DEGREE, "metres": metres}
    row = session.execute(_nearest(), values).first()
    return Road(row.name, row.road_class, round(row.away, 1)) if row else None


def known(session: AnySession, category: Category, values: Mapping[str, Any]) -> dict[str, str]:
    """``road_class`` and ``road_name`` as the imported roads say; nothing where they are silent.

    ``values`` holds lon, lat (degrees) and area_basis: who only named a kelurahan put no pin.
    """
    if not category.asks_road_class or values.get("area_basis") == "area":
        return {}
    road = near(session, float(values["lon"]), float(values["lat"]))
    return {"road_class": road.road_class, "road_name": road.name or "–"} if road else {}


def middle(session: AnySession) -> tuple[float, float] | None:
    """The city's point (lon, lat in degrees, EPSG:4326)."""
    query = select(func.ST_X(Area.point), func.ST_Y(Area.point)).where(Area.level == "kota")
    row = session.execute(query.limit(1)).first()
    return (row[0], row[1]) if row else None


def lengths(session: AnySession, source: str) -> dict[str, float]:
    """How long (km) the roads of a layer are, by class."""
    length = func.sum(func.ST_Length(func.geography(RoadLine.geom))) / 1000
    query = select(RoadLine.road_class, length).where(RoadLine.source == source)
    rows = session.execute(query.group_by(RoadLine.road_class))
    return {code: float(km) for code, km in rows}


def within() -> float:
    """How near (metres) a pin must lie to a road to be on it."""
    asked = current_app.config["CITY"].facts.get("routing", {})
    return float(asked.get("road_metres", METRES))


@cache
def _nearest() -> Select[Any]:
    pin = func.ST_SetSRID(func.ST_MakePoint(bindparam("lon"), bindparam("lat")), 4326)
    away = func.ST_DistanceSphere(func.ST_ClosestPoint(RoadLine.geom, pin), pin)
    return (
        select(RoadLine.name, RoadLine.road_class, away.label("away"))
        .where(func.ST_DWithin(RoadLine.geom, pin, bindparam("degrees")))
        .where(away <= bindparam("metres"))
        .order_by(away, RoadLine.id)
        .limit(1)
    )
