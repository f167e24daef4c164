"""The public list of items as a table: all that a search finds, in the order of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.queries.items import Filters, clauses, public_ids, values
from models import Item, Proposal

MOST = {"csv": 20_000, "xlsx": 5_000}  # rows; one of a workbook costs ten times as much
WORKS = Proposal.__table__.c  # beside the item, where there are works
COLUMNS = (
    Item.kind,
    Item.number,
    Item.title,
    Item.category_code,
    Item.state,
    Item.area_code,
    Item.district_code,
    Item.rw,
    Item.department_code,
    Item.created_at,
    Item.state_since,
    Item.support_count,
    WORKS.plan_year,
    WORKS.level,
    WORKS.volume,
    WORKS.unit,
    WORKS.cost,
)


@dataclass(frozen=True)
class Found:
    """The rows, newest first; ``cut`` when there are more."""

    rows: Sequence[Row[Any]]
    cut: bool


def found(session: Session, filters: Filters, most: int) -> Found:
    """What anybody may see of the list with these filters: what its pages show together.

    Words that nothing matches find the titles that sound alike, as on the page.
    """
    told = values(filters)
    rows = session.execute(_table(clauses(filters), bool(filters.q), most), told).all()
    if not rows and filters.q:
        near = clauses(filters, alike=True)
        rows = session.execute(_table(near, True, most), told).all()
    return Found(rows[:most], len(rows) > most)


@cache
def _table(names: tuple[str, ...], few: bool, most: int) -> Select[Any]:
    ids = public_ids(names, few, most + 1)
    return (
        select(*COLUMNS)
        .join(ids, ids.c.id == Item.id)
        .join(Proposal.__table__, WORKS.id == Item.id, isouter=True)
        .order_by(Item.id.desc())
    )
