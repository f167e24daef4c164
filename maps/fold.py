"""Folding the counts of the map: from what changed (``map_delta``) into squares (``map_grid``)."""

from __future__ import annotations

from sqlalchemy import text

from models import AnySession

from . import phases
from .grid import COARSEST, FACET_FINEST, FINEST

LOCK = text("SELECT pg_advisory_xact_lock(hashtext('map_grid'))")

SUMS = (
    "sum(n) AS n, sum(sum_lon) AS sum_lon, sum(sum_lat) AS sum_lat, sum(sum_id)::bigint AS sum_id"
)

FOLD = text(
    f"""
    WITH gone AS (DELETE FROM map_delta RETURNING *),
    fine AS (
      SELECT x, y, kind, state, category_code, department_code, {SUMS}
      FROM gone GROUP BY 1, 2, 3, 4, 5, 6
    ),
    base AS (
      SELECT f AS facet, p AS phase, kind, x >> c AS x, y >> c AS y, {FINEST} - c AS finest, {SUMS}
      FROM fine
      LEFT JOIN unnest(
        CAST(:kinds AS text[]), CAST(:states AS text[]), CAST(:phases AS text[])
      ) AS stand (kind, state, phase) USING (kind, state),
           unnest(
             ARRAY['', 'c:' || category_code, 'd:' || nullif(department_code, '')],
             ARRAY[0, {FINEST - FACET_FINEST}, {FINEST - FACET_FINEST}]
           ) AS part (f, c),
           unnest(ARRAY['', coalesce(stand.phase, '?')]) AS p
      WHERE f IS NOT NULL
      GROUP BY 1, 2, 3, 4, 5, 6
    ),
    spread AS (
      SELECT level, facet, phase, x >> (finest - level) AS x, y >> (finest - level) AS y, kind,
             n, sum_lon, sum_lat, sum_id
      FROM base, generate_series({COARSEST}, finest) AS level
    )
    INSERT INTO map_grid (level, facet, phase, x, y, kind, n, sum_lon, sum_lat, sum_id)
    SELECT level, facet, phase, x, y, kind, {SUMS}
    FROM spread GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (level, facet, phase, x, y, kind) DO UPDATE SET
      n = map_grid.n + excluded.n,
      sum_lon = map_grid.sum_lon + excluded.sum_lon,
      sum_lat = map_grid.sum_lat + excluded.sum_lat,
      sum_id = map_grid.sum_id + excluded.sum_id
    """
)

SWEEP = text("DELETE FROM map_grid WHERE n = 0")
EMPTY = (text("DELETE FROM map_grid"), text("DELETE FROM map_delta"))
BUSY = text("LOCK TABLE item IN SHARE MODE")

COUNT = text(
    f"""
    INSERT INTO map_delta
      (x, y, kind, state, category_code, department_code, n, sum_lon, sum_lat, sum_id)
    SELECT floor((ST_X(place) + 180) * {2**FINEST} / 360)::int,
           floor((ST_Y(place) + 90) * {2**FINEST} / 360)::int,
           kind, state, category_code, coalesce(department_code, ''),
           count(*), sum(ST_X(place)), sum(ST_Y(place)), sum(id)
    FROM item WHERE published_at IS NOT NULL AND visibility <> 'confidential'
    GROUP BY 1, 2, 3, 4, 5, 6
    """
)


def _stand() -> dict[str, list[str]]:
    """Every state with its phase, as three arrays."""
    kinds, states, found = zip(*phases.table(), strict=True)
    return {"kinds": list(kinds), "states": list(states), "phases": list(found)}


def fold(session: AnySession) -> None:
    """Move what changed into the squares; a job does it each minute.  Readers notice nothing."""
    session.execute(LOCK)
    session.execute(FOLD, _stand())
    session.execute(SWEEP)


def rebuild(session: AnySession) -> None:
    """Count every item anew, as when states changed their phase.

    Holds back writers of items until the transaction ends.
    """
    session.execute(LOCK)
    session.execute(BUSY)
    for statement in EMPTY:
        session.execute(statement)
    session.execute(COUNT)
    session.execute(FOLD, _stand())
