"""Filed for somebody who stands at the counter, calls, or sent a message or a sheet of paper.

The person is looked up by the phone number (as a keyed hash) among those without an account, or
made; the consent is written down in its words; the receipt carries a tracking code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from app.access import ACTS, Actor, Seat, may, seat_for
from app.kinds import Kind, kind_of
from app.workflow import NotAllowed
from models import Category, Consent, Item, Person, Support, User, db

from . import audit, items, merging, tracking

WORDS = _(
    "I ask the city to file this for me. My name and number are kept with it, seen by the officers "
    "who handle it, and forgotten a year after it is over."
)


class OutOfReach(Exception):
    """The place lies outside what the operator's seats cover."""


class AboutOfficials(Exception):
    """Reports about officials are not typed by a seat they may be about."""


@dataclass(frozen=True)
class Given:
    """Who it is for, and how they agreed."""

    name: str
    phone: str
    channel: str
    how: str
    words: str


@dataclass(frozen=True)
class Receipt:
    """What the receipt says of who typed it."""

    seat: str
    words: str


def phone_hash(phone: str) -> str:
    """The keyed hash by which a number is recognised, however it was written; "" for none."""
    digits = re.sub(r"\D", "", phone or "")
    digits = digits.removeprefix("0062" if digits.startswith("00") else "62").lstrip("0")
    if not digits:
        return ""
    key = str(current_app.config["NIK_KEY"]).encode()
    return hmac.new(key, f"phone:{digits}".encode(), hashlib.sha256).hexdigest()


def known(phone: str) -> Person | None:
    """The person without an account whom an operator has typed for before, by the number.

    People with an account are never found: their number is their own word for it.
    """
    digest = phone_hash(phone)
    if not digest:
        return None
    has_login = exists().where(User.person_id == Person.id)
    same = (Person.phone_hash == digest, Person.anonymised_at.is_(None), ~has_login)
    return db.session.scalars(select(Person).where(*same).order_by(Person.id).limit(1)).first()


def person_for(given: Given) -> Person:
    """The person it is for: known by the number and a name alike, or made."""
    earlier = known(given.phone)
    if earlier is not None and _same_name(earlier.name, given.name):
        return earlier
    person = Person(name=given.name, phone=given.phone, phone_hash=phone_hash(given.phone))
    db.session.add(person)
    db.session.flush()
    return person


def _same_name(one: str, other: str) -> bool:
    """Families share a phone; one word of the name in common is the same person."""
    words = (set(re.findall(r"\w{3,}", name.casefold())) for name in (one, other))
    first, second = words
    return bool(first & second) or one.casefold() == other.casefold()


def reaches(actor: Actor, area_code: str, rw: int | None) -> bool:
    """Do the actor's seats cover that place?"""
    return any(_covers(seat, area_code, rw) for seat in actor.seats)


def _covers(seat: Seat, area_code: str, rw: int | None) -> bool:
    if seat.role == "operator":
        return seat.covers(area_code) and seat.rw in (None, rw)
    return seat.role in ("moderator", "coordinator") and seat.covers(area_code)


def file(
    kind: Kind, actor: Actor, key: uuid.UUID, values: Mapping[str, Any], given: Given
) -> tuple[Item, str | None]:
    """File for somebody.  Returns the item and its tracking code.

    The same key twice gives the same item: with a fresh code for the operator who typed it, with
    none for a colleague, since the first receipt stays good.
    Raises NotAllowed, OutOfReach, AboutOfficials and items.Emergency.
    """
    item = filed(kind, actor, key, values, given)
    mine = item.filed_by_id == actor.user_id
    return item, tracking.issue(item, actor) if mine else None


def filed(
    kind: Kind,
    actor: Actor,
    key: uuid.UUID,
    values: Mapping[str, Any],
    given: Given,
    *,
    person: Person | None = None,
    at: datetime | None = None,
) -> Item:
    """As ``file``, without a code; for ``person`` when it is known who, ``at`` when it arrived."""
    if not may(actor, "file_on_behalf"):
        raise NotAllowed("file_on_behalf")
    db.session.execute(items.LOCK, {"key": str(key)})  # two at once take turns
    earlier = db.session.scalar(select(Item).where(Item.filing_key == key))
    if earlier is not None:
        if earlier.filed_by_id != actor.user_id and not _of_colleagues(earlier, actor):
            raise NotAllowed("file_on_behalf")
        return earlier
    if not reaches(actor, values["area_code"], values.get("rw")):
        raise OutOfReach
    category = db.session.get_one(Category, values["category_code"])
    if category.is_about_officials and not actor.seats_as("coordinator"):
        raise AboutOfficials
    person = person or person_for(given)
    item = items.file(kind, actor, key, values, author_id=person.id, channel=given.channel, at=at)
    tracking.agreed(person, item, "on_behalf", given.how, given.words, actor)
    if given.phone:
        tracking.agreed(person, item, "contact", given.how, given.words, actor)
    return item


def _of_colleagues(item: Item, actor: Actor) -> bool:
    """Was it typed for somebody at a seat like the actor's?  What its author sent is never."""
    agreed = select(Consent.id).where(Consent.item_id == item.id, Consent.purpose == "on_behalf")
    typed = db.session.scalar(agreed.limit(1)) is not None
    known = not item.oversight or bool(actor.seats_as("coordinator"))
    return typed and known and reaches(actor, item.area_code, item.rw)


def join(item: Item, actor: Actor, given: Given) -> bool:
    """Put somebody's "saya juga" to an item that is there already; False when it was there.

    Raises NotAllowed, also for an item outside the actor's area; an RW does not bound it, since
    what is near may lie across the street.
    """
    open_to_it = "support" in kind_of(item).workflow[item.state].allows
    seats = actor.seats_as("operator", "moderator", "coordinator")
    here = any(seat.covers(item.area_code) for seat in seats)
    if not (may(actor, "file_on_behalf") and may(actor, "read", item) and open_to_it and here):
        raise NotAllowed("support")
    person = person_for(given)
    row = insert(Support).values(item_id=item.id, person_id=person.id).on_conflict_do_nothing()
    fresh = db.session.scalar(row.returning(Support.item_id)) is not None
    merging.own(item.id, person.id)
    if not fresh:
        return False
    item.support_count = Item.support_count + 1
    tracking.agreed(person, item, "on_behalf", given.how, given.words, actor)
    audit.note("join_on_behalf", f"item:{item.id}", by=actor.user_id)
    db.session.flush()
    return True


def receipt(item: Item, actor: Actor) -> Receipt:
    """Who typed it, and what was agreed."""
    words = select(Consent.words).where(Consent.item_id == item.id, Consent.purpose == "on_behalf")
    seat = seat_for(actor, ACTS["file_on_behalf"], item) or "operator"
    return Receipt(seat, db.session.scalar(words.limit(1)) or "")
