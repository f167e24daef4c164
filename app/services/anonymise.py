"""Take a person out of the data; what they gave to the city stays, without them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, or_, select, update

from app.access import Actor
from app.queries.calendar import city_day
from models import ChangeText, Draft, Follow, Mandate, Notification, Person, Photo, User, db
from models.user import new_epoch

from . import audit

NOBODY = "Warga"


def anonymise(person: Person, actor: Actor, reason: str) -> None:
    """Erase a person's name, contact, address and login; items, supports and comments stay.

    Photos stay with their items.  The trail keeps its chain: only who acted is erased from it.
    Cannot be undone.  Doing it twice changes nothing.
    """
    if person.anonymised_at is not None:
        return
    person.name = NOBODY
    person.phone = person.address = person.nik_hash = person.nik_last4 = ""
    person.area_code = person.rw = person.rt = person.resident_since = None
    person.level, person.anonymised_at = 0, datetime.now(UTC)
    user = db.session.scalar(select(User).where(User.person_id == person.id))
    if user is not None:
        _close(user, actor)
    audit.note("anonymise", f"person:{person.id}", by=actor.user_id, detail=reason)
    db.session.flush()


def _close(user: User, actor: Actor) -> None:
    user.email = f"closed-{user.id}@rembuk.invalid"
    user.password_hash = ""
    user.epoch, user.closed_at = new_epoch(), datetime.now(UTC)
    user.confirmed_at, user.wants_email, user.language = None, False, "id"
    mine = ChangeText.actor_id == user.id
    db.session.execute(update(ChangeText).where(mine).values(actor_id=None))
    db.session.execute(
        update(Photo).where(Photo.uploaded_by_id == user.id).values(uploaded_by_id=None)
    )
    for table in (Notification, Follow, Draft):
        db.session.execute(delete(table).where(table.user_id == user.id))
    today = city_day()
    open_ended = or_(Mandate.valid_to.is_(None), Mandate.valid_to > today)
    for seat in db.session.scalars(select(Mandate).where(Mandate.user_id == user.id, open_ended)):
        seat.valid_to = max(today, seat.valid_from)
        seat.ended_by_id, seat.ended_at = actor.user_id, datetime.now(UTC)
