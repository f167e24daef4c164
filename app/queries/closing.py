"""What residents made of answers, per department and area; every share stands with its n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from app.access import public_items
from models import AnySession, ClosingEvent, ClosingTally, Item

FEWEST = 10  # answers below which no share is shown
TALLIED = ("resolved", "disputed", "appealed", "upheld", "dismissed", "rated")


@dataclass(frozen=True)
class Verdicts:
    """How often answers were given, disputed, appealed, and appeals upheld or dismissed.

    ``rating`` is the mean of ``rated`` ratings from 1 to 5; None without any.
    """

    resolved: int = 0
    disputed: int = 0
    appealed: int = 0
    upheld: int = 0
    dismissed: int = 0
    rated: int = 0
    rating_sum: int = 0

    @property
    def rating(self) -> float | None:
        """The mean rating."""
        return self.rating_sum / self.rated if self.rated else None

    @property
    def enough(self) -> bool:
        """Are there enough answers for a share to mean something?"""
        return self.resolved >= FEWEST

    def share(self, name: str) -> float:
        """The share of answers that were ``disputed`` or ``appealed``, between 0 and 1."""
        return float(getattr(self, name) / self.resolved) if self.resolved else 0.0


def _count(name: str) -> Any:
    return func.count().filter(ClosingEvent.event == name).label(name)


# Counted anew from the events; what is not public is in no number.
COUNTED = (
    select(
        ClosingEvent.department_code,
        ClosingEvent.area_code,
        *(_count(name) for name in TALLIED),
        func.coalesce(func.sum(ClosingEvent.rating), 0).label("rating_sum"),
    )
    .join(Item, Item.id == ClosingEvent.item_id)
    .where(public_items(), ClosingEvent.department_code.is_not(None))
    .group_by(ClosingEvent.department_code, ClosingEvent.area_code)
)


def _sums(*narrowed: Any) -> Select[Any]:
    names = (*TALLIED, "rating_sum")
    sums = (func.coalesce(func.sum(getattr(ClosingTally, n)), 0).label(n) for n in names)
    return select(*sums).where(*narrowed)


DEPARTMENT = _sums(ClosingTally.department_code == bindparam("department"))
AREA = _sums(
    or_(
        ClosingTally.area_code == bindparam("area"),
        ClosingTally.area_code.like(func.concat(bindparam("area"), ".%")),
    )
)


def of_department(session: AnySession, code: str) -> Verdicts:
    """What residents made of a department's answers, as last counted."""
    return _verdicts(session, DEPARTMENT, {"department": code})


def of_area(session: AnySession, code: str) -> Verdicts:
    """The same for an area and all below it."""
    return _verdicts(session, AREA, {"area": code})


def _verdicts(session: AnySession, query: Select[Any], values: dict[str, str]) -> Verdicts:
    row = session.execute(query, values).one()
    return Verdicts(**{name: int(number) for name, number in row._mapping.items()})
