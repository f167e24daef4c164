"""Bring complaints in from somebody's table: history with its trail, each row once."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from app.kinds.lapor import LAPOR
from app.queries.calendar import city_day
from app.queries.rulebook import rulebook
from app.queries.rules import Case
from models import ROAD_CLASSES, VISIBILITIES, Category, Department, db

from . import importing
from .mapping import Mapping
from .records import PATHS, Record, record, tell
from .tables import Row


def codes() -> dict[str, set[str]]:
    """What the fields of a mapping may say."""
    topics = select(Category.code).where(Category.kind == LAPOR.slug)
    return {
        "category": set(db.session.scalars(topics)),
        "department": set(db.session.scalars(select(Department.code))),
        "state": set(PATHS),
        "visibility": set(VISIBILITIES),
        "road_class": set(ROAD_CLASSES),
        "reason": {code for step in LAPOR.workflow.steps for code in step.reasons},
    }


class Importer(importing.Importer[Record]):
    """Takes portions of rows in as complaints."""

    kind = LAPOR
    published_by = "verify"

    def __init__(self, mapping: Mapping, run: int | None) -> None:
        super().__init__(mapping, run)
        self.book, self.today = rulebook(), city_day()

    def record(self, row: Row) -> Record:
        """The complaint in a row."""
        return record(row, self.ground)

    def tell(self, found: Record, ref: int) -> None:
        """Write its trail."""
        tell(found, ref, self.ground, self._owner)

    def _owner(self, case: Case) -> str:
        found = self.book.owner(case, self.today)
        return found.department_code if found else ""

    def own(self, found: Record) -> dict[str, Any]:
        """What only a complaint has."""
        zone = self.ground.zone
        happened: date | None = found.happened.astimezone(zone).date() if found.happened else None
        return {
            "complaint_class": found.category.complaint_class or "bukan_pengawasan",
            "road_class": found.road_class,
            "happened_on": happened.isoformat() if happened else None,
            "rating": found.rating if found.trail[-1].step == "confirm" else None,
        }
