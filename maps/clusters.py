"""Items of the public map as clusters: complete for any view, counted and written by SQL.

Wide views without a filter, or with only kind, phase and one of category and department, are read
from the folded counts (``models.grid``); close views and narrow filters from the items themselves.
Unpublished and confidential items are in neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import TextClause, text

from models import AnySession

from . import phases
from .grid import COARSEST, FACET_FINEST, FINEST, BBox, Squares, squares

TITLE = 60  # characters of a title the map shows
LISTED = 10  # items named in a cluster that no zoom will part
DEEPEST = 19  # from this zoom on a cluster names its items,
CROWD = 200  # unless there are more in view
WIDE = 16  # up to this level a narrow filter's own index is better than the place's

PUBLIC = "published_at IS NOT NULL AND visibility <> 'confidential'"

ONE = f"""json_build_object(
  'lon', round(ST_X(i.place)::numeric, 6), 'lat', round(ST_Y(i.place)::numeric, 6),
  'number', i.number, 'kind', i.kind, 'title', left(i.title, {TITLE}),
  'phase', words -> (i.kind || ':' || i.state) ->> 0,
  'state', coalesce(words -> (i.kind || ':' || i.state) ->> 1, i.state),
  'url', (roots ->> i.kind) || i.number)"""

# One look into the primary key for each phase: asked for several phases at once, the planner reads
# every square of the level.
FROM_GRID = """
  SELECT x >> :up AS x, y >> :up AS y, kind, n, sum_lon AS lon, sum_lat AS lat, sum_id AS id
  FROM unnest(CAST(:phases AS text[])) AS stands (phase),
       LATERAL (
         SELECT * FROM map_grid
         WHERE level = :level AND facet = :facet AND phase = stands.phase COLLATE "C"
           AND x BETWEEN :x0 AND :x1 AND y BETWEEN :y0 AND :y1 {where}
         OFFSET 0
       ) AS counted
  UNION ALL
  SELECT x >> :down, y >> :down, kind, n, sum_lon, sum_lat, sum_id
  FROM map_delta
  WHERE :facet IN ('', 'c:' || category_code, 'd:' || department_code) {where} {states}
"""

FROM_ITEMS = """
  SELECT floor((ST_X(place) + 180) * :per)::int AS x, floor((ST_Y(place) + 90) * :per)::int AS y,
         kind, 1 AS n, ST_X(place) AS lon, ST_Y(place) AS lat, id
  FROM item
  WHERE published_at IS NOT NULL AND visibility <> 'confidential' {where}
