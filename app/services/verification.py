"""How sure the city is of somebody: their phone, the RW's word, the card at the counter.

L0 has an account, L1 a confirmed address or phone, L2 the word of the RW, L3 was at the counter
with the card in hand.  ``Person.level`` follows from what stands here and was not revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from app.access import CONFIRMED, Actor, Seat
from app.forms.account import NotANik, plain_nik
from app.queries.actors import in_force
from app.queries.calendar import city_day
from app.workflow import NotAllowed
from models import (
    AttestationQuota,
    Contest,
    Eligible,
    Mandate,
    Person,
    User,
    Verification,
    db,
)

from . import audit, items
from .profiles import nik_hash

PHONE, ATTESTED, CHECKED = 1, 2, 3
VOUCHED = 2  # whoever holds a seat
USUAL_QUOTA = 300  # attestations of an RW in a year where the planner set nothing
PHONES = ("whatsapp", "sms", "signal")  # channels whose address is a phone
SHORTEST = 10


class Unfit(Exception):
    """It cannot be like that; ``args[0]`` says why, for people."""


class Taken(Exception):
    """Another person has this NIK; ``args[0]`` is that person."""


@dataclass(frozen=True)
class Quota:
    """How many residents an RW may vouch for from a day on, and how many it has."""

    most: int
    used: int
    since: date

    @property
    def left(self) -> int:
        """How many more."""
        return max(0, self.most - self.used)


def standing(session: Any, person_id: int) -> list[Verification]:
    """What raised somebody's level and holds, the highest first."""
    wanted = select(Verification).where(
        Verification.person_id == person_id, Verification.revoked_at.is_(None)
    )
    order = (Verification.level.desc(), Verification.id.desc())
    return list(session.scalars(wanted.order_by(*order)))


def reckon(person: Person) -> int:
    """Set somebody's level to what holds of them now."""
    user = db.session.scalar(select(User).where(User.person_id == person.id))
    found = max((one.level for one in standing(db.session, person.id)), default=0)
    if user is not None and user.confirmed_at is not None:
        found = max(found, CONFIRMED)
    if user is not None:
        seats = select(Mandate.id).where(Mandate.user_id == user.id, *in_force(city_day()))
        if db.session.scalar(seats.limit(1)) is not None:
            found = max(found, VOUCHED)
    person.level = found
    db.session.flush()
    return found


def _add(person: Person, actor: Actor | None, **values: Any) -> Verification:
    made = Verification(person_id=person.id, by_id=actor.user_id if actor else None, **values)
    db.session.add(made)
    db.session.flush()
    reckon(person)
    subject = f"verification:{made.id}"
    audit.note("verify", subject, by=made.by_id, detail=f"{made.method} L{made.level}")
    return made


def by_phone(user: User, channel: str) -> Verification | None:
    """A phone was confirmed by a code through a channel; None for what is no phone, or again."""
    known = [one for one in standing(db.session, user.person_id) if one.method == "phone"]
    if known or channel not in PHONES:
        return None
    return _add(user.person, None, level=PHONE, method="phone")


# -- the RW's word -----------------------------------------------------------------------------


def rw_seat(actor: Actor, area_code: str | None, rw: int | None) -> Seat | None:
    """The operator's seat from which the actor may vouch for residents of an RW."""
    if area_code is None or rw is None:
        return None
    seats = actor.seats_as("operator")
    return next((s for s in seats if s.covers(area_code) and s.rw in (None, rw)), None)


def quota(area_code: str, rw: int, day: date | None = None) -> Quota:
    """How many an RW may vouch for: what was set last for it, else for its kelurahan."""
    day = day or city_day()
    wanted = select(AttestationQuota).where(
        AttestationQuota.area_code == area_code,
        or_(AttestationQuota.rw == rw, AttestationQuota.rw.is_(None)),
        AttestationQuota.valid_from <= day,
    )
    order = (AttestationQuota.rw.is_(None), AttestationQuota.valid_from.desc(),
             AttestationQuota.id.desc())  # fmt: skip
    found = db.session.scalars(wanted.order_by(*order).limit(1)).first()
    since = found.valid_from if found else day.replace(month=1, day=1)
    used = select(func.count()).where(
        Verification.method == "attestation",
        Verification.area_code == area_code,
        Verification.rw == rw,
        Verification.at >= datetime(since.year, since.month, since.day, tzinfo=UTC),
    )
    most = found.most if found else USUAL_QUOTA
    return Quota(most, db.session.scalar(used) or 0, since)


