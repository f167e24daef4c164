"""Whose data got out: people by key, page by page, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select

from app.access import in_area, visible
from app.queries.actors import actor_of
from models import AnySession, Comment, Follow, IdentityReading, Item, Person, Support, User

HOURS = timedelta(hours=72)
PAGE = 200
CHUNK = 2000  # people of a file that are read at a time


class NoSuchScope(Exception):
    """``all``, ``item:NUMBER``, ``area:CODE`` or ``login:E-MAIL``; ``args[0]`` was none of them."""


@dataclass(frozen=True)
class Affected:
    """Somebody to be told: how to reach them, and which sorts of their data it was."""

    person_id: int
    name: str
    email: str
    phone: str
    data: frozenset[str]


@dataclass(frozen=True)
class Breach:
    """What happened, as far as it is known."""

    since: datetime
    until: datetime
    known_at: datetime
    scope: str
    happened: str

    @property
    def deadline(self) -> datetime:
        """When everybody must have been told."""
        return self.known_at + HOURS


Sorts = Mapping[str, ColumnElement[bool]]  # a sort of data -> whose it was, as a condition
THERE = Person.anonymised_at.is_(None)  # people already taken out of the data cannot be told


def page(
    session: AnySession, breach: Breach, after: int = 0, limit: int = PAGE
) -> tuple[list[Affected], int | None]:
    """The people behind the id ``after``, and the id behind which the next ones stand.

    Raises NoSuchScope.
    """
    sorts = _sorts(session, breach)
    query = (
        select(Person.id, Person.name, Person.phone, User.email)
        .add_columns(*(condition.label(sort) for sort, condition in sorts.items()))
        .outerjoin(User, (User.person_id == Person.id) & User.closed_at.is_(None))
        .where(THERE, Person.id > after, or_(*sorts.values()))
        .order_by(Person.id)
        .limit(limit + 1)
    )
    rows = session.execute(query).all()
    found = [
        Affected(r.id, r.name, r.email or "", r.phone, frozenset(s for s in sorts if getattr(r, s)))
        for r in rows[:limit]
    ]
    return found, found[-1].person_id if len(rows) > limit else None


def every(session: AnySession, breach: Breach) -> Iterator[Affected]:
    """All of them, a chunk at a time.  Raises NoSuchScope."""
    after: int | None = 0
    while after is not None:
        people, after = page(session, breach, after, CHUNK)
        yield from people


def count(session: AnySession, breach: Breach) -> int:
    """How many they are.  Raises NoSuchScope."""
    whose = or_(*_sorts(session, breach).values())
    return session.scalar(select(func.count()).select_from(Person).where(THERE, whose)) or 0


def sorts_of(session: AnySession, breach: Breach) -> set[str]:
    """Which sorts of data it was, of anybody.  Raises NoSuchScope."""
    sorts = _sorts(session, breach)
    anybody = (exists().where(THERE, whose).label(sort) for sort, whose in sorts.items())
    row = session.execute(select(*anybody)).one()
    return {sort for sort in sorts if getattr(row, sort)}


def _sorts(session: AnySession, breach: Breach) -> Sorts:
    kind, _colon, value = breach.scope.partition(":")
    find = SCOPES.get(kind)
    if find is None or bool(value) == (kind == "all"):
        raise NoSuchScope(breach.scope)
    return find(session, value, breach)


def _filed(*cuts: ColumnElement[bool]) -> ColumnElement[bool]:
    """Has the person filed an item like this?"""
    return exists().where(Item.author_id == Person.id, *cuts)


def _all(_session: AnySession, _value: str, breach: Breach) -> Sorts:
    return {
        "profile": Person.created_at <= breach.until,
        "reports": _filed(Item.created_at <= breach.until),
    }


def _of_item(session: AnySession, number: str, breach: Breach) -> Sorts:
    item = session.scalar(select(Item.id).where(Item.number == number.strip().upper()))
    if item is None:
        raise NoSuchScope(breach.scope)
    followed = exists().where(
        Follow.item_id == item, Follow.user_id == User.id, User.person_id == Person.id
    )
    return {
        "reports": _filed(Item.id == item),
        "comments": exists().where(Comment.item_id == item, Comment.person_id == Person.id),
        "supports": exists().where(Support.item_id == item, Support.person_id == Person.id),
        "follows": followed.correlate(Person),
    }


def _of_area(_session: AnySession, code: str, breach: Breach) -> Sorts:
    below = Person.area_code.startswith(f"{code}.", autoescape=True)
    lives = or_(Person.area_code == code, below)
    return {
        "reports": _filed(in_area(code), Item.created_at <= breach.until),
        "profile": func.coalesce(lives, False) & (Person.created_at <= breach.until),
    }


def _of_login(session: AnySession, email: str, breach: Breach) -> Sorts:
    """What a login in wrong hands could read: its own data, what its seats show, what it read."""
    same = func.lower(User.email) == func.lower(email.strip())
    user = session.scalar(select(User).where(same, User.closed_at.is_(None)))
    if user is None:
        raise NoSuchScope(breach.scope)
    hidden = or_(Item.published_at.is_(None), Item.visibility != "public")
    read = exists().where(
        IdentityReading.reader_id == user.id,
        IdentityReading.at.between(breach.since, breach.until),
        IdentityReading.person_id == Person.id,
    )
    return {
        "profile": Person.id == user.person_id,
        "reports": _filed(visible(actor_of(user)), hidden, Item.created_at <= breach.until),
        "identity": read,
    }


SCOPES: dict[str, Callable[[AnySession, str, Breach], Sorts]] = {
    "all": _all,
    "item": _of_item,
    "area": _of_area,
    "login": _of_login,
}
