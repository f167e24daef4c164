"""How often departments send reports back: public, with what it is a share of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.access import Actor, public_items, visible
from models import AnySession, Change, Complaint, Item

FEWEST = 5  # smaller counts are not told apart from each other
SEAT = "officer:"


@dataclass(frozen=True)
class Returns:
    """Reports anybody may read that came to a department's officers, and how often they went back.

    ``returns`` counts steps; ``returned`` and ``handled`` count reports, ``returned`` of them sent
    back at least once.
    """

    department_code: str
    returns: int
    returned: int
    handled: int

    @property
    def share(self) -> float | None:
        """Returned reports of those handled; None where there are too few to say."""
        return self.returned / self.handled if self.handled >= FEWEST else None


def of_department(
    session: AnySession, code: str, since: datetime | None = None, until: datetime | None = None
) -> Returns:
    """The returns of one department between two moments."""
    seat = Change.seat == f"{SEAT}{code}"
    row = session.execute(_counted(and_(seat, *_between(since, until)))).one()
    return Returns(code, row.returns, row.returned, row.handled)


def by_department(
    session: AnySession, since: datetime | None = None, until: datetime | None = None
) -> dict[str, Returns]:
    """The returns of every department whose officers took a step, by code.

    Reads the trail of the whole time asked for: for a job or a page kept for minutes.
    """
    seats = and_(Change.seat.like(f"{SEAT}%"), *_between(since, until))
    query = _counted(seats).add_columns(Change.seat).group_by(Change.seat)
    found = {}
    for row in session.execute(query):
        code = row.seat.removeprefix(SEAT)
        found[code] = Returns(code, row.returns, row.returned, row.handled)
    return found


def returns_only(
    session: AnySession, since: datetime | None = None, until: datetime | None = None
) -> dict[str, int]:
    """How often each department sent something back; from an index of returns alone."""
    back = and_(Change.step == "return", Change.seat.like(f"{SEAT}%"), *_between(since, until))
    query = (
        select(Change.seat, func.count())
        .join(Item, Item.id == Change.item_id)
        .where(back, public_items())
        .group_by(Change.seat)
    )
    return {seat.removeprefix(SEAT): count for seat, count in session.execute(query)}


def _between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    begun = [Change.at >= since] if since else []
    return begun + ([Change.at < until] if until else [])


def _counted(which: ColumnElement[bool]) -> Any:
    back = Change.step == "return"
    return (
        select(
            func.count().filter(back).label("returns"),
            func.count(Change.item_id.distinct()).filter(back).label("returned"),
            func.count(Change.item_id.distinct()).label("handled"),
        )
        .join(Item, Item.id == Change.item_id)
        .where(which, Item.kind == "lapor", public_items())
    )


def to_decide(session: Session, actor: Actor, limit: int = 100) -> list[Complaint]:
    """What departments sent back twice or more, and the coordinator has to decide; oldest first."""
    query = (
        select(Complaint)
        .where(Complaint.state == "returned", Complaint.returns >= 2, visible(actor))
        .order_by(Complaint.state_since, Complaint.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def count_to_decide(session: Session, actor: Actor) -> int:
    """How many of them there are."""
    waits = and_(Complaint.state == "returned", Complaint.returns >= 2, visible(actor))
    return session.scalar(select(func.count()).select_from(Complaint).where(waits)) or 0
