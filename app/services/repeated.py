"""Find the places where reports come again and again; a job does it each night."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.queries.repeated import finding
from models import AnySession, RepeatedPlace, RepeatedRefresh

ONE = 1


def refresh(session: AnySession) -> int:
    """Find all of them anew; returns how many.  Readers see the old ones meanwhile."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("repeated_place"))))
    session.execute(delete(RepeatedPlace))
    columns = [column.name for column in RepeatedPlace.__table__.columns]
    session.execute(insert(RepeatedPlace).from_select(columns, finding()))
    row = insert(RepeatedRefresh).values(id=ONE, at=datetime.now(UTC))
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"at": row.excluded.at}))
    return session.scalar(select(func.count()).select_from(RepeatedPlace)) or 0
