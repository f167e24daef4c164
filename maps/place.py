"""From a pin to the area it lies in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from models import AnySession, Area, AreaBoundary, Neighbour

FAR = 60_000.0  # metres: further away no neighbour is to be asked
EDGE = 1_000.0  # metres: a pin this far beyond the edge still belongs to the city
NEAREST = 12  # boundaries asked for; the three best by distance/√area are among them
OFFERED = 3


@dataclass(frozen=True)
class Candidate:
    """An area a pin may lie in, and how far (metres) the pin is from it."""

    code: str
    name: str
    district: str
    distance_m: int


@dataclass(frozen=True)
class Hint:
    """Whose area a pin outside the city lies in, and what to do there."""

    name: str
    text: str


@dataclass(frozen=True)
class Place:
    """What is known of a pin.

    ``code`` is the kelurahan, or None outside the city.  ``approximate``: its border is not the
    official one, the person should confirm among the ``candidates`` (nearest first).  ``edge``:
    the pin lies up to 1 km beyond the border.  ``swapped``: lat and lon were interchanged, nothing
    was looked up.  ``hint`` is set outside the city when a neighbour is known.
    """

    lon: float
    lat: float
    code: str | None = None
    approximate: bool = False
    edge: bool = False
    swapped: bool = False
    candidates: tuple[Candidate, ...] = ()
    hint: Hint | None = None

    @property
    def basis(self) -> str:
        """How sure the area is, as ``Item.area_basis`` words it."""
        if self.edge:
            return "edge"
        return "approximate" if self.approximate else "exact"


class NoSuchPlace(ValueError):
    """Not a position on the earth."""


def resolve(session: AnySession, lon: float, lat: float) -> Place:
    """The kelurahan at lon, lat (EPSG:4326), by index; one statement inside the city, two outside.

    Raises NoSuchPlace when the numbers are no longitude and latitude in either order.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        if -180 <= lat <= 180 and -90 <= lon <= 90:
            return Place(lon, lat, swapped=True)
        raise NoSuchPlace(f"{lon}, {lat}")
    rows = session.execute(_nearest(), {"lon": lon, "lat": lat}).all()
    near = [row for row in rows if row.metres <= EDGE]
    if not near:
        return _outside(session, lon, lat, bool(rows))
    inside = [row for row in rows if row.metres == 0]
    first = min(inside or near[:1], key=lambda row: row.approximate)
    if inside and not first.approximate:
        return Place(lon, lat, first.code, candidates=(_candidate(first),))
    order = sorted(rows, key=_reach) if first.approximate else near
    order = [first, *(row for row in order if row.code != first.code)]
    return Place(
        lon,
        lat,
        first.code,
        approximate=first.approximate,
        edge=not inside,
        candidates=tuple(_candidate(row) for row in order[:OFFERED]),
    )


def _reach(row: Row[Any]) -> float:
    """The distance an approximate cell is made by."""
    return float(row.away) / sqrt(row.area_km2 or 1)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(row.code, row.name, row.district or "", round(row.metres))


def _outside(session: AnySession, lon: float, lat: float, any_area: bool) -> Place:
    """No area is near: turned round it would be one, or it is the neighbour's."""
    if any_area and -90 <= lon <= 90:
        turned = session.execute(_nearest(), {"lon": lat, "lat": lon}).first()
        if turned is not None and turned.metres <= EDGE:
            return Place(lon, lat, swapped=True)
    row = session.execute(_neighbour(), {"lon": lon, "lat": lat}).first()
    hint = Hint(row.name, row.hint) if row is not None and row.metres <= FAR else None
    return Place(lon, lat, hint=hint)


def _pin() -> Any:
    return func.ST_SetSRID(func.ST_MakePoint(bindparam("lon"), bindparam("lat")), 4326)


@cache
def _nearest() -> Select[Any]:
    pin, district = _pin(), aliased(Area)
    near = (
        select(AreaBoundary.area_code, AreaBoundary.geom, AreaBoundary.approximate)
        .where(AreaBoundary.valid_to.is_(None))
        .order_by(AreaBoundary.geom.op("<->")(pin))
        .limit(NEAREST)
        .subquery()
    )
    # the nearest spot in degrees is within 1 % of the nearest in metres, and far cheaper to find
    metres = func.ST_DistanceSphere(func.ST_ClosestPoint(near.c.geom, pin), pin)
    return (
        select(
            Area.code,
            Area.name,
            Area.area_km2,
            district.name.label("district"),
            near.c.approximate,
            metres.label("metres"),
            func.ST_DistanceSphere(Area.point, pin).label("away"),
        )
        .join(near, near.c.area_code == Area.code)
        .outerjoin(district, district.code == Area.parent_code)
        .where(Area.level == "kelurahan")
        .order_by(metres)
    )


@cache
def _neighbour() -> Select[Any]:
    pin = _pin()
    return (
        select(
            Neighbour.name,
            Neighbour.hint,
            func.ST_DistanceSphere(Neighbour.point, pin).label("metres"),
        )
        .order_by(Neighbour.point.op("<->")(pin))
        .limit(1)
    )
