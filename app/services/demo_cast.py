"""The people of the demo: one account per role, residents, and staff for every seat."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.access import CONFIRMED, RULES, Actor, Seat
from app.queries.calendar import city_day
from app.workflow import Step
from models import Area, Department, Item, Mandate, Person, User, Verification, db

from . import accounts, mandates
from .mandates import VOUCHED

RESIDENTS, WITHOUT_LOGIN = 60, 10
SEATED = timedelta(days=1200)  # how long ago the seats were given
STAFF = "contoh.invalid"  # nobody signs in with these


@dataclass
class Resident:
    """Somebody who lives in the city; without an ``actor`` they have no login."""

    person_id: int
    area_code: str
    rw: int
    rt: int
    actor: Actor | None


@dataclass
class Cast:
    """Everybody who acts in the demo, by seat."""

    residents: list[Resident] = field(default_factory=list)
    moderators: dict[str, Actor] = field(default_factory=dict)  # by kelurahan
    validators: dict[str, Actor] = field(default_factory=dict)  # by kecamatan
    officers: dict[str, Actor] = field(default_factory=dict)  # by department
    operators: dict[tuple[str, int], Actor] = field(default_factory=dict)
    desks: dict[str, Actor] = field(default_factory=dict)  # planner, coordinator, …

    @property
    def hero(self) -> Resident:
        """The resident whose account visitors try."""
        return self.residents[0]

    def operator(self, area_code: str, rw: int | None) -> Actor:
        """Who types for an RW: its operator, else the kelurahan's staff on that seat."""
        known = self.operators.get((area_code, rw or 0))
        seat = Seat("operator", area_code, rw=rw)
        return known or replace(self.moderators[area_code], seats=(seat,))

    def for_step(self, step: Step, item: Item, author: Actor) -> Actor:
        """Somebody whose seat lets them take the step."""
        for rule in step.by:
            if actor := self._for_rule(rule, item, author):
                return actor
        raise LookupError(f"{step.name}: nobody sits on {step.by}")

    def _for_rule(self, rule: str, item: Any, author: Actor) -> Actor | None:
        office = self.officers.get(item.department_code or "")
        triage = self.moderators.get(item.area_code)
        coordinator = self.desks["coordinator"]
        match rule:
            case "author":  # who was typed for speaks by the code of the receipt
                return author if author.person_id == item.author_id else Actor(opens=item.id)
            case "appeal":
                judge = self.validators.get(item.district_code)
                return judge if judge and RULES["appeal"](judge, item) else coordinator
            case "triage":
                return coordinator if item.oversight or triage is None else triage
            case "owner":
                return office
            case "validator":
                return self.validators.get(item.district_code)
            case "level":
                return {
                    "rw": self.operator(item.area_code, item.rw),
                    "kelurahan": triage,
                    "kecamatan": self.validators.get(item.district_code),
                    "forum_opd": office or self.desks["planner"],
                    "kota": self.desks["planner"],
                }[item.level]
            case _:
                return self.desks.get(rule)


