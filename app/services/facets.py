"""Keep the counts of published items; a job does it each minute."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Text, case, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from app.access import public_items
from app.queries.calendar import city_day
from app.queries.overdue import is_overdue
from models import AnySession, Facet, FacetRefresh, Item

ONE = 1


def refresh(session: AnySession) -> None:
    """Count every published item anew: by kind, kelurahan, category, department and state.

    Two refreshes at once wait for each other; readers see the old counts until the commit.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("facet"))))
    session.execute(delete(Facet))
    late = func.count(case((is_overdue(city_day()), ONE)))
    owner = func.coalesce(Item.department_code, literal("", Text(collation="C")))
    keys = (Item.kind, Item.area_code, Item.category_code, owner, Item.state)
    counted = select(*keys, func.count(), late).where(public_items()).group_by(*keys)
    columns = [column.name for column in Facet.__table__.columns]
    session.execute(insert(Facet).from_select(columns, counted))
    now = datetime.now(UTC)
    row = insert(FacetRefresh).values(id=ONE, at=now)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"at": now}))