def attest(person: Person, actor: Actor, *, known: str) -> Verification:
    """Vouch that somebody lives in the RW they say; ``known``: how the RW knows that.

    What was vouched for and revoked still counts in the quota.  Raises NotAllowed outside the
    actor's RW or for oneself, Unfit without a reason, a second time, or over the quota.
    """
    seat = rw_seat(actor, person.area_code, person.rw)
    if seat is None or person.id == actor.person_id or person.anonymised_at is not None:
        raise NotAllowed("attest")
    if not known.strip():
        raise Unfit(_("Please say how you know them."))
    area_code, rw = str(person.area_code), int(person.rw or 0)
    db.session.execute(items.LOCK, {"key": f"attest {area_code} {rw}"})  # one after the other
    if _vouched(person, area_code, rw):
        raise Unfit(_("Somebody has vouched for them already."))
    if quota(area_code, rw).left < 1:
        raise Unfit(_("The RW's quota is used up. The kelurahan can check the card instead."))
    made = _add(person, actor, level=ATTESTED, method="attestation", area_code=area_code, rw=rw,
                seat=seat.name)  # fmt: skip
    audit.note("attest", f"verification:{made.id}", by=actor.user_id, detail=known.strip()[:80])
    return made


def _vouched(person: Person, area_code: str, rw: int) -> bool:
    return any(
        one.level >= ATTESTED and (one.area_code, one.rw) == (area_code, rw)
        for one in standing(db.session, person.id)
    )


def set_quota(
    actor: Actor, area_code: str, rw: int | None, most: int, valid_from: date
) -> AttestationQuota:
    """Say how many an RW (None: each of the kelurahan) may vouch for.  Raises NotAllowed."""
    seat = next(iter(actor.seats_as("planner", "coordinator")), None)
    if seat is None:
        raise NotAllowed("keep_quotas")
    same = select(AttestationQuota).where(
        AttestationQuota.area_code == area_code,
        AttestationQuota.rw.is_not_distinct_from(rw),
        AttestationQuota.valid_from == valid_from,
    )
    made = db.session.scalar(same) or AttestationQuota(
        area_code=area_code, rw=rw, valid_from=valid_from
    )
    made.most, made.seat = most, seat.name
    db.session.add(made)
    db.session.flush()
    audit.note("quota", f"area:{area_code}", by=actor.user_id, detail=f"{rw or '-'}: {most}")
    return made


# -- the counter -------------------------------------------------------------------------------


def counter_seat(actor: Actor, area_code: str) -> Seat | None:
    """The seat from which the actor checks cards of a kelurahan's residents."""
    seats = actor.seats_as("moderator", "coordinator")
    return next((seat for seat in seats if seat.covers(area_code)), None)


def bearer(nik: str) -> Person | None:
    """The person with this NIK, by its keyed hash.  Raises NotANik."""
    digest = nik_hash(plain_nik(nik))
    return db.session.scalars(select(Person).where(Person.nik_hash == digest)).first()


def check(
    actor: Actor,
    nik: str,
    *,
    person: Person | None = None,
    name: str = "",
    area_code: str,
    rw: int | None,
    rt: int | None = None,
) -> Verification:
    """Write down that somebody stood at the counter with their card: L3, with their residence.

    Without ``person`` whoever has the NIK is meant, else a person without an account is made.
    Raises NotAllowed, NotANik, Unfit without a name, and Taken when another person has the NIK.
    """
    seat = counter_seat(actor, area_code)
    if seat is None or (person is not None and person.id == actor.person_id):
        raise NotAllowed("verify_person")
    number, known = plain_nik(nik), bearer(nik)
    if known is not None and known.id == actor.person_id:
        raise NotAllowed("verify_person")
    if person is not None and known is not None and known.id != person.id:
        raise Taken(known)
    person = person or known
    if person is None:
        if len(name.strip()) < 2:
            raise Unfit(_("Please write the name as it stands on the card."))
        person = Person(name=name.strip())
        db.session.add(person)
        db.session.flush()
    if person.anonymised_at is not None:
        raise NotAllowed("verify_person")
    try:
        with db.session.begin_nested():
            person.nik_hash, person.nik_last4 = nik_hash(number), number[-4:]
    except IntegrityError:  # somebody typed the same NIK at another counter just now
        raise Taken(bearer(nik)) from None
    person.area_code, person.rw, person.rt = area_code, rw, rt or person.rt
    return _add(person, actor, level=CHECKED, method="counter", area_code=area_code, rw=rw,
                seat=seat.name)  # fmt: skip


