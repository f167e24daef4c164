"""What lists on forms offer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.kinds import REASONS
from app.queries import catalogue
from app.queries.calendar import city_day
from app.queries.labels import labels, named
from app.workflow import Step
from models import Area, Department

Choice = tuple[str, Any]


def categories(kind: str) -> list[Choice]:
    """The categories of a kind, in the city's order, in the reader's language."""
    today = city_day()
    return [
        (c.code, named(c))
        for c in labels().categories.values()
        if c.kind == kind and c.holds(today)
    ]


def kelurahan() -> dict[str, list[Choice]]:
    """Kecamatan → its kelurahan as choices, by name."""
    return {district: list(areas) for district, areas in labels().kelurahan.items()}


def districts(session: Session) -> list[Choice]:
    """The kecamatan, by name."""
    query = select(Area.code, Area.name).where(Area.level == "kecamatan", Area.valid_to.is_(None))
    return [(code, name) for code, name in session.execute(query.order_by(Area.name))]


def departments(session: Session, external: bool | None = None) -> list[Choice]:
    """The departments there are today; only those outside the city, or inside, when asked."""
    query = select(Department.code, Department.abbreviation, Department.name)
    today = city_day()
    query = query.where(or_(Department.valid_to.is_(None), Department.valid_to > today))
    if external is not None:
        query = query.where(Department.external.is_(external))
    rows = session.execute(query.order_by(Department.abbreviation))
    return [(code, f"{short} – {name}") for code, short, name in rows]


def offices(external: bool | None = None) -> list[Choice]:
    """The departments there are today, as at most a minute ago; for filters and for residents."""
    known, today = labels(), city_day()
    return [
        (code, f"{short} – {known.department_names[code]}")
        for code, short in known.departments.items()
        if external is None or (code in known.outside) == external
        if (ends := known.department_ends[code]) is None or ends > today
    ]


def of_step(session: Session, step: Step, kind: str) -> dict[str, Any]:
    """What the lists of a step's form offer."""
    offers: dict[str, Any] = {}
    asked = set(step.answers)
    if "reason" in asked:
        offers["reason"] = [(code, REASONS[code]) for code in step.reasons]
    if asked & {"department", "parts"}:
        offers["department"] = departments(session, external=False)
    if "other_department" in asked:
        offers["other_department"] = departments(session)
    if "external" in asked:
        offers["external"] = departments(session, external=True)
    if "category" in asked:
        offers["category"] = [
            (code, name)
            for code, name in categories(kind)
            if not (step.unmarks and labels().categories[code].is_about_officials)
        ]
    if "line" in asked:
        lines = catalogue.choices(session).values()
        offers["line"] = [(code, name) for group in lines for code, name, _facts in group]
    if "area" in asked:
        offers["area"] = [c for group in kelurahan().values() for c in group]
    return offers
