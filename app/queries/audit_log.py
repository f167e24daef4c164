"""What was done, for those who audit: steps of items, identities read, acts around items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.access import Actor, visible
from models import (
    ROLES,
    AnySession,
    AuditEvent,
    Change,
    ChangeText,
    IdentityReading,
    Item,
    Person,
    TrailSeal,
    User,
)

from .audit_words import OWN

PAGE = 30


@dataclass(frozen=True)
class Asked:
    """Days (in the city, both included), an item's number, and the id behind which to go on."""

    first: date | None = None
    last: date | None = None
    number: str = ""
    before: int | None = None


def steps(
    session: AnySession, actor: Actor, asked: Asked, most: int = PAGE
) -> tuple[Sequence[Row[Any]], int | None]:
    """Steps of items the actor may read, the latest first; where the next page begins.

    Rows have ``id``, ``at``, ``number``, ``kind``, ``title``, ``step``, ``source``, ``target``,
    ``seat``, ``reason``, ``hash`` and ``name``: who, if they acted from a seat of the city.
    """
    official = func.split_part(Change.seat, ":", 1).in_(ROLES)
    words = ChangeText.change_id == Change.id
    query = (
        select(Change.id, Change.at, Item.number, Item.kind, Item.title, Change.step, Change.source)
        .add_columns(Change.target, Change.seat, Change.reason, Change.hash, Person.name)
        .join(Item, Item.id == Change.item_id)
        .outerjoin(ChangeText, words & official)
        .outerjoin(User, User.id == ChangeText.actor_id)
        .outerjoin(Person, _not_its_author())
        .where(visible(actor), *_days(Change.at, asked))
    )
    if asked.number:
        query = query.where(Item.number == asked.number)
    if asked.before:
        at = select(Change.at).where(Change.id == asked.before).scalar_subquery()
        query = query.where(tuple_(Change.at, Change.id) < tuple_(at, literal(asked.before)))
    return _page(session, query.order_by(Change.at.desc(), Change.id.desc()), most)


def readings(
    session: AnySession, actor: Actor, asked: Asked, most: int = PAGE
) -> tuple[Sequence[Row[Any]], int | None]:
    """Who read who filed an item, and why; the latest first.

    Rows have ``id``, ``at``, ``number``, ``kind``, ``title``, ``seat``, ``reason``, ``note`` and
    ``name`` of the reader; whose identity it was is not said.
    """
    read = IdentityReading
    query = (
        select(read.id, read.at, Item.number, Item.kind, Item.title, read.seat, read.reason)
        .add_columns(read.note, Person.name)
        .join(Item, Item.id == read.item_id)
        .join(User, User.id == read.reader_id)
        .outerjoin(Person, _not_its_author())
        .where(visible(actor), *_days(read.at, asked))
    )
    if asked.number:
        query = query.where(Item.number == asked.number)
    return _page(session, _from(query, read.id, asked), most)


def events(
    session: AnySession, actor: Actor, asked: Asked, most: int = PAGE
) -> tuple[Sequence[Row[Any]], int | None]:
    """What was done around items: mandates, rules, forums, votes; the latest first.

    Rows have ``id``, ``at``, ``act``, ``subject``, ``detail`` and ``name``.  Acts about an item
    the actor may not read are left out.
    """
    event = AuditEvent
    about_item = event.subject.startswith("item:")
    item_id = case((about_item, cast(func.substr(event.subject, 6), BigInteger)))
    query: Any = (
        select(event.id, event.at, event.act, event.subject, event.detail, Person.name)
        .outerjoin(Item, Item.id == item_id)
        .outerjoin(User, User.id == event.actor_id)
        .outerjoin(Person, _not_its_author())
        .where(event.act.not_in(OWN), or_(~about_item, visible(actor)), *_days(event.at, asked))
    )
    if asked.number:
        named = select(func.concat("item:", Item.id)).where(Item.number == asked.number)
        query = query.where(event.subject == named.scalar_subquery())
    return _page(session, _from(query, event.id, asked), most)


def last_seal(session: AnySession) -> TrailSeal | None:
    """The latest seal over the trail."""
    found: TrailSeal | None = session.scalar(
        select(TrailSeal).order_by(TrailSeal.id.desc()).limit(1)
    )
    return found


def _not_its_author() -> ColumnElement[bool]:
    """Who acted; never whoever filed the item, in whatever seat they acted on it."""
    return and_(Person.id == User.person_id, Person.id.is_distinct_from(Item.author_id))


def _days(at: Any, asked: Asked) -> list[ColumnElement[bool]]:
    city, clauses = current_app.config["CITY"], []
    if asked.first:
        clauses.append(at >= city.midnight(asked.first))
    if asked.last:
        clauses.append(at < city.midnight(asked.last + timedelta(days=1)))
    return clauses


def _from(query: Select[Any], key: InstrumentedAttribute[int], asked: Asked) -> Select[Any]:
    if asked.before:
        query = query.where(key < asked.before)
    return query.order_by(key.desc())


def _page(
    session: AnySession, query: Select[Any], most: int
) -> tuple[Sequence[Row[Any]], int | None]:
    rows = session.execute(query.limit(most + 1)).all()
    return rows[:most], rows[most - 1].id if len(rows) > most else None