def listed(folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """The password of the demo's accounts, and the accounts of ``people.toml``."""
    data = tomllib.loads((folder / "people.toml").read_text("utf-8"))
    return data["password"], data["person"]


def engage(folder: Path, names: Sequence[str], rng: random.Random) -> Cast:
    """Make everybody's account and give them their seats; names are used once each."""
    cast, free = Cast(), iter(rng.sample(list(names), len(names)))
    password, people = listed(folder)
    by_role = {row["role"]: row for row in people}
    admin = _user(by_role["admin"]["email"], by_role["admin"]["name"], password)
    _first_admin(admin)
    boss = _actor(admin, "admin")
    cast.desks["admin"] = boss
    for row in people:
        if row["role"] == "admin":
            continue
        user = _user(row["email"], row["name"], password)
        if row["role"] == "resident":
            cast.residents.append(_settled(user, row["area"], row["rw"], row["rt"]))
        else:
            _seat(cast, user, boss, row)
    _residents(cast, free, rng)
    _staff(cast, boss)
    cast.desks["system"] = Actor(name="system", seats=(Seat("system"),))
    return cast


def _user(email: str, name: str, password: str | None) -> User:
    user = accounts.open_account(email, password, name, level=CONFIRMED)
    user.wants_email = False  # until the years are played
    return user


def _actor(user: User, role: str, *scope: Any) -> Actor:
    return Actor(
        user.id, user.person_id, user.person.name, user.person.level, (Seat(role, *scope),)
    )


def _first_admin(user: User) -> None:
    """Nobody gives a mandate to themselves, so the first one comes from the system."""
    mandates.give(user, "admin", Actor(), valid_from=city_day() - SEATED)


def _seat(cast: Cast, user: User, boss: Actor, row: dict[str, Any]) -> Actor:
    """Put somebody on a seat, in the books and in the cast."""
    area, department, rw = row.get("area") or None, row.get("department") or None, row.get("rw")
    role = row["role"]
    mandates.give(
        user,
        role,
        boss,
        area_code=area,
        rw=rw if role == "operator" else None,
        department_code=department,
        leads=row.get("leads", False),
        valid_from=city_day() - SEATED,
    )
    actor = _actor(user, role, area, department, rw if role == "operator" else None)
    match role:
        case "moderator":
            cast.moderators[area or ""] = actor
        case "validator":
            cast.validators[area or ""] = actor
        case "officer":
            cast.officers.setdefault(department or "", actor)
        case "operator":
            cast.operators[area or "", int(rw or 0)] = actor
        case _:
            cast.desks[role] = actor
    return actor


def _settled(user: User, area: str, rw: int, rt: int) -> Resident:
    person = user.person
    person.area_code, person.rw, person.rt, person.level = area, rw, rt, VOUCHED
    _vouch(person)
    person.resident_since = city_day() - timedelta(days=365 * 6)
    actor = Actor(user.id, person.id, person.name, person.level)
    return Resident(person.id, area, rw, rt, actor)


def _vouch(person: Person) -> None:
    """The RW has vouched for somebody, so that they may vote where they live."""
    made = Verification(person_id=person.id, level=VOUCHED, method="attestation")
    made.area_code, made.rw = person.area_code, person.rw
    made.seat = f"operator:{person.area_code}"
    made.at = datetime.now(UTC) - SEATED
    db.session.add(made)


def _residents(cast: Cast, names: Any, rng: random.Random) -> None:
    """Residents all over the city, every sixth in the hero's kelurahan; some without a login."""
    areas = db.session.scalars(select(Area.code).where(Area.level == "kelurahan")).all()
    home, people = cast.hero.area_code, []
    since = city_day() - timedelta(days=365 * 6)
    for n in range(RESIDENTS - 1):
        person = Person(name=next(names), level=VOUCHED, resident_since=since)
        person.area_code = home if n % 6 == 0 else rng.choice(areas)
        person.rw, person.rt = rng.randrange(1, 13), rng.randrange(1, 9)
        people.append(person)
    users = _logins({f"warga{n + 2}@contoh.id": p for n, p in enumerate(people[:-WITHOUT_LOGIN])})
    db.session.add_all(people)
    db.session.flush()
    for person in people:
        _vouch(person)
        user = users.get(person)
        actor = Actor(user.id, person.id, person.name, person.level) if user else None
        place = (person.area_code or home, person.rw or 1, person.rt or 1)
        cast.residents.append(Resident(person.id, *place, actor))


def _logins(people: dict[str, Person]) -> dict[Person, User]:
    """Logins to which no password leads, many at once."""
    now = datetime.now(UTC)
    users = [
        User(person=person, email=email, password_hash="", wants_email=False, confirmed_at=now)
        for email, person in people.items()
    ]
    db.session.add_all(users)
    db.session.flush()
    return {user.person: user for user in users}


def _staff(cast: Cast, boss: Actor) -> None:
    """Staff for every seat that no listed account holds; nobody can sign in as them."""
    rows = db.session.execute(select(Area.code, Area.name)).all()
    names = {row.code: str(row.name) for row in rows}
    seats: list[tuple[str, str, str, str]] = []  # login, name, role, area or department
    for code, name in sorted(names.items()):
        if code.count(".") == 2 and code not in cast.validators:
            seats.append((f"kec-{code}", f"Staf Kecamatan {name}", "validator", code))
        elif code.count(".") == 3 and code not in cast.moderators:
            district = code.rpartition(".")[0]
            known = f"Staf kelurahan, {names[district]}"
            seats.append((f"kel-{district}", known, "moderator", code))
    current = select(Department).where(Department.valid_to.is_(None), ~Department.external)
    for found in db.session.scalars(current.order_by(Department.code)):
        if found.code not in cast.officers:
            seats.append((found.code, f"Petugas {found.abbreviation}", "officer", found.code))
    people = {login: Person(name=name, level=2) for login, name, _role, _scope in seats}
    users = _logins({f"{login}@{STAFF}": person for login, person in people.items()})
    for login, _name, role, scope in seats:
        _sit(cast, users[people[login]], boss, role, scope)
    db.session.flush()


def _sit(cast: Cast, user: User, boss: Actor, role: str, scope: str) -> None:
    area, department = (None, scope) if role == "officer" else (scope, None)
    seat = Mandate(user_id=user.id, role=role, area_code=area, department_code=department)
    seat.valid_from, seat.given_by_id = city_day() - SEATED, boss.user_id
    db.session.add(seat)
    held = {"validator": cast.validators, "moderator": cast.moderators, "officer": cast.officers}
    held[role][scope] = _actor(user, role, area, department)
