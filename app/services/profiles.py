"""What a person says about themselves, once, for every form to use."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.forms.account import plain_nik
from models import Person, User, db

from . import audit

ABOUT_PERSON = ("name", "phone", "address", "area_code", "rw", "rt", "resident_since")
ABOUT_LOGIN = ("language", "wants_email")


class NikTaken(Exception):
    """Another person has this identity number."""


def update_profile(user: User, values: Mapping[str, Any]) -> None:
    """Keep what the profile form says; what ``values`` leaves out stays.

    ``nik`` is kept as a keyed hash and its last four digits, never itself; empty leaves it;
    ``forget_nik`` true takes it away.  Raises NikTaken, and NotANik of the form.
    """
    person = user.person
    for name in ABOUT_PERSON:
        if name in values:
            setattr(person, name, _filled(name, values[name]))
    for name in ABOUT_LOGIN:
        if name in values:
            setattr(user, name, values[name])
    if values.get("forget_nik"):
        person.nik_hash = person.nik_last4 = ""
    elif values.get("nik"):
        _keep_nik(person, values["nik"])
    db.session.flush()
    audit.note("update_profile", f"user:{user.id}", by=user.id)


def _filled(name: str, value: Any) -> Any:
    """Texts are never NULL, the others never empty."""
    return value or "" if name in ("name", "phone", "address") else value or None


def nik_hash(nik: str) -> str:
    """The keyed hash by which an identity number is recognised."""
    key = str(current_app.config["NIK_KEY"]).encode()
    return hmac.new(key, nik.encode(), hashlib.sha256).hexdigest()


def _keep_nik(person: Person, typed: str) -> None:
    nik = plain_nik(typed)
    digest = nik_hash(nik)
    taken = select(Person.id).where(Person.nik_hash == digest, Person.id != person.id)
    if db.session.scalar(taken):
        raise NikTaken
    try:
        with db.session.begin_nested():
            person.nik_hash, person.nik_last4 = digest, nik[-4:]
    except IntegrityError:
        raise NikTaken from None
