"""What looks unusual around a vote: from enrolment and booth shifts, never from ballots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import Date, cast, func, select

from models import (
    AnySession,
    Booth,
    BoothShift,
    Contest,
    Eligible,
    Incident,
    IncidentPerson,
    Person,
    Verification,
)

A_DAY = 30  # people vouched for by one officer in a day
ONE_PHONE = 4  # people of one number; families share
ONE_ADDRESS = 12  # people of one address
AN_HOUR = 40  # cards given by one officer in an hour
LEAST_CARDS = 20
SMALL = 5  # fewer people are never counted in public


@dataclass(frozen=True)
class Sign:
    """Something unusual: its mark, which sort of incident it may be, in words, and about whom."""

    mark: str
    kind: str
    words: Any
    people: tuple[int, ...] = ()
    booth_id: int | None = None


def signs(session: AnySession, contest: Contest, at: datetime | None = None) -> list[Sign]:
    """All that is unusual and that nobody has looked into yet."""
    known = set(session.scalars(select(Incident.sign).where(Incident.contest_id == contest.id)))
    found = (one for look in LOOKS for one in look(session, contest, at or datetime.now(UTC)))
    return [one for one in found if one.mark not in known]


def _vouched(session: AnySession, contest: Contest, at: datetime) -> Iterator[Sign]:
    """Many of the roll were vouched for by one officer on one day."""
    zone = current_app.config["CITY"].timezone
    day = cast(func.timezone(zone, Verification.at), Date)
    people = func.array_agg(Verification.person_id.distinct())
    query = (
        select(Verification.by_id, Verification.seat, day, people)
        .join(Eligible, Eligible.person_id == Verification.person_id)
        .where(Eligible.contest_id == contest.id, Verification.revoked_at.is_(None),
               Verification.by_id.is_not(None))
        .group_by(Verification.by_id, Verification.seat, day)
        .having(func.count(Verification.person_id.distinct()) >= A_DAY)
    )  # fmt: skip
    for by, seat, when, who in session.execute(query):
        yield Sign(f"vouched:{by}:{when}", "bulk_accounts", _(
            "%(n)s people were verified from one seat (%(seat)s) on %(day)s.",
            n=len(who), seat=seat, day=when.strftime("%d/%m/%Y")), tuple(who))  # fmt: skip


def _phones(session: AnySession, contest: Contest, at: datetime) -> Iterator[Sign]:
    """Many of the roll have one phone number."""
    query = (
        select(Person.phone_hash, func.array_agg(Person.id))
        .join(Eligible, Eligible.person_id == Person.id)
        .where(Eligible.contest_id == contest.id, Person.phone_hash != "")
        .group_by(Person.phone_hash)
        .having(func.count() >= ONE_PHONE)
    )
    for digest, who in session.execute(query):
        words = _("%(n)s people of the roll gave the same phone number.", n=len(who))
        yield Sign(f"phone:{digest[:16]}", "bulk_accounts", words, tuple(who))


def _addresses(session: AnySession, contest: Contest, at: datetime) -> Iterator[Sign]:
    """Many of the roll live at one address."""
    where = func.lower(Person.address)
    query = (
        select(Person.area_code, Person.rw, func.min(Person.id), func.array_agg(Person.id))
        .join(Eligible, Eligible.person_id == Person.id)
        .where(Eligible.contest_id == contest.id, Person.address != "")
        .group_by(Person.area_code, Person.rw, where)
        .having(func.count() >= ONE_ADDRESS)
    )
    for _area, rw, first, who in session.execute(query):
        yield Sign(f"address:{first}", "bulk_accounts", _(
            "%(n)s people of the roll (RW %(rw)s) gave the same address.",
            n=len(who), rw=rw or "–"), tuple(who))  # fmt: skip


def _paces(session: AnySession, contest: Contest, at: datetime) -> Iterator[Sign]:
    """One officer gave many cards in a short time."""
    for shift in _shifts(session, contest):
        hours = max(((shift.ended_at or at) - shift.begun_at).total_seconds() / 3600, 0.25)
        if shift.codes >= LEAST_CARDS and shift.codes / hours >= AN_HOUR:
            yield Sign(f"pace:{shift.id}", "shared_device", _(
                "%(n)s cards were given in one shift of %(minutes)s minutes at %(booth)s.",
                n=shift.codes, minutes=round(hours * 60), booth=shift.booth.name), (),
                shift.booth_id)  # fmt: skip


def _overlaps(session: AnySession, contest: Contest, at: datetime) -> Iterator[Sign]:
    """One login served at two booths at the same time."""
    mine: dict[int, list[BoothShift]] = {}
    for shift in _shifts(session, contest):
        earlier = mine.setdefault(shift.user_id, [])
        for other in earlier:
            apart = (other.ended_at or at) <= shift.begun_at
            if not apart and other.booth_id != shift.booth_id:
                yield Sign(f"overlap:{other.id}:{shift.id}", "operator_mistake", _(
                    "One login served at %(one)s and at %(other)s at the same time.",
                    one=other.booth.name, other=shift.booth.name), (), shift.booth_id)  # fmt: skip
        earlier.append(shift)


def _shifts(session: AnySession, contest: Contest) -> Sequence[BoothShift]:
    query = select(BoothShift).join(Booth).where(Booth.contest_id == contest.id)
    return session.scalars(query.order_by(BoothShift.begun_at, BoothShift.id)).all()


LOOKS: tuple[Callable[[AnySession, Contest, datetime], Iterable[Sign]], ...] = (
    _vouched,
    _phones,
    _addresses,
    _paces,
    _overlaps,
)


# -- incidents --------------------------------------------------------------------------------


def listed(session: AnySession, contest_id: int) -> Sequence[Incident]:
    """The incidents of a contest: those that wait first, then the newest."""
    query = select(Incident).where(Incident.contest_id == contest_id)
    return session.scalars(query.order_by(Incident.state != "open", Incident.id.desc())).all()


def people(session: AnySession, incident_id: int) -> Sequence[Person]:
    """Whom an incident is about."""
    mine = IncidentPerson.incident_id == incident_id
    query = select(Person).join(IncidentPerson, IncidentPerson.person_id == Person.id).where(mine)
    return session.scalars(query.order_by(Person.name, Person.id)).all()


@dataclass(frozen=True)
class Notice:
    """What everybody reads of an incident; ``people`` is None where they are too few to count."""

    kind: str
    state: str
    note: str
    people: int | None
    at: datetime | None


def public(session: AnySession, contest_id: int) -> list[Notice]:
    """The decided incidents of a contest, in their order."""
    query = select(Incident).where(Incident.contest_id == contest_id, Incident.state != "open")
    return [
        Notice(one.kind, one.state, one.public_note,
               one.voided if one.voided == 0 or one.voided >= SMALL else None, one.decided_at)
        for one in session.scalars(query.order_by(Incident.decided_at, Incident.id))
    ]  # fmt: skip
