"""Ceilings as a table: the city, each kecamatan with its kelurahan, the departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from models import AnySession, Area, CeilingVersion, Department, Whose

from .calendar import city_day


@dataclass(frozen=True)
class Cell:
    """An amount in one version (rupiah); ``named``: by that version, not one before it.

    ``change`` is what it adds to the amount before, or takes; None when there was none.
    """

    amount: int
    named: bool
    change: int | None


@dataclass(frozen=True)
class Line:
    """An area or a department, with a cell for each version."""

    whose: Whose
    name: str
    level: str  # kota, kecamatan, kelurahan, or "" for a department
    cells: Sequence[Cell | None] = ()
    km2: float | None = None

    @property
    def now(self) -> int | None:
        """The amount of the last version."""
        last = self.cells[-1] if self.cells else None
        return last.amount if last else None

    @property
    def per_km2(self) -> int | None:
        """Rupiah for each square kilometre, to the whole rupiah."""
        return None if self.now is None or not self.km2 else int(self.now / self.km2)


@dataclass
class Group:
    """Lines that belong together; the first is the whole, the others its parts."""

    name: str
    lines: list[Line] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        """Does any line have an amount?"""
        return any(cell for line in self.lines for cell in line.cells)


def frame(session: AnySession) -> list[Group]:
    """Every area of today under its kecamatan, then the city's own departments; two queries."""
    columns = (Area.code, Area.name, Area.level, Area.area_km2)
    areas = session.execute(select(*columns).where(Area.valid_to.is_(None)).order_by(Area.code))
    groups: dict[str, Group] = {}
    for code, name, level, km2 in areas:
        line = Line(Whose(code), name, level, km2=km2)
        if level == "kelurahan":
            groups.setdefault(code.rpartition(".")[0], Group("")).lines.append(line)
        else:
            groups[code] = Group(name, [line])
    today = city_day()
    offices = (
        select(Department.code, Department.name)
        .where(or_(Department.valid_to.is_(None), Department.valid_to > today))
        .where(Department.external.is_(False))
        .order_by(Department.name)
    )
    made = Group("", [Line(Whose("", code), name, "") for code, name in session.execute(offices)])
    return [*groups.values(), made]


def filled(groups: Sequence[Group], versions: Sequence[CeilingVersion]) -> list[Group]:
    """The same groups with a cell for each published version, the first first."""
    columns: dict[Whose, list[Cell | None]] = {}
    for place, version in enumerate(versions):
        named = {Whose.of(line): line.amount for line in version.lines}
        for one in {*columns, *named}:
            cells = columns.setdefault(one, [None] * place)
            before = cells[-1] if cells else None
            cells.append(_cell(before, named.get(one)))
    return [
        Group(
            group.name,
            [
                Line(o.whose, o.name, o.level, columns.get(o.whose, [None] * len(versions)), o.km2)
                for o in group.lines
            ],
        )
        for group in groups
    ]


def _cell(before: Cell | None, amount: int | None) -> Cell | None:
    if amount is None:
        return Cell(before.amount, False, 0) if before else None
    return Cell(amount, True, amount - before.amount if before else None)


@dataclass(frozen=True)
class Sum:
    """What the parts of an area come to beside what it has, in rupiah."""

    parts: int
    left: int | None


def sums(groups: Sequence[Group], amounts: Mapping[Whose, int]) -> dict[str, Sum]:
    """For every kecamatan what its kelurahan come to, by code."""
    made = {}
    for group in groups:
        if not group.lines or group.lines[0].level != "kecamatan":
            continue
        whole = group.lines[0].whose
        parts = sum(amounts.get(line.whose, 0) for line in group.lines[1:])
        own = amounts.get(whole)
        made[whole.area_code] = Sum(parts, None if own is None else own - parts)
    return made
