"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask import g
from flask_login import UserMixin, current_user
from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, or_, select

from app.access import ANONYMOUS, Actor, Seat
from app.extensions import login_manager
from app.queries.calendar import city_day
from models import Mandate, Person, User, db, reading

# What a Seat is made of, in its order.
SEAT = (Mandate.role, Mandate.area_code, Mandate.department_code, Mandate.rw, Mandate.leads)


def in_force(day: date | ColumnElement[date], of: Any = Mandate) -> tuple[ColumnElement[bool], ...]:
    """The mandates that hold on a day, as conditions; one that was ended stops at once."""
    return (
        of.valid_from <= day,
        or_(of.valid_to.is_(None), of.valid_to >= day),
        of.ended_at.is_(None),
    )


def seat_of(row: Any) -> Seat:
    """The seat of a row with the columns of ``SEAT`` in it."""
    return Seat(row.role, row.area_code, row.department_code, row.rw, row.leads)


@cache
def _seats() -> Any:
    mine = Mandate.user_id == bindparam("user")
    return select(*SEAT).where(mine, *in_force(bindparam("today", type_=Date))).order_by(Mandate.id)


def actor_of(user: User) -> Actor:
    """The actor behind a login, with the seats held today."""
    held = db.session.execute(_seats(), {"user": user.id, "today": city_day()})
    seats = tuple(Seat(*row) for row in held)
    return Actor(user.id, user.person_id, user.person.name, user.person.level, seats)


@dataclass(frozen=True, eq=False)
class Login(UserMixin):
    """Whoever has signed in, as Flask-Login's ``current_user``: what every request asks for.

    ``session_id`` is what the session cookie carries (``User.get_id``).
    """

    session_id: str
    language: str
    actor: Actor

    @property
    def id(self) -> int | None:
        """The login's number."""
        return self.actor.user_id

    def get_id(self) -> str:
        """What the session cookie carries."""
        return self.session_id


def login_of(user: User) -> Login:
    """The login of an account, as it signs in."""
    return Login(user.get_id(), user.language, actor_of(user))


@cache
def _login() -> Select[Any]:
    """Account, person and seats in one; a row for each seat, or one without any.

    Every request of somebody who has signed in begins with it, so it is spoken to tables, which
    costs a third less than to models.
    """
    user, person, seat = (model.__table__ for model in (User, Person, Mandate))
    held = and_(seat.c.user_id == user.c.id, *in_force(bindparam("today", type_=Date), seat.c))
    return (
        select(
            user.c.person_id, user.c.epoch, user.c.language, person.c.name, person.c.level,
            *(seat.c[column.key] for column in SEAT),
        )
        .select_from(user.join(person, person.c.id == user.c.person_id).outerjoin(seat, held))
        .where(user.c.id == bindparam("id"), user.c.closed_at.is_(None))
        .order_by(seat.c.id)
    )  # fmt: skip


@login_manager.user_loader
def load_login(session_id: str) -> Login | None:
    """The login of a session cookie, unless it was signed out everywhere since, or is closed."""
    number, _, epoch = session_id.partition(".")
    if not number.isdecimal():
        return None
    rows = reading().execute(_login(), {"id": int(number), "today": city_day()}).all()
    if not rows or rows[0].epoch != epoch:
        return None
    person_id, _epoch, language, name, level, role, *_scope = rows[0]
    seats = tuple(Seat(*row[5:]) for row in rows) if role else ()
    return Login(session_id, language, Actor(int(number), person_id, name, level, seats))


def current_actor() -> Actor:
    """Whoever sends this request; asked once."""
    if "actor" not in g:
        signed_in = current_user and current_user.is_authenticated
        g.actor = current_user.actor if signed_in else ANONYMOUS
    actor: Actor = g.actor
    return actor
