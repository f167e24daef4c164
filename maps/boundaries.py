"""Boundaries in the database: what stands, what replaces it, and the items that move with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely import from_wkb
from shapely.geometry import MultiPolygon
from sqlalchemy import bindparam, delete, func, select, text, update

from models import AnySession, Area, AreaBoundary

from . import phases
from .cells import Site
from .coverage import drawn
from .geojson import polygons


@dataclass(frozen=True)
class Standing:
    """A kelurahan as the city knows it; lon, lat of its point (EPSG:4326), area in km²."""

    code: str
    name: str
    bps_code: str
    lon: float
    lat: float
    area_km2: float
    official: bool

    @property
    def site(self) -> Site:
        """What an approximate cell is made of."""
        return Site(self.code, self.lon, self.lat, self.area_km2)


@dataclass(frozen=True)
class Moved:
    """Items that went from one area to another."""

    old: str
    new: str
    items: int


STANDING = (
    select(
        Area.code,
        Area.name,
        func.coalesce(Area.bps_code, ""),
        func.ST_X(Area.point),
        func.ST_Y(Area.point),
        Area.area_km2,
        func.coalesce(~AreaBoundary.approximate, False),
    )
    .outerjoin(
        AreaBoundary, (AreaBoundary.area_code == Area.code) & AreaBoundary.valid_to.is_(None)
    )
    .where(Area.level == "kelurahan", Area.valid_to.is_(None))
    .order_by(Area.code)
)

SHAPES = select(AreaBoundary.area_code, func.ST_AsBinary(AreaBoundary.geom)).where(
    AreaBoundary.valid_to.is_(None)
)

END = (
    update(AreaBoundary)
    .where(
        AreaBoundary.area_code.in_(bindparam("codes", expanding=True)),
        AreaBoundary.valid_to.is_(None),
    )
    .values(valid_to=bindparam("day"))
)
FORGET_CELLS = delete(AreaBoundary).where(AreaBoundary.approximate, AreaBoundary.valid_to.is_(None))

# Nobody takes a step meanwhile: the trail says in which state an item moved.
ALONE = text("LOCK TABLE item IN EXCLUSIVE MODE")
# Where an open item lies by the boundaries of today.  Official ones win over approximate cells.
FIND = text(
    """
    CREATE TEMPORARY TABLE relocation ON COMMIT DROP AS
    SELECT DISTINCT ON (item.id)
           item.id AS item_id, item.state, item.area_code AS old, area_boundary.area_code AS new,
           gen_random_uuid() AS step_key, gen_random_bytes(16) AS salt, '' AS note
    FROM item
    JOIN area ON area.code = item.area_code AND area.level = 'kelurahan'
    LEFT JOIN area_boundary
      ON area_boundary.valid_to IS NULL AND ST_Covers(area_boundary.geom, item.place)
    WHERE item.kind || ':' || item.state = ANY(:states)
      AND item.area_basis NOT IN ('corrected', 'area')
    ORDER BY item.id, area_boundary.approximate, area_boundary.area_code
    """
)
COUNTS = text(
    """
    SELECT count(*) AS items, count(*) FILTER (WHERE new IS NULL) AS outside FROM relocation
    """
)
MOVES = text(
    """
    SELECT old, new, count(*) AS items FROM relocation
    WHERE new <> old GROUP BY old, new ORDER BY items DESC, old, new
    """
)
KEEP_MOVED = text("DELETE FROM relocation WHERE new IS NULL OR new = old")
# Only rows that change are written, each once: an item stands in many indexes.
SURE = text(
    """
    UPDATE item SET area_basis = 'exact'
    FROM relocation, area_boundary
    WHERE item.id = relocation.item_id AND relocation.new = relocation.old
      AND area_boundary.area_code = relocation.new AND area_boundary.valid_to IS NULL
      AND NOT area_boundary.approximate AND item.area_basis <> 'exact'
    """
)
NOTE = text(
    """
    UPDATE relocation SET note = format(CAST(:note AS text), before.name, after.name)
    FROM area AS before, area AS after
    WHERE before.code = relocation.old AND after.code = relocation.new
    """
)
MOVE = text(
    """
    UPDATE item SET area_code = relocation.new, updated_at = now(),
      area_basis = CASE WHEN area_boundary.approximate THEN item.area_basis ELSE 'exact' END
    FROM relocation, area_boundary
    WHERE item.id = relocation.item_id
      AND area_boundary.area_code = relocation.new AND area_boundary.valid_to IS NULL
    """
)
TRAIL = text(
    """
    INSERT INTO change (item_id, seat, step, source, target, reason, at, text_hash, step_key)
    SELECT item_id, 'system', 'relocate', state, state, '', now(),
           sha256(salt || convert_to(note, 'UTF8')), step_key
    FROM relocation ORDER BY item_id
    """
)
WORDS = text(
    """
    INSERT INTO change_text (change_id, text, salt)
    SELECT change.id, relocation.note, relocation.salt
    FROM relocation JOIN change ON change.step_key = relocation.step_key
    """
)
DROP = text("DROP TABLE relocation")


def standing(session: AnySession) -> list[Standing]:
    """Every kelurahan of the city, by code."""
    return [Standing(*row) for row in session.execute(STANDING)]


def shapes(session: AnySession, codes: Iterable[str] | None = None) -> dict[str, MultiPolygon]:
    """The boundaries of today in full detail."""
    query = SHAPES if codes is None else SHAPES.where(AreaBoundary.area_code.in_(list(codes)))
    return {code: polygons(from_wkb(bytes(wkb))) for code, wkb in session.execute(query)}


def replace(
    session: AnySession,
    found: Mapping[str, MultiPolygon],
    *,
    approximate: bool,
    source: str,
    day: date,
) -> None:
    """Let ``found`` hold from ``day`` on; what held before is kept with its last day."""
    if not found:
        return
    session.execute(END, {"codes": list(found), "day": day})
    light = drawn(found)
    session.add_all(
        AreaBoundary(
            area_code=code,
            geom=_wkb(shape),
            simple=_wkb(light[code]),
            approximate=approximate,
            source=source,
            valid_from=day,
        )
        for code, shape in found.items()
    )
    session.flush()


def forget_cells(session: AnySession) -> None:
    """Remove the approximate cells of today; nothing was ever decided by them alone."""
    session.execute(FORGET_CELLS)


def relocate(session: AnySession, note: str) -> tuple[list[Moved], int]:
    """Put every open item into the area its point lies in, with a line on its trail.

    ``note`` is the sentence for the trail with two ``%s``: the old and the new area's name.  Items
    without a pin of their own, and those staff put right by hand, stay.  Returns the moves, and
    how many items lie in no boundary and therefore stayed.  A handful of statements at any size.
    """
    session.execute(ALONE)
    session.execute(FIND, {"states": list(phases.pairs(phases.WAITING))})
    outside: int = session.execute(COUNTS).one().outside
    moves = [Moved(*row) for row in session.execute(MOVES)]
    session.execute(SURE)
    session.execute(KEEP_MOVED)
    session.execute(NOTE, {"note": note})
    for statement in (MOVE, TRAIL, WORDS, DROP):
        session.execute(statement)
    session.expire_all()
    return moves, outside


def _wkb(shape: MultiPolygon) -> WKBElement:
    return from_shape(shape, srid=4326)
