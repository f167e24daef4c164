"""Who is asking."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from flask import g
from flask_login import current_user
from sqlalchemy import ColumnElement, Date, bindparam, or_, select

from app.access import ANONYMOUS, Actor, Seat
from app.queries.calendar import city_day
from models import Mandate, User, db


def in_force(day: date | ColumnElement[date]) -> tuple[ColumnElement[bool], ...]:
    """The mandates that hold on a day, as conditions; one that was ended stops at once."""
    return (
        Mandate.valid_from <= day,
        or_(Mandate.valid_to.is_(None), Mandate.valid_to >= day),
        Mandate.ended_at.is_(None),
    )


@cache
def _seats() -> Any:
    mine = Mandate.user_id == bindparam("user")
    return (
        select(Mandate.role, Mandate.area_code, Mandate.department_code, Mandate.rw)
        .where(mine, *in_force(bindparam("today", type_=Date)))
        .order_by(Mandate.id)
    )


def actor_of(user: User) -> Actor:
    """The actor behind a login, with the seats held today."""
    held = db.session.execute(_seats(), {"user": user.id, "today": city_day()})
    seats = tuple(Seat(role, area, department, rw) for role, area, department, rw in held)
    return Actor(user.id, user.person_id, user.person.name, user.person.level, seats)


def current_actor() -> Actor:
    """Whoever sends this request; asked once."""
    if "actor" not in g:
        signed_in = current_user and current_user.is_authenticated
        g.actor = actor_of(current_user) if signed_in else ANONYMOUS
    actor: Actor = g.actor
    return actor