"""

INSIDE = " AND place && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"

ANSWER = """
WITH said AS MATERIALIZED (
  SELECT CAST(:words AS jsonb) AS words, CAST(:roots AS jsonb) AS roots
),
part AS MATERIALIZED ({part}),
square AS (
  SELECT x, y, sum(n)::int AS n, sum(lon) AS lon, sum(lat) AS lat, sum(id)::bigint AS id,
         json_strip_nulls(json_build_object({kinds})) AS kinds{members}
  FROM part
  WHERE x BETWEEN :left AND :right AND y BETWEEN :low AND :high
  GROUP BY x, y HAVING sum(n) > 0
),
drawn AS MATERIALIZED (
  SELECT n, CASE WHEN n = 1
    THEN (SELECT {one} FROM item i WHERE i.id = square.id AND {public})
    ELSE json_build_object(
      'lon', round((lon / n)::numeric, 5), 'lat', round((lat / n)::numeric, 5),
      'n', n, 'kinds', kinds{listed}) END AS mark
  FROM square, said
)
SELECT json_build_object(
  'z', CAST(:zoom AS int), 'total', coalesce(sum(n), 0),
  'clusters', coalesce(json_agg(mark) FILTER (WHERE n > 1), '[]'),
  'items', coalesce(json_agg(mark) FILTER (WHERE n = 1 AND mark IS NOT NULL), '[]')
)::text FROM drawn
"""

NO_ROOTS: Mapping[str, str] = {}

MEMBERS = f", (array_agg(id ORDER BY id DESC))[1:{LISTED}] AS members"
LIST = f""", 'items', CASE WHEN sum(n) OVER () <= {CROWD}
        THEN (SELECT json_agg({ONE}) FROM item i WHERE i.id = ANY(members) AND {PUBLIC}) END"""

CONDITIONS = {
    "kinds": "AND kind = ANY(:kinds)",
    "states": "AND kind || ':' || state = ANY(:states)",
    "categories": "AND category_code = ANY(:categories)",
    "departments": "AND department_code = ANY(:departments)",
    "area": "AND area_code = :area",
    "district": "AND district_code = :district",
    "since": "AND created_at >= CAST(:since AS timestamptz)",
    "until": "AND created_at < CAST(:until AS timestamptz)",
    "overdue": "AND due_on < CAST(:overdue AS date)",
    "year": "AND id IN (SELECT id FROM proposal WHERE plan_year = :year)",
}


@dataclass(frozen=True)
class Filters:
    """What the map is narrowed to; empty means everything.

    ``phases`` are public phases, ``states`` holds ``kind:state`` pairs, ``area`` a kelurahan,
    ``district`` a kecamatan code, ``since`` and ``until`` the first and last day of filing,
    ``overdue`` a day: items somebody has to act on that were due before it; ``year`` the plan year
    of proposals.
    """

    kinds: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    area: str = ""
    district: str = ""
    since: date | None = None
    until: date | None = None
    overdue: date | None = None
    year: int | None = None

    def given(self) -> dict[str, Any]:
        """Parameters of the conditions that hold, by name; phases have become states."""
        found = {name: getattr(self, name) for name in CONDITIONS}
        if chosen := self._states():
            found["states"] = chosen
        begins = current_app.config["CITY"].midnight
        found["since"] = begins(self.since) if self.since else None
        found["until"] = begins(self.until + timedelta(days=1)) if self.until else None
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value
        }

    def _states(self) -> tuple[str, ...]:
        wanted = [set(phases.pairs(self.phases))] if self.phases else []
        wanted += [set(phases.with_office())] if self.overdue else []
        wanted += [set(self.states)] if self.states else []
        return tuple(sorted(set.intersection(*wanted))) or ("",) if wanted else ()

    @property
    def facet(self) -> str | None:
        """The facet of ``map_grid`` that answers this, or None when none does."""
        place, time = (self.area, self.district), (self.since, self.until, self.overdue, self.year)
        if (
            self.states
            or any(place)
            or any(time)
            or len(self.categories) + len(self.departments) > 1
        ):
            return None
        if self.categories:
            return f"c:{self.categories[0]}"
        return f"d:{self.departments[0]}" if self.departments else ""


def clusters(
    session: AnySession,
    zoom: int,
    bbox: BBox,
    filters: Filters,
    roots: Mapping[str, str] = NO_ROOTS,
) -> str:
    """Everything public in the squares that ``bbox`` touches, as JSON text.

    ``clusters`` stand for two items or more, ``items`` stand alone; ``total`` counts both.  From
    zoom 19 on a cluster names up to ten ``items`` of its own.  States are worded in the request's
    language; an item's ``url`` is what ``roots`` has for its kind, and its number.  Raises BadView
    when zoom or bbox (west, south, east, north; EPSG:4326) make no sense.
    """
    view = squares(zoom, bbox)
    facet = filters.facet
    folded = facet is not None and view.level <= (FACET_FINEST if facet else FINEST)
    statement, values = (
        _folded(view, filters, facet or "") if folded else _live(zoom, view, filters)
    )
    values |= {"zoom": zoom, "roots": json.dumps(dict(roots)), "words": phases.words()}
    values |= {"left": view.x0, "right": view.x1, "low": view.y0, "high": view.y1}
    answer: str = session.execute(statement, values).scalar_one()
    return answer


def _folded(view: Squares, filters: Filters, facet: str) -> tuple[TextClause, dict[str, Any]]:
    given = filters.given()
    given.pop("categories", None)
    given.pop("departments", None)
    level = max(view.level, COARSEST)
    up = level - view.level
    values = {"facet": facet, "phases": list(filters.phases) or [""], "level": level}
    values |= {"up": up, "down": FINEST - view.level}
    values |= {"x0": view.x0 << up, "x1": ((view.x1 + 1) << up) - 1}
    values |= {"y0": view.y0 << up, "y1": ((view.y1 + 1) << up) - 1}
    return _folded_statement("kinds" in given, "states" in given), values | given


def _live(zoom: int, view: Squares, filters: Filters) -> tuple[TextClause, dict[str, Any]]:
    given = filters.given()
    values: dict[str, Any] = {"per": 2**view.level / 360}
    by_place = not given or view.level > WIDE
    if by_place:
        values |= dict(zip(("west", "south", "east", "north"), view.bbox, strict=True))
    return _live_statement(frozenset(given), by_place, zoom >= DEEPEST), values | given


@cache
def _folded_statement(kinds: bool, states: bool) -> TextClause:
    part = FROM_GRID.format(
        where=CONDITIONS["kinds"] if kinds else "", states=CONDITIONS["states"] if states else ""
    )
    return _statement(part, listed=False)


@cache
def _live_statement(names: frozenset[str], by_place: bool, listed: bool) -> TextClause:
    where = " ".join(CONDITIONS[name] for name in CONDITIONS if name in names)
    return _statement(FROM_ITEMS.format(where=where + (INSIDE if by_place else "")), listed)


def _statement(part: str, listed: bool) -> TextClause:
    kinds = ", ".join(
        f"'{slug}', nullif(sum(n) FILTER (WHERE kind = '{slug}'), 0)" for slug in phases.slugs()
    )
    return text(
        ANSWER.format(
            part=part,
            kinds=kinds,
            one=ONE,
            public=PUBLIC,
            members=MEMBERS if listed else "",
            listed=LIST if listed else "",
        )
    )