def join(login: User, known: Person, actor: Actor) -> None:
    """Let a login take over what was checked of its person before it had one.

    NIK and verifications pass to the person of the login, their places on rolls with them where
    voting has not opened.  Raises NotAllowed, and Unfit when ``known`` has a login, or stands on
    the roll of a vote that is open: somebody could vote twice.
    """
    area_code = known.area_code or login.person.area_code or ""
    if counter_seat(actor, area_code) is None or login.id == actor.user_id:
        raise NotAllowed("verify_person")
    if db.session.scalar(select(User.id).where(User.person_id == known.id)) is not None:
        raise Unfit(_("That person has an account of their own. One person has one account."))
    rows = _places(known.id)
    if any(opened for _row, opened in rows):
        raise Unfit(_("That person is on the list of a vote that is open. Please wait until it "
                      "has closed; until then they can vote at the booth."))  # fmt: skip
    digest, last4 = known.nik_hash, known.nik_last4
    known.nik_hash = known.nik_last4 = ""
    db.session.flush()
    login.person.nik_hash, login.person.nik_last4 = digest, last4
    for one in standing(db.session, known.id):
        one.person_id = login.person_id
    for row, _opened in rows:
        _move(row, login.person_id)
    db.session.flush()
    for person in (known, login.person):
        reckon(person)
    audit.note("join_person", f"user:{login.id}", by=actor.user_id, detail=f"person:{known.id}")


def _places(person_id: int) -> list[tuple[Eligible, bool]]:
    """Places on rolls that still matter, and whether voting has opened there."""
    wanted = (
        select(Eligible, Contest.opens_at)
        .join(Contest, Contest.id == Eligible.contest_id)
        .where(Eligible.person_id == person_id, Contest.state.in_(("published", "open")))
    )
    now = datetime.now(UTC)
    return [(row, opens_at <= now) for row, opens_at in db.session.execute(wanted)]


def _move(row: Eligible, person_id: int) -> None:
    if db.session.get(Eligible, (row.contest_id, person_id)) is None:
        row.person_id = person_id
    else:
        db.session.delete(row)


# -- taking back -------------------------------------------------------------------------------


def revoker(actor: Actor, found: Verification) -> str:
    """The seat from which the actor may take a verification back; "" for none."""
    seats = actor.seats_as("moderator", "coordinator")
    return next((s.name for s in seats if s.covers(found.area_code or "")), "")


def revoke(found: Verification, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """Take a verification back, with the reason.  Rolls that are frozen stay as they are.

    Raises NotAllowed, and Unfit for too short a reason.
    """
    db.session.refresh(found, with_for_update={"of": Verification})
    if found.revoked_at is not None or not revoker(actor, found):
        raise NotAllowed("verify_person")
    if len(reason.strip()) < SHORTEST:
        raise Unfit(_("Please write the reason; it is kept with the record."))
    found.revoked_at, found.revoked_by_id = at or datetime.now(UTC), actor.user_id
    found.revoked_reason = reason.strip()
    db.session.flush()
    reckon(found.person)
    audit.note("revoke", f"verification:{found.id}", by=actor.user_id)


__all__ = [
    "NotANik",
    "Quota",
    "Taken",
    "Unfit",
    "attest",
    "bearer",
    "by_phone",
    "check",
    "counter_seat",
    "join",
    "quota",
    "reckon",
    "revoke",
    "revoker",
    "rw_seat",
    "set_quota",
    "standing",
]
