"""Take a person out of the data; what they gave to the city stays, without them.

``services.privacy_register`` says column by column what becomes of each trace.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update

from app.access import Actor
from app.queries.calendar import city_day
from models import (
    BatchRow,
    ChangeText,
    Consent,
    Item,
    Mandate,
    Person,
    Photo,
    TrackingCode,
    User,
    db,
)
from models.user import new_epoch

from . import audit, exports
from .privacy_register import DELETE, TRACES, UNLINK, columns, points_to

NOBODY = "Warga"
NEWS = ("follow", "notification")  # of an item, for one login


def anonymise(person: Person, actor: Actor, reason: str) -> None:
    """Erase a person's name, contact, address and login; items, supports and comments stay.

    Photos stay with their items, without the camera's time and place.  The trail keeps its chain:
    only who acted is erased from it.  Cannot be undone.  Doing it twice changes nothing.
    """
    if person.anonymised_at is not None:
        return
    _empty(person)
    user = db.session.scalar(select(User).where(User.person_id == person.id))
    _camera(person, user)
    if user is not None:
        _close(user, actor)
    _follow_register(person, user)
    theirs = select(Item.id).where(Item.author_id == person.id)
    db.session.execute(delete(TrackingCode).where(TrackingCode.item_id.in_(theirs)))
    rows = update(BatchRow).where(BatchRow.item_id.in_(theirs))
    db.session.execute(rows.values(data={}).execution_options(synchronize_session=False))
    audit.note("anonymise", f"person:{person.id}", by=actor.user_id, detail=reason)
    db.session.flush()


def detach(item: Item, actor: Actor, reason: str) -> None:
    """Take the reporter out of one item; their account stays, and nobody can tell whose it was.

    The reporter no longer finds it among their own.  Their words under it stay, without them.
    """
    person = item.author
    if person.anonymised_at is not None:
        return
    user = db.session.scalar(select(User).where(User.person_id == person.id))
    nobody = Person(name=NOBODY, anonymised_at=datetime.now(UTC))
    db.session.add(nobody)
    db.session.flush()
    item.author_id = nobody.id
    _trail(item, user)
    for name, column, table in columns():
        mine = person.id if points_to(column) == "person" else user.id if user else None
        if "item_id" not in table.columns or mine is None or name == "item.author_id":
            continue
        here = (table.c.item_id == item.id, column == mine)
        if name == "consent.person_id" or table.name in NEWS:
            db.session.execute(delete(table).where(*here))
        elif name in TRACES and TRACES[name].erase == UNLINK:
            db.session.execute(update(table).where(*here).values({column: None}))
        elif points_to(column) == "person":
            db.session.execute(update(table).where(*here).values({column: nobody.id}))
    audit.note("detach", f"item:{item.id}", by=actor.user_id, detail=reason)
    db.session.flush()
    db.session.expire(item)


def _trail(item: Item, user: User | None) -> None:
    """Who acted is erased from the item's trail; its chain stays whole."""
    from models import Change

    db.session.execute(delete(TrackingCode).where(TrackingCode.item_id == item.id))
    if user is None:
        return
    if item.filed_by_id == user.id:
        item.filed_by_id = None
    steps = select(Change.id).where(Change.item_id == item.id)
    mine = (ChangeText.change_id.in_(steps), ChangeText.actor_id == user.id)
    db.session.execute(update(ChangeText).where(*mine).values(actor_id=None))


def _empty(person: Person) -> None:
    person.name = NOBODY
    person.phone = person.phone_hash = person.address = person.nik_hash = person.nik_last4 = ""
    person.area_code = person.rw = person.rt = person.resident_since = None
    person.level, person.anonymised_at = 0, datetime.now(UTC)
    today = datetime.now(UTC)
    given = (Consent.person_id == person.id, Consent.withdrawn_at.is_(None))
    db.session.execute(update(Consent).where(*given).values(withdrawn_at=today))


def _camera(person: Person, user: User | None) -> None:
    """Where and when a resident's photos were taken is not needed without the resident."""
    theirs = select(Item.id).where(Item.author_id == person.id)
    by: ColumnElement[bool] = Photo.uploaded_by_id.is_(None)
    if user is not None:
        by = or_(by, Photo.uploaded_by_id == user.id)
    db.session.execute(update(Photo).where(Photo.item_id.in_(theirs), by).values(evidence=None))


def _follow_register(person: Person, user: User | None) -> None:
    """Delete or unlink every row the register says so of."""
    for name, column, table in columns():
        owner: Any = person.id if points_to(column) == "person" else user.id if user else None
        trace = TRACES.get(name)
        if owner is None or trace is None:
            continue
        if trace.erase == DELETE:
            db.session.execute(delete(table).where(column == owner))
        elif trace.erase == UNLINK:
            db.session.execute(update(table).where(column == owner).values({column: None}))


def _close(user: User, actor: Actor) -> None:
    user.email = f"closed-{user.id}@rembuk.invalid"
    user.password_hash = ""
    user.epoch, user.closed_at = new_epoch(), datetime.now(UTC)
    user.confirmed_at, user.wants_email, user.language = None, False, "id"
    mine = ChangeText.actor_id == user.id
    db.session.execute(update(ChangeText).where(mine).values(actor_id=None))
    exports.forget_all(user)
    today = city_day()
    open_ended = or_(Mandate.valid_to.is_(None), Mandate.valid_to > today)
    for seat in db.session.scalars(select(Mandate).where(Mandate.user_id == user.id, open_ended)):
        seat.valid_to = max(today, seat.valid_from)
        seat.ended_by_id, seat.ended_at = actor.user_id, datetime.now(UTC)
