"""What the administration's pages list: departments, categories, and the routing rules."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.forms import clean_line
from models import AnySession, AuditEvent, Category, Department, RoutingRule

from .rulebook import Rulebook
from .rules import ALL_ROADS, Line, plain, road_label

PAGE = 60


@dataclass(frozen=True)
class Cut:
    """Which rules a list shows."""

    category: str = ""
    department: str = ""
    q: str = ""

    @classmethod
    def read(cls, args: Any) -> Cut:
        """From an address, where nonsense may stand."""
        names = {"category": "kategori", "department": "opd", "q": "q"}
        return cls(**{k: (clean_line(args.get(v, "")) or "")[:100] for k, v in names.items()})

    def shows(self, line: Line) -> bool:
        """Is the line among them?"""
        if self.category and line.category_code != (
            None if self.category == "-" else self.category
        ):
            return False
        if self.department and line.department_code != self.department:
            return False
        said = plain(f"{line.keyword or ''} {line.note} {line.area_code or ''}")
        return not self.q or plain(self.q) in said

    @property
    def args(self) -> dict[str, str]:
        """The cut as address arguments."""
        given = {"kategori": self.category, "opd": self.department, "q": self.q}
        return {name: value for name, value in given.items() if value}


def rules(book: Rulebook, cut: Cut, after: int | None) -> tuple[list[Line], int | None]:
    """A page of the rules in their order, and the position after which the next page begins."""
    found = [line for line in book.lines if cut.shows(line) and line.position > (after or -1)]
    more = len(found) > PAGE
    return found[:PAGE], found[PAGE - 1].position if more else None


def departments(session: Session, ended: bool) -> list[Department]:
    """Departments in use, or those that ended, by their short names."""
    past = Department.valid_to.is_not(None) if ended else Department.valid_to.is_(None)
    query = select(Department).where(past)
    return list(session.scalars(query.order_by(Department.external, Department.abbreviation)))


def categories(session: Session, kind: str, ended: bool) -> list[Category]:
    """The categories of a service in their order, or those that ended."""
    past = Category.valid_to.is_not(None) if ended else Category.valid_to.is_(None)
    query = select(Category).where(past, Category.kind == kind)
    return list(session.scalars(query.order_by(Category.position, Category.code)))


def rules_of(session: Session, department: str) -> int:
    """How many rules lead to a department."""
    query = select(func.count()).where(RoutingRule.department_code == department)
    return session.scalar(query) or 0


def history(session: Session, subject: str, limit: int = 20) -> list[AuditEvent]:
    """What was changed about something, the newest first."""
    query = select(AuditEvent).where(AuditEvent.subject == subject)
    return list(session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit)))


def roads() -> list[tuple[str, str]]:
    """The road classes a rule may name."""
    return [(code, road_label(code)) for code in ALL_ROADS]


COLUMNS = {
    "departments": (
        Department,
        "code name abbreviation handles external contact phone email advice valid_from valid_to "
        "successor_code",
        Department.code,
    ),
    "categories": (
        Category,
        "code kind name name_en name_su help help_en complaint_class place_bound asks_road_class "
        "oversight emergency keywords position",
        Category.position,
    ),
    "routing": (
        RoutingRule,
        "position category_code area_code road_class keyword department_code note",
        RoutingRule.position,
    ),
}


def export(session: AnySession, folder: Path) -> dict[str, int]:
    """Write what is in force as the files of a city; returns the rows of each.

    Categories that have ended have no place in the file: leaving one out is what ends it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, (model, columns, order) in COLUMNS.items():
        wanted: Any = select(model).order_by(order)
        rows = [row for row in session.scalars(wanted) if name != "categories" or not row.valid_to]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns.split())
            writer.writerows([_cell(getattr(row, c)) for c in columns.split()] for row in rows)
        written[name] = len(rows)
    return written


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
