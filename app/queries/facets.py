"""How many published items stand where: beside a list, what each further choice would leave.

Read from the counts ``services.facets.refresh`` keeps, at most a minute old.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_

from models import AnySession, Facet, FacetRefresh

DISTRICT = 8  # characters of a kecamatan's code: "32.73.07"
NAMES = ("kind", "area", "category", "department", "state")
KEEP_SECONDS = 20
KEPT = 500  # answers remembered by each process


@dataclass(frozen=True)
class Chosen:
    """What a list is narrowed to; what is None or empty is open."""

    kind: str | None = None
    area: str | None = None
    category: str | None = None
    department: str | None = None
    states: tuple[str, ...] = ()
    overdue: bool = False


@dataclass(frozen=True)
class Counts:
    """Items per value of each property, each counted under all *other* choices.

    ``area`` is keyed by kecamatan until one is chosen, then by its kelurahan.  ``total`` is the
    number under all choices, ``overdue`` those of them that are late; ``at`` when it was counted.
    """

    kind: Mapping[str, int] = field(default_factory=dict)
    area: Mapping[str, int] = field(default_factory=dict)
    category: Mapping[str, int] = field(default_factory=dict)
    department: Mapping[str, int] = field(default_factory=dict)
    state: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    overdue: int = 0
    at: datetime | None = None


def counts(session: AnySession, chosen: Chosen = Chosen()) -> Counts:
    """The counts beside a list narrowed to ``chosen``; remembered for some seconds."""
    kept: OrderedDict[Chosen, tuple[float, Counts]] = current_app.extensions.setdefault(
        "rembuk_facets", OrderedDict()
    )
    held = kept.get(chosen)
    if held is not None and time.monotonic() - held[0] < KEEP_SECONDS:
        return held[1]
    found = read(session, chosen)
    kept[chosen] = (time.monotonic(), found)
    kept.move_to_end(chosen)
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return found


def forget() -> None:
    """Read the counts afresh next time."""
    current_app.extensions.pop("rembuk_facets", None)


def read(session: AnySession, chosen: Chosen) -> Counts:
    """The counts beside a list narrowed to ``chosen``, in one statement."""
    found: dict[str, dict[str, int]] = {name: {} for name in NAMES}
    total, overdue, at = 0, 0, None
    for row in session.execute(_statement(chosen)):
        name = next((name for name in found if getattr(row, f"by_{name}") == 0), None)
        if name is None:
            total, overdue, at = row.total or 0, row.overdue or 0, row.at
        elif (number := getattr(row, f"n_{name}")) and (key := getattr(row, name)) != "":
            found[name][key] = number
    return Counts(**found, total=total, overdue=overdue, at=at)


def area_totals(
    session: AnySession, *, kind: str | None = None, states: tuple[str, ...] = ()
) -> Any:
    """(area code, items, overdue) per kelurahan, for maps and tables."""
    query = select(Facet.area_code, func.sum(Facet.items), func.sum(Facet.overdue))
    query = query.where(_is(Facet.kind, kind), _in(states)).group_by(Facet.area_code)
    return session.execute(query).all()


def _area_key(chosen: Chosen) -> ColumnElement[Any]:
    wide = chosen.area is None or len(chosen.area) < DISTRICT
    return func.left(Facet.area_code, DISTRICT) if wide else Facet.area_code.expression


def _is(column: Any, value: str | None) -> ColumnElement[bool]:
    return true() if value is None else column == value


def _in(states: tuple[str, ...]) -> ColumnElement[bool]:
    return Facet.state.in_(states) if states else true()


def _below(code: str | None) -> ColumnElement[bool]:
    if code is None:
        return true()
    below = and_(Facet.area_code >= f"{code}.", Facet.area_code < f"{code}/")
    return or_(Facet.area_code == code, below)


def _statement(chosen: Chosen) -> Select[Any]:
    fits = {
        "kind": _is(Facet.kind, chosen.kind),
        "area": _below(chosen.area),
        "category": _is(Facet.category_code, chosen.category),
        "department": _is(Facet.department_code, chosen.department),
        "state": _in(chosen.states),
    }
    rows = (
        select(
            Facet.kind.label("kind"),
            _area_key(chosen).label("area"),
            Facet.category_code.label("category"),
            Facet.department_code.label("department"),
            Facet.state.label("state"),
            (Facet.overdue if chosen.overdue else Facet.items).label("number"),
            Facet.overdue.label("late"),
            *(fit.label(f"fits_{name}") for name, fit in fits.items()),
        )
        # a wider area than the kecamatan chosen is of no use beside the list
        .where(_below((chosen.area or "")[:DISTRICT] or None))
        .subquery()
    )
    return _grouped(rows.c)


def _grouped(rows: Any) -> Select[Any]:
    """One row per value of each property, counting what fits all other choices; and the total."""
    every = and_(*(rows[f"fits_{name}"] for name in NAMES))
    ways = {name: and_(*(rows[f"fits_{n}"] for n in NAMES if n != name)) for name in NAMES}
    keys = [rows[name] for name in NAMES]
    return (
        select(
            *keys,
            *(func.grouping(rows[name]).label(f"by_{name}") for name in NAMES),
            *(func.sum(rows.number).filter(way).label(f"n_{name}") for name, way in ways.items()),
            func.sum(rows.number).filter(every).label("total"),
            func.sum(rows.late).filter(every).label("overdue"),
            select(FacetRefresh.at).scalar_subquery().label("at"),
        )
        .where(or_(*ways.values()))
        .group_by(func.grouping_sets(*keys, tuple_()))
    )
