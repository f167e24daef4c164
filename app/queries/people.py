"""Residents as the counter looks them up: by a word of the name or the last digits of the NIK."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models import AnySession, AttestationQuota, Person, User, Verification

FEW = 20


def near(area_code: str) -> ColumnElement[bool]:
    """People who say they live in an area or below it."""
    below = and_(Person.area_code >= f"{area_code}.", Person.area_code < f"{area_code}/")
    return or_(Person.area_code == area_code, below)


def seek(session: AnySession, area_code: str, asked: str) -> Sequence[Any]:
    """Residents of an area by words of their name, or by the four last digits of their NIK."""
    words = [re.sub(r"[%_\\]", "", word) for word in asked.split()][:5]
    words = [word for word in words if len(word) > 1]
    if not words:
        return ()
    columns = (
        Person.id,
        Person.name,
        Person.area_code,
        Person.rw,
        Person.rt,
        Person.level,
        Person.nik_last4,
        exists().where(User.person_id == Person.id).label("has_login"),
    )
    same = [or_(Person.name.ilike(f"%{word}%"), Person.nik_last4 == word) for word in words]
    wanted = select(*columns).where(Person.anonymised_at.is_(None), near(area_code), *same)
    return session.execute(wanted.order_by(Person.name, Person.id).limit(FEW)).all()


def named(session: AnySession, user_ids: Collection[int]) -> dict[int, Any]:
    """Person, name and place behind logins."""
    columns = (User.id.label("user_id"), Person.id, Person.name, Person.area_code, Person.rw,
               Person.level)  # fmt: skip
    wanted = select(*columns).join(Person, Person.id == User.person_id)
    return {row.user_id: row for row in session.execute(wanted.where(User.id.in_(user_ids)))}


def unvouched(session: AnySession, area_code: str, rw: int | None) -> Sequence[Any]:
    """Residents with a login for whom nobody has vouched yet, of one RW or each."""
    columns = (Person.id, Person.name, Person.area_code, Person.rw, Person.rt, Person.address,
               Person.resident_since)  # fmt: skip
    wanted = select(*columns).join(User, User.person_id == Person.id)
    wanted = wanted.where(
        near(area_code),
        Person.rw.is_not(None) if rw is None else Person.rw == rw,
        Person.level < 2,
        Person.anonymised_at.is_(None),
        User.closed_at.is_(None),
    )
    return session.execute(wanted.order_by(Person.rw, Person.rt, Person.name).limit(200)).all()


def vouched_by(session: AnySession, user_id: int) -> Sequence[Any]:
    """Whom somebody has vouched for, the latest first."""
    columns = (Verification.id, Verification.at, Verification.revoked_at, Person.name, Person.rw)
    wanted = select(*columns).join(Person, Person.id == Verification.person_id)
    wanted = wanted.where(Verification.by_id == user_id, Verification.method == "attestation")
    return session.execute(wanted.order_by(Verification.id.desc()).limit(50)).all()


def acts_on(session: AnySession, person_id: int) -> Sequence[Verification]:
    """Everything that made the city surer of somebody, what was taken back included."""
    wanted = select(Verification).where(Verification.person_id == person_id)
    return session.scalars(wanted.order_by(Verification.id.desc())).all()


def quotas(session: AnySession) -> Sequence[AttestationQuota]:
    """What was set, the latest first."""
    wanted = select(AttestationQuota).order_by(
        AttestationQuota.valid_from.desc(), AttestationQuota.id.desc()
    )
    return session.scalars(wanted.limit(200)).all()
