"""Count what became of proposals: per city, kecamatan, kelurahan, RW and department, each year.

A job does it (``app.jobs.upkeep``).  Only published proposals that are not confidential count.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from models import AnySession, FunnelRefresh

ONE = 1
# How far a proposal came: the level it stands at, or what followed beyond the levels.
REFRESH = text(
    """
    WITH told AS (
      SELECT p.plan_year, i.area_code, coalesce(i.rw, 0) AS rw, i.department_code, i.state,
        CASE
          WHEN i.state = 'done' THEN 8
          WHEN i.state IN ('procurement', 'works') THEN 7
          WHEN i.state = 'in_apbd' THEN 6
          WHEN i.state = 'not_realised' THEN CASE WHEN p.budget IS NULL THEN 5 ELSE 6 END
          WHEN i.state = 'in_rkpd' THEN 5
          ELSE array_position(ARRAY['rw', 'kelurahan', 'kecamatan', 'forum_opd', 'kota'],
                              p.level) - 1
        END AS far,
        coalesce(p.filed_cost, p.cost, 0) AS asked, coalesce(p.cost, 0) AS cost,
        coalesce(p.budget, 0) AS budget, coalesce(p.contract_value, 0) AS contract, p.spent
      FROM item AS i JOIN proposal AS p USING (id)
      WHERE i.published_at IS NOT NULL AND i.visibility <> 'confidential'
    )
    INSERT INTO funnel (plan_year, scope, code, rw, submitted, kelurahan, kecamatan, forum_opd,
      kota, in_plan, budgeted, begun, done, refused, deferred, merged, withdrawn, not_realised,
      asked, agreed, budget, contracts, spent)
    SELECT plan_year, scope, code, at_rw, count(*),
      count(*) FILTER (WHERE far >= 1), count(*) FILTER (WHERE far >= 2),
      count(*) FILTER (WHERE far >= 3), count(*) FILTER (WHERE far >= 4),
      count(*) FILTER (WHERE far >= 5), count(*) FILTER (WHERE far >= 6),
      count(*) FILTER (WHERE far >= 7), count(*) FILTER (WHERE far >= 8),
      count(*) FILTER (WHERE state = 'refused'), count(*) FILTER (WHERE state = 'deferred'),
      count(*) FILTER (WHERE state = 'merged'), count(*) FILTER (WHERE state = 'withdrawn'),
      count(*) FILTER (WHERE state = 'not_realised'),
      coalesce(sum(asked) FILTER (WHERE state <> 'merged'), 0),
      coalesce(sum(cost) FILTER (WHERE far >= 2 AND state NOT IN ('refused', 'merged')), 0),
      sum(budget), sum(contract), sum(spent)
    FROM told CROSS JOIN LATERAL (VALUES
      ('city', CAST(:city AS text), 0), ('district', left(area_code, 8), 0),
      ('area', area_code, 0), ('rw', area_code, rw), ('department', department_code, 0)
    ) AS scopes (scope, code, at_rw)
    WHERE code IS NOT NULL AND (scope <> 'rw' OR rw > 0)
      AND (scope <> 'area' OR length(area_code) > 8)
    GROUP BY plan_year, scope, code, at_rw
    """
)


def refresh(session: AnySession) -> int:
    """Count all of it anew; returns the number of lines.  Readers see the old ones meanwhile."""
    session.execute(text("LOCK TABLE funnel IN EXCLUSIVE MODE"))
    session.execute(text("DELETE FROM funnel"))
    made = session.execute(REFRESH, {"city": current_app.config["CITY"].code})
    row = insert(FunnelRefresh).values(id=ONE, at=datetime.now(UTC))
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"at": row.excluded.at}))
    return int(made.rowcount)  # type: ignore[attr-defined]
