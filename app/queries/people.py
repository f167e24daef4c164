"""Residents as the counter looks them up: by a word of the name or the last digits of the NIK."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models import AnySession, Person, User

FEW = 20


def near(area_code: str) -> ColumnElement[bool]:
    """People who say they live in an area or below it."""
    below = and_(Person.area_code >= f"{area_code}.", Person.area_code < f"{area_code}/")
    return or_(Person.area_code == area_code, below)


def seek(session: AnySession, area_code: str, asked: str) -> Sequence[Any]:
    """Residents of an area by words of their name, or by the four last digits of their NIK."""
    words = [re.sub(r"[%_\\]", "", word) for word in asked.split()][:5]
    words = [word for word in words if len(word) > 1]
    if not words:
        return ()
    columns = (
        Person.id,
        Person.name,
        Person.area_code,
        Person.rw,
        Person.rt,
        Person.level,
        Person.nik_last4,
        exists().where(User.person_id == Person.id).label("has_login"),
    )
    same = [or_(Person.name.ilike(f"%{word}%"), Person.nik_last4 == word) for word in words]
    wanted = select(*columns).where(Person.anonymised_at.is_(None), near(area_code), *same)
    return session.execute(wanted.order_by(Person.name, Person.id).limit(FEW)).all()


def named(session: AnySession, user_ids: Collection[int]) -> dict[int, Any]:
    """Person, name and place behind logins."""
    columns = (User.id.label("user_id"), Person.id, Person.name, Person.area_code, Person.rw,
               Person.level)  # fmt: skip
    wanted = select(*columns).join(Person, Person.id == User.person_id)
    return {row.user_id: row for row in session.execute(wanted.where(User.id.in_(user_ids)))}
