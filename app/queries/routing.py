"""Which department owns a matter: the first routing rule that fits, and why it does.

What a rule is stands in ``rules``; the rules in force, kept for a minute, in ``rulebook``.  A
department that has ended hands its rules to its successor.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models import AnySession, Department, Item

from . import rulebook as books
from .calendar import city_day
from .rulebook import Coverage, Ground, Rulebook, ground, rulebook, successor
from .rules import ALL_ROADS, Case, Explanation, Skipped, explain, misfit, plain, road_label

__all__ = [
    "ALL_ROADS",
    "Case",
    "Coverage",
    "Explanation",
    "Ground",
    "Rulebook",
    "Skipped",
    "case_of",
    "coverage",
    "departments",
    "explain",
    "misfit",
    "owner",
    "plain",
    "road_label",
    "rulebook",
    "successor",
    "suggest",
]


def owner(
    session: AnySession,
    category_code: str,
    area_code: str,
    road_class: str | None = None,
    text: str = "",
    *,
    road_name: str = "",
    day: date | None = None,
) -> Explanation | None:
    """Who owns a matter on ``day`` (today), by the rules as this session sees them."""
    case = Case(category_code, area_code, road_class or "tidak_tahu", text, road_name)
    return books.read(session).owner(case, day or city_day())


def case_of(item: Item) -> Case:
    """An item as the rules see it."""
    return Case(
        item.category_code,
        item.area_code,
        getattr(item, "road_class", None) or "tidak_tahu",
        " ".join((item.title, item.address, item.body)),
        getattr(item, "road_name", ""),
    )


def suggest(_session: AnySession, item: Item) -> Explanation | None:
    """The owner the rules propose for an item; a moderator decides.  Costs no query."""
    return rulebook().owner(case_of(item), city_day())


def coverage(session: AnySession, day: date | None = None) -> Coverage:
    """Ask the rules about every case, with nothing said in the text: is there always an owner?"""
    day = day or city_day()
    return books.coverage(books.read(session), ground(session, day), day)


def departments(session: AnySession) -> dict[str, Department]:
    """Every department, ended ones too, by code."""
    return {found.code: found for found in session.scalars(select(Department))}
