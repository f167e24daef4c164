"""What can be reported through GeoReport, and what each service asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Row, and_, bindparam, exists, or_, select

from app.kinds.lapor import LAPOR
from app.queries.calendar import city_day
from models import AnySession, Category, CategoryQuestion, GeoreportChangeset

COLUMNS: tuple[Any, ...] = (
    Category.code,
    Category.name,
    Category.help,
    Category.keywords,
    Category.complaint_class,
    exists()
    .where(CategoryQuestion.category_code == Category.code, CategoryQuestion.valid_to.is_(None))
    .label("asks"),
)
TODAY = bindparam("today", type_=Date)
HOLDS = and_(  # as ``Category.holds`` has it
    or_(Category.valid_from.is_(None), Category.valid_from <= TODAY),
    or_(Category.valid_to.is_(None), Category.valid_to > TODAY),
)
SERVICES = (
    select(*COLUMNS)
    .where(Category.kind == LAPOR.slug, HOLDS, Category.emergency == "")
    .order_by(Category.position)
)
QUESTIONS = (
    select(CategoryQuestion)
    .where(CategoryQuestion.category_code == bindparam("code"), CategoryQuestion.valid_to.is_(None))
    .order_by(CategoryQuestion.position)
)


def services(session: AnySession) -> Sequence[Row[Any]]:
    """What can be reported, in the city's order; emergencies are no service of ours."""
    return session.execute(SERVICES, {"today": city_day()}).all()


def service(session: AnySession, code: str) -> Row[Any] | None:
    """One service in force, or None."""
    return session.execute(SERVICES.where(Category.code == code), {"today": city_day()}).first()


def questions(session: AnySession, code: str) -> list[CategoryQuestion]:
    """What a service asks, in order, as the tables say now."""
    return list(session.scalars(QUESTIONS, {"code": code}))


def changeset(session: AnySession) -> datetime:
    """When services or questions last changed."""
    return session.scalars(select(GeoreportChangeset.at)).one()


def known_services(session: AnySession, codes: Iterable[str]) -> list[str]:
    """Those of the codes that are or were services."""
    query = select(Category.code).where(Category.kind == LAPOR.slug, Category.code.in_(codes))
    return list(session.scalars(query))
