"""Who filed it, and how to reach them: read from a seat, with a reason, told to the person.

Each reading is a row nobody can change; the person hears of it in the inbox and by mail, and
whoever has only a tracking code reads it on the report's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select, text

from app.access import ACTS, Actor, may, seat_for
from app.workflow import NotAllowed
from models import IdentityReading, Item, User, db

from . import audit, postbag, tracking

NEW_CODE = "new_code"
COUNTER = "counter"  # a number was looked up while typing for its owner; no reason to choose
REASONS: Mapping[str, Any] = {
    "ask": _("To ask the reporter something"),
    "meet": _("To meet at the place"),
    "urgent": _("Somebody may be in danger"),
    "abuse": _("The report may be an abuse"),
    "law": _("A law or a court asks for it"),
    "inspection": _("Inspection by the auditors"),
    NEW_CODE: _("The reporter has lost the code"),
}
SAID = {**REASONS, COUNTER: _("Typing a report for you; your number was known")}
PER_HOUR = 20  # by one login; ``[limits] identity_readings_per_hour`` of the city changes it
SHORTEST = 10  # characters of a reason in words
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 31))")


class NoReason(Exception):
    """A reading needs a reason of the list, and words."""


class TooOften(Exception):
    """This login has read too many identities within the hour."""


@dataclass(frozen=True)
class Identity:
    """Who a reporter is; empty where we do not know."""

    name: str
    phone: str
    email: str
    area_code: str | None
    rw: int | None
    rt: int | None
    has_account: bool


def read(item: Item, actor: Actor, reason: str, note: str) -> Identity:
    """The reporter of an item.  Logged and told to them.

    Raises NotAllowed (also for the seats an oversight case is about), NoReason and TooOften.
    """
    if not may(actor, "read_identity", item):
        raise NotAllowed("read_identity")
    if reason not in REASONS or len(note.strip()) < SHORTEST:
        raise NoReason
    _count(actor)
    seat = seat_for(actor, ACTS["read_identity"], item) or ""
    reading = IdentityReading(
        item_id=item.id,
        person_id=item.author_id,
        reader_id=actor.user_id,
        seat=seat,
        reason=reason,
        note=note.strip(),
    )
    db.session.add(reading)
    db.session.flush()
    audit.note("identity.read", f"item:{item.id}", by=actor.user_id, detail=reason)
    _tell(item, reading)
    return _identity(item)


def fresh_code(item: Item, actor: Actor) -> str:
    """A new tracking code for a reporter who lost theirs; the old one ends.

    Only for whoever has read the identity for that within the quarter hour, to compare it with
    the person in front of them: whoever holds a code speaks as the reporter, so no office that
    answers may make one.  Raises NotAllowed.
    """
    lately = select(IdentityReading.id).where(
        IdentityReading.item_id == item.id,
        IdentityReading.reader_id == actor.user_id,
        IdentityReading.reason == NEW_CODE,
        IdentityReading.at > datetime.now(UTC) - timedelta(minutes=15),
    )
    if not may(actor, "renew_code", item) or db.session.scalar(lately.limit(1)) is None:
        raise NotAllowed("renew_code")
    if _login(item) is not None:
        raise NotAllowed("renew_code")
    return tracking.issue(item, actor)


def _count(actor: Actor) -> None:
    """Refuse one reading too many; two at once take turns, so that neither miscounts."""
    db.session.execute(LOCK, {"key": f"identity {actor.user_id}"})
    lately = select(func.count()).where(
        IdentityReading.reader_id == actor.user_id,
        IdentityReading.reason != COUNTER,
        IdentityReading.at > datetime.now(UTC) - timedelta(hours=1),
    )
    if (db.session.scalar(lately) or 0) >= per_hour():
        raise TooOften


def per_hour() -> int:
    """How many identities one login may read within an hour."""
    limits = current_app.config["CITY"].facts.get("limits", {})
    return int(limits.get("identity_readings_per_hour", PER_HOUR))


def _login(item: Item) -> User | None:
    open_one = select(User).where(User.person_id == item.author_id, User.closed_at.is_(None))
    return db.session.scalar(open_one)


def _tell(item: Item, reading: IdentityReading) -> None:
    user = _login(item)
    if user is None or user.id == reading.reader_id:
        return
    postbag.tell("identity", item, [user.id], reading.id)


def _identity(item: Item) -> Identity:
    person, user = item.author, _login(item)
    return Identity(
        name=person.name,
        phone=person.phone,
        email=user.email if user else "",
        area_code=person.area_code,
        rw=person.rw,
        rt=person.rt,
        has_account=user is not None,
    )
