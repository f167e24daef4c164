"""Data got out: who must be told, what the letter says, and by when.

UU 27/2022 article 46: those affected and the authority are told in writing within 3 × 24 hours.
Nothing is sent from here; drawing up a list is written down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, or_, select

from app.access import Actor, in_area, visible
from app.queries.actors import actor_of
from models import (
    BreachNotice,
    Comment,
    Follow,
    IdentityReading,
    Item,
    Person,
    Support,
    User,
    db,
)

from . import accounts, audit

HOURS = timedelta(hours=72)


class NoSuchScope(Exception):
    """``all``, ``item:NUMBER``, ``area:CODE`` or ``login:E-MAIL``; ``args[0]`` was none of them."""


@dataclass
class Affected:
    """Somebody to be told: how to reach them, and which sort of their data it was."""

    person_id: int
    name: str
    email: str
    phone: str
    data: set[str] = field(default_factory=set)


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


def affected(breach: Breach) -> list[Affected]:
    """Who must be told; people already taken out of the data cannot be.  Raises NoSuchScope."""
    kind, _colon, value = breach.scope.partition(":")
    find = SCOPES.get(kind)
    if find is None or bool(value) == (kind == "all"):
        raise NoSuchScope(breach.scope)
    sorts: dict[int, set[str]] = {}
    for sort, query in find(value, breach):
        for number in db.session.scalars(query):
            sorts.setdefault(number, set()).add(sort)
    return _people(sorts)


def _people(sorts: dict[int, set[str]]) -> list[Affected]:
    found: list[Affected] = []
    numbers = sorted(sorts)
    for start in range(0, len(numbers), 5000):
        query = (
            select(Person.id, Person.name, Person.phone, User.email)
            .outerjoin(User, (User.person_id == Person.id) & User.closed_at.is_(None))
            .where(Person.id.in_(numbers[start : start + 5000]), Person.anonymised_at.is_(None))
        )
        for row in db.session.execute(query.order_by(Person.id)):
            found.append(Affected(row.id, row.name, row.email or "", row.phone, sorts[row.id]))
    return found


Found = Iterator[tuple[str, Select[Any]]]


def _all(_value: str, breach: Breach) -> Found:
    there = select(Person.id).where(Person.created_at <= breach.until)
    yield "profile", there
    yield "reports", select(Item.author_id).where(Item.created_at <= breach.until)


def _of_item(number: str, breach: Breach) -> Found:
    item = db.session.scalar(select(Item.id).where(Item.number == number.strip().upper()))
    if item is None:
        raise NoSuchScope(breach.scope)
    yield "reports", select(Item.author_id).where(Item.id == item)
    yield "comments", select(Comment.person_id).where(Comment.item_id == item)
    yield "supports", select(Support.person_id).where(Support.item_id == item)
    followers = select(User.person_id).join(Follow, Follow.user_id == User.id)
    yield "follows", followers.where(Follow.item_id == item)


def _of_area(code: str, breach: Breach) -> Found:
    here: ColumnElement[bool] = in_area(code)
    yield "reports", select(Item.author_id).where(here, Item.created_at <= breach.until)
    yield (
        "profile",
        select(Person.id).where(
            or_(Person.area_code == code, Person.area_code.startswith(f"{code}.", autoescape=True)),
            Person.created_at <= breach.until,
        ),
    )


def _of_login(email: str, breach: Breach) -> Found:
    """What a login in wrong hands could read: its own data, what its seats show, what it read."""
    user = accounts.find(email)
    if user is None:
        raise NoSuchScope(breach.scope)
    hidden = or_(Item.published_at.is_(None), Item.visibility != "public")
    seen = (visible(actor_of(user)), hidden, Item.created_at <= breach.until)
    yield "profile", select(User.person_id).where(User.id == user.id)
    yield "reports", select(Item.author_id).where(*seen)
    yield (
        "identity",
        select(IdentityReading.person_id).where(
            IdentityReading.reader_id == user.id,
            IdentityReading.at.between(breach.since, breach.until),
            IdentityReading.person_id.is_not(None),
        ),
    )


SCOPES = {"all": _all, "item": _of_item, "area": _of_area, "login": _of_login}


def record(breach: Breach, people: int, actor: Actor) -> BreachNotice:
    """Write down that the list was drawn up."""
    notice = BreachNotice(
        since=breach.since,
        until=breach.until,
        known_at=breach.known_at,
        scope=breach.scope,
        happened=breach.happened,
        people=people,
        made_by_id=actor.user_id,
    )
    db.session.add(notice)
    db.session.flush()
    audit.note("breach.list", f"breach:{notice.id}", by=actor.user_id, detail=f"{people} people")
    return notice


def letter(breach: Breach, data: set[str]) -> str:
    """The letter to those affected, to be completed where it has brackets."""
    city = current_app.config["CITY"]
    page = current_app.jinja_env.get_template("mail/breach.txt")
    return page.render(breach=breach, data=sorted(data), city=city).strip()
