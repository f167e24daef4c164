"""The kelurahan of many pins at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from models import AnySession

# The official border first, then the smaller area: as ``place.resolve`` decides.
INSIDE = text(
    """
    SELECT pin.n, first.code
    FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS pin (x, y, n)
    CROSS JOIN LATERAL (
      SELECT area.code FROM area_boundary JOIN area ON area.code = area_boundary.area_code
      WHERE area_boundary.valid_to IS NULL AND area.level = 'kelurahan'
        AND ST_Covers(area_boundary.geom, ST_SetSRID(ST_MakePoint(pin.x, pin.y), 4326))
      ORDER BY area_boundary.approximate, area.code LIMIT 1
    ) AS first
    """
)


def inside(session: AnySession, pins: Sequence[tuple[float, float]]) -> dict[int, str]:
    """For the place of each (lon, lat; EPSG:4326) in ``pins`` the kelurahan it lies in.

    What lies in none is left out; ``place.resolve`` says more of it.
    """
    if not pins:
        return {}
    lons, lats = zip(*pins, strict=True)
    rows = session.execute(INSIDE, {"lons": list(lons), "lats": list(lats)})
    return {row.n - 1: row.code for row in rows}
