"""The public numbers of Lapor!: of the city, each kecamatan, kelurahan and department.

Nothing is ranked: offices differ in what lands on their desk.  A count below FEW is not said
where it might point at somebody; shares and spreads need ENOUGH.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from models import AnySession, Area, Department, Figure, FigureMonth, FigureRefresh

DAYS = (90, 365)  # the windows counted
VERIFY_DAYS, ANSWER_DAYS = 3, 5  # working days, as the national guideline has them
FEW, ENOUGH = 5, 10


@dataclass(frozen=True)
class Share:
    """``part`` of ``n``; nothing is said of a share of too few."""

    part: int
    n: int

    @property
    def percent(self) -> int | None:
        """The share in percent, or None where n is too small to tell."""
        return round(self.part * 100 / self.n) if self.n >= ENOUGH else None


@dataclass(frozen=True)
class Spread:
    """The middle and the middle half, in working days, over ``n``."""

    low: float
    middle: float
    high: float
    n: int


# What each number means, in the words that stand beside it.
MEANINGS: dict[str, Any] = {
    "received": _("Reports that came in during these days. Reports that were joined count too."),
    "decided": _(
        "Checked by the kelurahan within %(days)s working days, of all reports that came in and"
        " were checked or should have been.",
        days=VERIFY_DAYS,
    ),
    "answered": _(
        "The office said within %(days)s working days what it will do, of all reports sent to it"
        " that were answered or should have been.",
        days=ANSWER_DAYS,
    ),
    "resolved": _("Declared solved during these days, and not taken back since."),
    "in_time": _(
        "Solved by the promised day, of all reports whose promised day fell in these days. Pauses"
        " while we wait for the reporter do not count."
    ),
    "returned": _("How often the office sent a report back as not its own."),
    "disputed": _("The reporter or neighbours said that it is not solved, of those declared so."),
    "appealed": _("Went to appeal, of those declared solved."),
    "satisfaction": _("The mean of the reporters' marks from 1 to 5. Few reporters give one."),
    "open_now": _("Not finished at the time of counting."),
    "late_now": _("Past the promised day at the time of counting, while an office holds it."),
    "days": _("The middle value in working days; half of all reports lie between the other two."),
}


def refreshed_at(session: AnySession) -> datetime | None:
    """When the numbers were counted."""
    return session.scalar(select(FigureRefresh.at))


def of(session: AnySession, scope: str, code: str, days: int) -> Figure:
    """The numbers of one office or area; all zero when there are none."""
    found = session.get(Figure, (scope, code, days))
    return found or Figure(scope=scope, code=code, days=days, **dict.fromkeys(COUNTS, 0))


COUNTS = tuple(
    column.key
    for column in Figure.__table__.columns
    if not column.primary_key and not column.key.endswith("_days")
)
NAMES = {
    "district": select(Area.code, Area.name).where(
        Area.level == "kecamatan", Area.valid_to.is_(None)
    ),
    "area": select(Area.code, Area.name).where(Area.level == "kelurahan", Area.valid_to.is_(None)),
    "department": select(Department.code, Department.name),
}


def all_of(
    session: AnySession, scope: str, days: int, within: str = ""
) -> list[tuple[str, Figure]]:
    """Name and numbers of every office or area that has any, by name; ``within`` an area."""
    names = NAMES[scope].subquery()
    query = (
        select(names.c.name, Figure)
        .join(names, names.c.code == Figure.code)
        .where(Figure.scope == scope, Figure.days == days)
        .order_by(names.c.name)
    )
    if within:
        query = query.where(Figure.code.startswith(f"{within}.", autoescape=True))
    return [(name, figure) for name, figure in session.execute(query)]


def months(session: AnySession, scope: str, code: str) -> list[FigureMonth]:
    """The last twelve months from the first with a complaint on, oldest first, without gaps."""
    query = select(FigureMonth).where(FigureMonth.scope == scope, FigureMonth.code == code)
    rows = {row.month: row for row in session.scalars(query.order_by(FigureMonth.month))}
    found, month = [], min(rows, default=date.max)
    while rows and month <= max(rows):
        empty = FigureMonth(scope=scope, code=code, month=month, received=0, resolved=0)
        found.append(rows.get(month, empty))
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def line(rows: Sequence[FigureMonth]) -> list[float]:
    """What came each month, for a drawing: no height tells how few the few were."""
    return [FEW / 2 if 0 < row.received < FEW else row.received for row in rows]


def shares(figure: Figure) -> dict[str, Share]:
    """The shares of an office or area, by the names of MEANINGS."""
    return {
        "decided": Share(figure.decided_in_time, figure.decided_due),
        "answered": Share(figure.answered_in_time, figure.answered_due),
        "in_time": Share(figure.resolved_in_time, figure.resolved_due),
        "disputed": Share(figure.disputed, figure.declared),
        "appealed": Share(figure.appealed, figure.declared),
    }


def spreads(figure: Figure) -> dict[str, Spread | None]:
    """How long it takes, in working days."""
    return {
        "decided": _spread(figure.decided_days, figure.decided),
        "answered": _spread(figure.answered_days, figure.answered),
        "resolved": _spread(figure.resolved_days, figure.resolved),
    }


def _spread(quartiles: Sequence[float] | None, n: int) -> Spread | None:
    if not quartiles or n < ENOUGH:
        return None
    low, middle, high = quartiles
    return Spread(float(low), float(middle), float(high), n)


def satisfaction(figure: Figure) -> float | None:
    """The mean mark, or None when too few gave one."""
    return round(figure.rating_sum / figure.rated, 1) if figure.rated >= ENOUGH else None


def said(count: int) -> int | str:
    """A count as it may be published: of few, only that they are few."""
    return "<5" if 0 < count < FEW else count


PUBLISHED = (
    *("received", "resolved", "open_now", "late_now", "returned", "rated", "satisfaction"),
    *(f"{name}_{part}" for name in ("decided", "answered", "in_time", "disputed", "appealed")
      for part in ("percent", "n")),
    *(f"{name}_{part}" for name in ("decided", "answered", "resolved")
      for part in ("days_low", "days_middle", "days_high")),
)  # fmt: skip


def published(figure: Figure) -> dict[str, Any]:
    """Everything that is said of an office or area, by the names of PUBLISHED; "" is unsaid."""
    row: dict[str, Any] = {
        name: said(getattr(figure, name))
        for name in ("received", "resolved", "open_now", "late_now", "returned", "rated")
    }
    mean = satisfaction(figure)
    row["satisfaction"] = "" if mean is None else mean
    for name, share in shares(figure).items():
        row[f"{name}_percent"] = "" if share.percent is None else share.percent
        row[f"{name}_n"] = said(share.n)
    for name, spread in spreads(figure).items():
        for part in ("low", "middle", "high"):
            row[f"{name}_days_{part}"] = getattr(spread, part) if spread else ""
    return row
