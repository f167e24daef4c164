"""Places where reports come again and again: how they are found, and those of an area.

Finding them all takes a while in a large city, so a job does it each night; what no longer counts
since then (hidden, joined, already a proposal) is left out when they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import Row, Select, Text, bindparam, func, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from app.access import public_items
from app.queries.calendar import city_day
from models import AnySession, Item, RepeatedPlace, RepeatedRefresh

MONTHS = 24
METRES = 60
LEAST = 3
NAMED = 20  # reports of a place that are named, and go into one proposal
PAGE = 20
LEFT = ("rejected", "merged")
# Public reports of one category that stand close together; nearest neighbours of each other.
FOUND = """
    WITH near AS (
      SELECT id, area_code, district_code, category_code, created_at,
        ST_ClusterDBSCAN(ST_Transform(place, :srid), :metres, :least)
          OVER (PARTITION BY category_code) AS cluster
      FROM item
      WHERE kind = 'lapor' AND published_at IS NOT NULL AND visibility <> 'confidential'
        AND NOT oversight AND created_at >= :since AND NOT bridged AND state NOT IN :left
        AND NOT EXISTS (  -- parts of one report are one report
          SELECT FROM complaint AS part WHERE part.id = item.id AND part.parent_id IS NOT NULL)
    ), found AS (
      SELECT category_code, array_agg(id ORDER BY created_at DESC, id DESC) AS ids,
        array_agg(area_code ORDER BY created_at DESC, id DESC) AS places, count(*) AS reports,
        array_agg(DISTINCT area_code) || array_agg(DISTINCT district_code) AS areas,
        max(created_at) AS latest
      FROM near WHERE cluster IS NOT NULL
      GROUP BY category_code, cluster HAVING count(*) >= :least
    )
    SELECT row_number() OVER (ORDER BY reports DESC, latest DESC, ids[1]) AS rank,
      category_code, places[1] AS area_code, areas, reports, ids[1 : :named] AS item_ids
    FROM found
"""


@dataclass(frozen=True)
class Places:
    """Some places, the most reported first; where the next begin, and when all were found."""

    rows: Sequence[Row[Any]]
    next_after: int | None
    found_at: datetime | None


def finding() -> Any:
    """The statement that finds them all: the columns of ``RepeatedPlace``."""
    lon, lat = current_app.config["CITY"].centre
    utm = (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1  # metres
    since = city_day() - timedelta(days=MONTHS * 30)
    values = {"srid": utm, "metres": METRES, "least": LEAST, "named": NAMED, "since": since}
    found = text(FOUND).bindparams(bindparam("left", LEFT, expanding=True), **values)
    return found.columns(*RepeatedPlace.__table__.columns)


def places(session: AnySession, areas: Sequence[str], after: int = 0) -> Places:
    """The places that touch one of the areas (of all, when none is named) behind rank ``after``.

    Each with category and area, ``reports``, ``supports``, ``latest``, ``numbers`` and ``titles``.
    """
    told = {"after": after, "areas": list(areas)}
    rows = session.execute(_page(bool(areas)), told).all()
    found_at = rows[0].found_at if rows else session.scalar(select(RepeatedRefresh.at))
    more = len(rows) > PAGE
    return Places(rows[:PAGE], rows[PAGE - 1].rank if more else None, found_at)


@cache
def _page(in_areas: bool) -> Select[Any]:
    place, still = RepeatedPlace, _still_there()
    gone = func.cardinality(place.item_ids) - still.c.n
    query = (
        select(place.rank, place.category_code, place.area_code, still.c.supports, still.c.latest)
        .add_columns(still.c.numbers, still.c.titles, (place.reports - gone).label("reports"))
        .add_columns(select(RepeatedRefresh.at).scalar_subquery().label("found_at"))
        .join(still, true())
        .where(place.rank > bindparam("after"), still.c.n >= LEAST)
        .order_by(place.rank)
        .limit(PAGE + 1)
    )
    areas = bindparam("areas", type_=ARRAY(Text(collation="C")))
    return query.where(place.areas.overlap(areas)) if in_areas else query


def _still_there() -> Any:
    """Of the reports that are named, what of them may still be told and made a proposal of."""
    newest = (Item.created_at.desc(), Item.id.desc())
    theirs = Item.id == func.any(RepeatedPlace.item_ids)
    return (
        select(
            func.count().label("n"),
            func.sum(Item.support_count).label("supports"),
            func.max(Item.created_at).label("latest"),
            func.array_agg(aggregate_order_by(Item.number, *newest)).label("numbers"),
            func.array_agg(aggregate_order_by(Item.title, *newest)).label("titles"),
        )
        .where(theirs, public_items(), ~Item.bridged, Item.state.not_in(LEFT))
        .correlate(RepeatedPlace)
        .lateral("still")
    )
