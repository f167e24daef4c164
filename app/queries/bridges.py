"""What an item came from and led to, and places where reports come again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from app.access import public_items
from app.queries.calendar import city_day
from models import AnySession, Bridge, Item

MONTHS = 24
METRES = 60
LEAST = 3
MOST = 100

# Public reports of one category that stand close together; nearest neighbours of each other.
CLUSTERS = text(
    """
    WITH near AS (
      SELECT id, number, title, state, area_code, category_code, created_at, support_count,
        ST_ClusterDBSCAN(ST_Transform(place, :srid), :metres, :least)
          OVER (PARTITION BY category_code) AS cluster
      FROM item
      WHERE kind = 'lapor' AND published_at IS NOT NULL AND visibility <> 'confidential'
        AND NOT oversight AND created_at >= :since AND area_code >= :area AND area_code < :beyond
        AND NOT bridged AND state NOT IN ('rejected', 'merged')
        AND NOT EXISTS (  -- parts of one report are one report
          SELECT FROM complaint AS part WHERE part.id = item.id AND part.parent_id IS NOT NULL)
    )
    SELECT category_code, min(area_code) AS area_code, count(*) AS n,
      sum(support_count)::int AS supports, max(created_at) AS latest,
      (array_agg(number ORDER BY created_at DESC))[1:20] AS numbers,
      (array_agg(title ORDER BY created_at DESC))[1:3] AS titles
    FROM near WHERE cluster IS NOT NULL
    GROUP BY category_code, cluster HAVING count(*) >= :least
    ORDER BY n DESC, latest DESC LIMIT :most
    """
)


@dataclass(frozen=True)
class Tie:
    """The other end of a tie."""

    kind: str
    number: str
    title: str
    comes_from: bool


def ties(session: AnySession, item: Item) -> list[Tie]:
    """What a public reader may know of an item's ties."""
    found = []
    for mine, other, comes_from in (
        (Bridge.to_id, Bridge.from_id, True),
        (Bridge.from_id, Bridge.to_id, False),
    ):
        query = select(Item.kind, Item.number, Item.title).join(Bridge, other == Item.id)
        rows = session.execute(query.where(mine == item.id, public_items()).order_by(Item.id))
        found += [Tie(*row, comes_from) for row in rows]
    return found


def again(session: AnySession, area_code: str) -> list[Any]:
    """Where at least three reports of one category came within two years, the most first."""
    since = city_day() - timedelta(days=MONTHS * 30)
    lon, lat = current_app.config["CITY"].centre
    utm = (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1  # metres
    values = {"srid": utm, "metres": METRES, "least": LEAST, "since": since, "most": MOST,
              "area": area_code, "beyond": f"{area_code}/"}  # fmt: skip
    return list(session.execute(CLUSTERS, values))


def by_numbers(session: AnySession, numbers: list[str]) -> list[Item]:
    """Items by their numbers, the latest first."""
    query = select(Item).where(Item.number.in_(numbers))
    return list(session.scalars(query.order_by(Item.created_at.desc())))
