"""Ceilings (*pagu*) as they are in force, and version by version.  Amounts are whole rupiah."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, cast, func, null, select, text
from sqlalchemy.orm import selectinload

from models import AnySession, Area, Ceiling, CeilingVersion, Whose

from .ranking_keys import ListKey

PUBLISHED = CeilingVersion.published_at.is_not(None)
# Of an area or a department the last published version that names it; as the database has it.
IN_FORCE = text(
    "SELECT area_code, department_code, amount, version_id FROM ceiling_in_force(:year)"
)
EXCESS = text("SELECT area_code, amount, parts, of_departments FROM ceiling_excess(:year)")


@dataclass(frozen=True)
class Excess:
    """Parts that come to more than their whole has; ``over`` in rupiah."""

    area_code: str
    amount: int
    parts: int
    of_departments: bool

    @property
    def over(self) -> int:
        """By how much."""
        return self.parts - self.amount


def whose(key: ListKey) -> Whose | None:
    """Whose ceiling cuts a list; an RW has none of its own."""
    if key.level == "rw":
        return None
    return Whose(key.area_code or "", key.department_code or "")


def ceiling_of(key: ListKey, at: datetime | None = None) -> ColumnElement[int | None]:
    """The amount in force that cuts a list, as a part of another question; ``at`` a moment."""
    of = whose(key)
    if of is None:
        return cast(null(), BigInteger)
    named = (
        Ceiling.area_code.is_not_distinct_from(of.area_code or None),
        Ceiling.department_code.is_not_distinct_from(of.department_code or None),
    )
    wanted = select(Ceiling.amount).join(CeilingVersion).where(PUBLISHED, *named)
    wanted = wanted.where(CeilingVersion.plan_year == key.plan_year)
    if at is not None:
        wanted = wanted.where(CeilingVersion.published_at <= at)
    return wanted.order_by(CeilingVersion.number.desc()).limit(1).scalar_subquery()


def ceiling_for(session: AnySession, key: ListKey, at: datetime | None = None) -> int | None:
    """The amount in force (then) that cuts a list, or None where nothing was decided."""
    found: int | None = session.scalar(select(ceiling_of(key, at)))
    return found


def in_force(session: AnySession, plan_year: int) -> dict[Whose, int]:
    """Every amount in force for that year."""
    rows = session.execute(IN_FORCE, {"year": plan_year})
    return {Whose.of(row): row.amount for row in rows}


def excess(session: AnySession, plan_year: int) -> list[Excess]:
    """Where the published parts come to more than their whole; empty when all is well."""
    rows = session.execute(EXCESS, {"year": plan_year})
    return [Excess(r.area_code, r.amount, int(r.parts), r.of_departments) for r in rows]


def versions(session: AnySession, plan_year: int) -> Sequence[CeilingVersion]:
    """The published versions of a year with their lines, the first first."""
    wanted = select(CeilingVersion).where(PUBLISHED, CeilingVersion.plan_year == plan_year)
    lines = selectinload(CeilingVersion.lines)
    return session.scalars(wanted.options(lines).order_by(CeilingVersion.number)).all()


def version(session: AnySession, plan_year: int, number: int) -> CeilingVersion | None:
    """One published version."""
    wanted = select(CeilingVersion).where(PUBLISHED, CeilingVersion.plan_year == plan_year)
    found: CeilingVersion | None = session.scalar(wanted.where(CeilingVersion.number == number))
    return found


def years(session: AnySession) -> list[int]:
    """The plan years with a published version, the latest first."""
    wanted = select(CeilingVersion.plan_year).where(PUBLISHED).distinct()
    return list(session.scalars(wanted.order_by(CeilingVersion.plan_year.desc())))


def over(
    given: dict[Whose, int], levels: dict[str, str], parents: dict[str, str | None]
) -> list[Excess]:
    """What ``excess`` would say of these amounts, before they are published.

    ``levels`` and ``parents`` are of all areas, by code.
    """
    city = next((code for code, level in levels.items() if level == "kota"), "")
    parts: dict[str, int] = {}
    for one, amount in given.items():
        if levels.get(one.area_code) == "kelurahan":
            above = parents[one.area_code] or ""
            parts[above] = parts.get(above, 0) + amount
    found, need = [], 0
    for code in sorted(code for code, level in levels.items() if level == "kecamatan"):
        own = given.get(Whose(code))
        if own is not None and parts.get(code, 0) > own:
            found.append(Excess(code, own, parts[code], False))
        need += own if own is not None else parts.get(code, 0)
    departments = sum(amount for one, amount in given.items() if one.department_code)
    whole = given.get(Whose(city))
    if whole is not None and need > whole:
        found.append(Excess(city, whole, need, False))
    if whole is not None and departments > whole:
        found.append(Excess(city, whole, departments, True))
    return found


def tree(session: AnySession) -> tuple[dict[str, str], dict[str, str | None]]:
    """The level and the parent of every area, by code."""
    rows = session.execute(select(Area.code, Area.level, Area.parent_code)).all()
    return {row.code: row.level for row in rows}, {row.code: row.parent_code for row in rows}


def latest_year(session: AnySession) -> int | None:
    """The last plan year with a published version."""
    found: int | None = session.scalar(select(func.max(CeilingVersion.plan_year)).where(PUBLISHED))
    return found
