"""Who sits on which seat."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.forms import clean_line
from app.queries.actors import in_force
from app.queries.calendar import city_day
from models import Mandate, Person, User, db

PAGE = 50
FOUND = 10
SHORTEST = 3  # characters of a search


def seats_of(user: User) -> Sequence[Mandate]:
    """The seats a login holds today."""
    query = select(Mandate).where(Mandate.user_id == user.id, *in_force(city_day()))
    return db.session.scalars(query.order_by(Mandate.id)).all()


def mandates(
    shown: str = "now", role: str = "", before: int | None = None
) -> tuple[Sequence[Mandate], int | None]:
    """A page of mandates, newest first, and where the next page begins.

    ``shown``: now (in force), later (not begun), ended.
    """
    query: Select[Mandate] = select(Mandate).options(
        joinedload(Mandate.user), joinedload(Mandate.area), joinedload(Mandate.department)
    )
    query = query.where(*_shown(shown))
    if role:
        query = query.where(Mandate.role == role)
    if before:
        query = query.where(Mandate.id < before)
    rows = db.session.scalars(query.order_by(Mandate.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def _shown(shown: str) -> tuple[ColumnElement[bool], ...]:
    today = city_day()
    later = (Mandate.valid_from > today) & Mandate.ended_at.is_(None)
    if shown == "later":
        return (later,)
    if shown == "ended":
        return (Mandate.ended_at.is_not(None) | (Mandate.valid_to < today),)
    return in_force(today)


def people(words: str) -> Sequence[User]:
    """Open accounts whose e-mail begins with these letters, or whose name has them in it."""
    text = (clean_line(words) or "")[:100].lower()
    if len(text) < SHORTEST:
        return []
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    fits = func.lower(User.email).like(f"{escaped}%") | func.lower(Person.name).like(f"%{escaped}%")
    query = (
        select(User)
        .join(User.person)
        .where(User.closed_at.is_(None), fits)
        .options(selectinload(User.mandates))
        .order_by(User.email)
        .limit(FOUND)
    )
    return db.session.scalars(query).all()
