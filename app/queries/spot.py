"""From the answers of the place page to a point and an area."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps.place import NoSuchPlace, Place, resolve
from models import Area


class NotHere(Exception):
    """The place cannot be used; ``args[0]`` says why, for people."""


@dataclass(frozen=True)
class Spot:
    """A point (lon, lat in degrees, EPSG:4326), its area, and how sure that is."""

    lon: float
    lat: float
    area_code: str
    basis: str


def locate(session: Session, lon: str, lat: str, area_code: str) -> Spot:
    """The spot meant by a pin, or by a kelurahan alone.  Raises NotHere."""
    if lon.strip() and lat.strip():
        return _of_pin(session, lon, lat, area_code)
    if not area_code:
        raise NotHere(_("Please put a pin on the map, or choose the kelurahan from the list."))
    point = select(func.ST_X(Area.point), func.ST_Y(Area.point)).where(
        Area.code == area_code, Area.valid_to.is_(None)
    )
    row = session.execute(point).first()
    if row is None:
        raise NotHere(_("There is no such kelurahan."))
    return Spot(row[0], row[1], area_code, "area")


def _of_pin(session: Session, lon: str, lat: str, area_code: str) -> Spot:
    try:
        found = resolve(session, _degrees(lon), _degrees(lat))
    except (NoSuchPlace, ValueError):
        raise NotHere(_("These numbers are not a place on the map.")) from None
    if found.swapped:
        raise NotHere(
            _("Longitude and latitude seem to be interchanged. Please set the pin again.")
        )
    if found.code is None:
        raise NotHere(outside(found))
    spot = Spot(found.lon, found.lat, found.code, _basis(found))
    near = {candidate.code for candidate in found.candidates}
    if area_code in near and (area_code != found.code or found.approximate):
        return replace(spot, area_code=area_code, basis="confirmed")
    return spot


def _degrees(value: str) -> float:
    number = float(value.strip().replace(",", "."))
    if number != number:  # NaN
        raise ValueError(value)
    return number


def _basis(found: Place) -> str:
    if found.edge:
        return "edge"
    return "approximate" if found.approximate else "exact"


def outside(found: Place) -> str:
    """What to say about a pin that is not in the city."""
    if found.hint is None:
        return str(_("This place is outside the city."))
    return str(_("This place is outside the city: %(hint)s", hint=found.hint.text))
