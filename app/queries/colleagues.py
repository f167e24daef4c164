"""Who works beside whom: the people of a seat, and those who may read an item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Date, Row, Select, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.access import Actor, Seat, may
from app.queries.actors import SEAT, in_force, seat_of
from app.queries.calendar import city_day
from models import AnySession, Assignment, InternalNote, Item, Mandate, Person, User, db
from models.area import chain
from models.item import OVER

READERS = ("moderator", "validator", "officer", "planner", "tapd", "coordinator", "auditor")
CITY_WIDE = ("planner", "tapd", "coordinator", "auditor")
MOST = 200


@dataclass(frozen=True)
class Colleague:
    """Somebody with a seat."""

    user_id: int
    name: str
    seat: str


def on_seat(seat: str) -> list[Colleague]:
    """Everybody who sits on the seat of this name today, by name."""
    role, _colon, scope = seat.partition(":")
    told = {"role": role, "scope": scope, "today": city_day()}
    return [Colleague(row.user_id, row.name, seat) for row in db.session.execute(_sitting(), told)]


@cache
def _sitting() -> Select[Any]:
    where = func.coalesce(Mandate.area_code, Mandate.department_code, "")
    seat = (Mandate.role == bindparam("role"), where == bindparam("scope"))
    query: Select[Any] = _people(bindparam("today", type_=Date)).where(*seat)
    return query.order_by(Person.name)


@dataclass(frozen=True)
class Beside:
    """Who sits on some seats today, by name; how much is left in the hands of those who do not."""

    people: list[Colleague]
    left_behind: int


def beside(session: AnySession, seats: Iterable[str]) -> Beside:
    """The people of these seats, and what others left behind there; one statement."""
    rows = session.execute(_beside(), {"seats": sorted(seats), "today": city_day()}).all()
    people = [Colleague(row.user_id, row.name, row.seat) for row in rows]
    return Beside(people, rows[0].left_behind if rows else 0)


@cache
def _beside() -> Select[Any]:
    theirs: BindParameter[str] = bindparam("seats", expanding=True)
    today = bindparam("today", type_=Date)
    scope = func.coalesce(Mandate.area_code, Mandate.department_code)
    seat = func.concat_ws(":", Mandate.role, scope)
    sitting = (User.closed_at.is_(None), *in_force(today))
    still = (
        select(Mandate.id)
        .join(User, User.id == Mandate.user_id)
        .where(Mandate.user_id == Assignment.user_id, seat == Assignment.seat, *sitting)
        .correlate(Assignment)
    )
    open_ones = (Assignment.ended_at.is_(None), Item.state.not_in(OVER))
    left = select(func.count()).join(Item, Item.id == Assignment.item_id)
    left = left.where(Assignment.seat.in_(theirs), *open_ones, ~still.exists())
    return (
        select(Mandate.user_id, Person.name, seat.label("seat"))
        .add_columns(left.select_from(Assignment).scalar_subquery().label("left_behind"))
        .join(User, User.id == Mandate.user_id)
        .join(Person, Person.id == User.person_id)
        .where(seat.in_(theirs), *sitting)
        .order_by(seat, Person.name)
    )


def _people(today: Any) -> Any:
    return (
        select(Mandate.user_id, Person.id.label("person_id"), Person.name, *SEAT)
        .join(User, User.id == Mandate.user_id)
        .join(Person, Person.id == User.person_id)
        .where(User.closed_at.is_(None), *in_force(today))
    )


def readers(item: Item) -> list[Colleague]:
    """Staff who may read what colleagues write about an item, by name."""
    query = _people(city_day()).where(
        Mandate.role.in_(READERS),
        or_(Mandate.area_code.is_(None), Mandate.area_code.in_(chain(item.area_code))),
        or_(
            Mandate.department_code.is_(None),
            Mandate.department_code == item.department_code,
            Mandate.role.in_(CITY_WIDE),
        ),
    )
    people: dict[tuple[int, int, str], list[Seat]] = defaultdict(list)
    for row in db.session.execute(query.order_by(Person.name, Mandate.id).limit(MOST)):
        people[row.user_id, row.person_id, row.name].append(seat_of(row))
    return [
        Colleague(user, name, seats[0].name)
        for (user, person, name), seats in people.items()
        if may(Actor(user, person, seats=tuple(seats)), "read_notes", item)
    ]


BY = aliased(User)
BY_PERSON = aliased(Person)


def assignment(item: Item, seat: str) -> Assignment | None:
    """Who on the seat has the item in hand."""
    current = (
        Assignment.item_id == item.id,
        Assignment.seat == seat,
        Assignment.ended_at.is_(None),
    )
    return db.session.scalar(select(Assignment).where(*current))


def log_of(item: Item) -> list[Row[Any]]:
    """What colleagues wrote, and whose hands an item was in, oldest first.

    Each line has ``at``, ``who``, ``seat``, ``body`` and, for assignments, ``to`` and ``sort``.
    """
    notes = (
        select(
            InternalNote.at,
            Person.name.label("who"),
            InternalNote.seat,
            InternalNote.body,
            literal("note").label("sort"),
            literal("").label("to"),
        )
        .join(User, User.id == InternalNote.author_id)
        .join(Person, Person.id == User.person_id)
        .where(InternalNote.item_id == item.id)
    )
    hands = (
        select(
            Assignment.at,
            BY_PERSON.name,
            Assignment.seat,
            Assignment.note,
            literal("hands"),
            func.coalesce(Person.name, ""),
        )
        .outerjoin(User, User.id == Assignment.user_id)
        .outerjoin(Person, Person.id == User.person_id)
        .outerjoin(BY, BY.id == Assignment.by_id)
        .outerjoin(BY_PERSON, BY_PERSON.id == BY.person_id)
        .where(Assignment.item_id == item.id)
    )
    both = notes.union_all(hands).subquery()
    return list(db.session.execute(select(both).order_by(both.c.at).limit(MOST)))


def in_hand(seats: tuple[str, ...]) -> list[Row[Any]]:
    """How much is open in whose hands on these seats: user_id, name, seat, open."""
    return list(db.session.execute(_in_hand(), {"seats": seats}))


@cache
def _in_hand() -> Any:
    theirs = Assignment.seat.in_(bindparam("seats", expanding=True))
    return (
        select(
            Assignment.user_id,
            Person.name,
            Assignment.seat,
            func.count().label("open"),
        )
        .join(Item, Item.id == Assignment.item_id)
        .join(User, User.id == Assignment.user_id)
        .join(Person, Person.id == User.person_id)
        .where(theirs, Assignment.ended_at.is_(None), Item.state.not_in(OVER))
        .group_by(Assignment.user_id, Person.name, Assignment.seat)
        .order_by(Assignment.seat, Person.name)
    )
