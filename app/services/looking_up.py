"""Is this number known?  A name is told where the operator's own seats cover whom it is about.

Elsewhere its first letters say enough to ask the person in front of one.  Each name that is told
is a reading of an identity, which its owner finds on the report's page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from app.access import ACTS, Actor, in_area, seat_for
from models import Consent, IdentityReading, Item, Person, db

from . import audit, behalf, identity

ROLES = ("operator", "moderator", "coordinator")


@dataclass(frozen=True)
class Known:
    """Somebody who was typed for before: the whole name, or its first letters."""

    name: str
    masked: bool


def look_up(phone: str, actor: Actor) -> Known | None:
    """Whom this number belongs to, as far as the actor may know.  Written down either way."""
    person = behalf.known(phone)
    audit.note("lookup_phone", f"person:{person.id}" if person else "-", by=actor.user_id)
    if person is None:
        return None
    item_id = _because_of(person, actor)
    if item_id is None:
        return Known(masked(person.name), masked=True)
    reading = IdentityReading(
        item_id=item_id,
        person_id=person.id,
        reader_id=actor.user_id,
        seat=seat_for(actor, ACTS["file_on_behalf"]) or "",
        reason=identity.COUNTER,
        note="",
    )
    db.session.add(reading)
    db.session.flush()
    return Known(person.name, masked=False)


def masked(name: str) -> str:
    """The first letter of each word: "R… H…"."""
    return " ".join(f"{word[0].upper()}…" for word in re.findall(r"\w+", name))


def _because_of(person: Person, actor: Actor) -> int | None:
    """The report on whose page the reading stands; None when the actor may not know the name."""
    theirs = select(Item.id).where(Item.author_id == person.id).order_by(Item.id.desc()).limit(1)
    here = db.session.scalar(theirs.where(_covered(actor), Item.oversight.is_(False)))
    lives_here = person.area_code is not None and behalf.reaches(actor, person.area_code, person.rw)
    if here is not None or not lives_here:
        return here
    agreed = select(Consent.item_id).where(
        Consent.person_id == person.id, Consent.item_id.is_not(None)
    )
    return db.session.scalar(theirs) or db.session.scalar(agreed.limit(1))


def _covered(actor: Actor) -> ColumnElement[bool]:
    """What lies where the actor's seats type for people: ``behalf.reaches`` as SQL."""
    cuts = []
    for seat in actor.seats_as(*ROLES):
        rw = Item.rw == seat.rw if seat.role == "operator" and seat.rw is not None else None
        cuts.append(in_area(seat.area_code) if rw is None else and_(in_area(seat.area_code), rw))
    return or_(*cuts) if cuts else Item.id.is_(None)
