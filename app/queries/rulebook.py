"""The routing rules and the departments they lead to, as plain values kept for a minute."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from models import AnySession, Area, Category, Department, RoutingRule, reading

from .rules import ALL_ROADS, Case, Explanation, Line, explain

KEEP_SECONDS = 60


class Office(NamedTuple):
    """A department as routing needs it: from when until when it holds, and who follows it."""

    code: str
    valid_from: date | None
    valid_to: date | None
    successor_code: str | None
    external: bool

    def holds(self, day: date) -> bool:
        """Is it there on that day?"""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or self.valid_to > day)


@dataclass(frozen=True)
class Rulebook:
    """Every rule in its order, and every department; immutable, so it may be shared."""

    lines: tuple[Line, ...]
    offices: Mapping[str, Office]
    taken: float = field(default=0.0, compare=False)

    @cached_property
    def version(self) -> str:
        """A mark of all that is in it: another mark, other rules or departments."""
        said = repr((self.lines, sorted(self.offices.items())))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @cached_property
    def _open(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.category_code is None)

    @cached_property
    def _by_category(self) -> dict[str, tuple[Line, ...]]:
        own: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.category_code is not None:
                own.setdefault(line.category_code, []).append(line)
        return {
            code: tuple(sorted((*lines, *self._open), key=_place)) for code, lines in own.items()
        }

    def of(self, category_code: str) -> tuple[Line, ...]:
        """The rules that may decide about a category, in order."""
        return self._by_category.get(category_code, self._open)

    def owner(self, case: Case, day: date) -> Explanation | None:
        """Who owns a matter on ``day``; None when no rule leads to a department in force."""
        found = explain(self.of(case.category_code), case)
        if found is None:
            return None
        code = successor(self.offices, found.department_code, day)
        if code is None or code == found.department_code:
            return found if code else None
        return replace(found, department_code=code, successor_of=found.department_code)

    def with_lines(self, lines: Iterable[Line]) -> Rulebook:
        """The same departments under other rules."""
        return Rulebook(tuple(sorted(lines, key=_place)), self.offices)

    def with_office(self, office: Office) -> Rulebook:
        """The same rules with one department changed or added."""
        return Rulebook(self.lines, {**self.offices, office.code: office})


def _place(line: Line) -> int:
    return line.position


def successor(known: Mapping[str, Department | Office], code: str, day: date) -> str | None:
    """The department that does this one's work on ``day``: itself, or who followed it."""
    seen: set[str] = set()
    while code in known and code not in seen:
        seen.add(code)
        found = known[code]
        if found.holds(day):
            return code
        code = found.successor_code or ""
    return None


RULES = select(
    RoutingRule.position,
    RoutingRule.category_code,
    RoutingRule.area_code,
    RoutingRule.road_class,
    RoutingRule.keyword,
    RoutingRule.department_code,
    RoutingRule.note,
    RoutingRule.id,
).order_by(RoutingRule.position)
OFFICES = select(
    Department.code,
    Department.valid_from,
    Department.valid_to,
    Department.successor_code,
    Department.external,
)


def read(session: AnySession) -> Rulebook:
    """The rules and departments as this session sees them now."""
    lines = tuple(Line(*row) for row in session.execute(RULES))
    offices = {row.code: Office(*row) for row in session.execute(OFFICES)}
    return Rulebook(lines, offices, time.monotonic())


def rulebook() -> Rulebook:
    """The rules and departments in use, at most a minute old."""
    held: Rulebook | None = current_app.extensions.get("rembuk_rulebook")
    if held is None or time.monotonic() - held.taken > KEEP_SECONDS:
        held = current_app.extensions["rembuk_rulebook"] = read(reading())
    return held


@dataclass(frozen=True)
class Coverage:
    """What the rules say of every category × kelurahan × road class.

    ``gaps`` holds (category, area, road class) without an owner in force.
    """

    categories: int
    areas: int
    cases: int
    gaps: tuple[tuple[str, str, str], ...]
    rules: int
    owners: Mapping[str, int]


@dataclass(frozen=True)
class Ground:
    """What coverage is asked over: the categories in force and the kelurahan."""

    categories: tuple[str, ...]
    areas: tuple[str, ...]


def ground(session: AnySession, day: date) -> Ground:
    """The categories and kelurahan in force on ``day``."""
    kelurahan = select(Area.code).where(Area.level == "kelurahan", Area.valid_to.is_(None))
    topics = select(Category.code, Category.valid_from, Category.valid_to)
    rows = session.execute(topics.order_by(Category.position))
    categories = tuple(r.code for r in rows if r.valid_to is None or r.valid_to > day)
    return Ground(categories, tuple(session.scalars(kelurahan.order_by(Area.code))))


def coverage(book: Rulebook, over: Ground, day: date) -> Coverage:
    """Ask the rules about every case, with nothing said in the text: is there always an owner?

    Areas that the rules of a category cannot tell apart are asked once.
    """
    gaps, owners = [], dict[str, int]()
    for category in over.categories:
        marks = tuple(sorted({line.area_code for line in book.of(category) if line.area_code}))
        for alike in _alike(over.areas, marks):
            for road in ALL_ROADS:
                found = book.owner(Case(category, alike[0], road), day)
                if found is None:
                    gaps += [(category, area, road) for area in alike]
                else:
                    code = found.department_code
                    owners[code] = owners.get(code, 0) + len(alike)
    cases = len(over.categories) * len(over.areas) * len(ALL_ROADS)
    return Coverage(
        len(over.categories), len(over.areas), cases, tuple(gaps), len(book.lines), owners
    )


def _alike(areas: Iterable[str], marks: tuple[str, ...]) -> list[list[str]]:
    """Areas grouped by which of the marked areas they lie in."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for area in areas:
        within = tuple(mark for mark in marks if f"{area}.".startswith(f"{mark}."))
        groups.setdefault(within, []).append(area)
    return list(groups.values())
