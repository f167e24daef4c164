"""Rows for tests: people, logins with seats, items in any state.  All flush, none commits."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import count
from typing import Any, cast

from flask import current_app
from geoalchemy2.shape import to_shape
from shapely import Point
from sqlalchemy import select

from app.access import Actor, Seat
from app.forms.plan_fields import CHECKLIST
from app.kinds import KINDS
from app.services import passwords
from app.workflow import BACK, Step
from models import (
    PROPOSAL_LEVELS,
    Area,
    Category,
    Department,
    Item,
    Mandate,
    Person,
    Proposal,
    User,
    db,
)
from tests.photos import photo as photo
from tests.photos import proof_photo as proof_photo

PASSWORD = "kopi tubruk di Dago"
KELURAHAN = "32.73.02.1004"  # Dago, in the kecamatan Coblong
KECAMATAN = "32.73.02"
OTHER_KELURAHAN = "32.73.01.1001"  # in another kecamatan
DEPARTMENT = "dsdabm"
OTHER_DEPARTMENT = "dishub"
AT_THE_CITY = {"in_rkpd", "in_apbd", "procurement", "works", "done", "not_realised"}
_numbers = count(1)


@lru_cache(maxsize=4)
def _hash(*_cost: int) -> str:
    return passwords.hashed(PASSWORD)


def person(name: str | None = None, **values: Any) -> Person:
    """Somebody; without a login unless ``user`` makes one."""
    made = _person(name, **values)
    db.session.add(made)
    db.session.flush()
    return made


def _person(name: str | None, **values: Any) -> Person:
    n = next(_numbers)
    return Person(name=name or f"Warga Uji {n}", **{"level": 1} | values)


def user(
    email: str | None = None,
    level: int = 1,
    *,
    roles: Iterable[str] = (),
    mandate: tuple[str, Mapping[str, Any]] | None = None,
    name: str | None = None,
    area_code: str | None = None,
    department_code: str | None = None,
    rw: int | None = None,
    **values: Any,
) -> User:
    """A login with ``PASSWORD``, confirmed from level 1 up, with a seat for each of ``roles``.

    ``area_code``, ``department_code`` and ``rw`` are where the seats are; moderators, validators
    and officers get a usual place without them.  ``mandate=("officer", {"department_code": …})``
    gives one seat exactly.  Other values are columns of the login.
    """
    values.setdefault("confirmed_at", datetime.now(UTC) if level else None)
    values.setdefault("password_hash", _hash(*current_app.config["ARGON2"]))
    made = User(
        person=values.pop("person", None) or _person(name, level=level),
        email=email or f"uji{next(_numbers)}@contoh.id",
        **values,
    )
    db.session.add(made)
    db.session.flush()
    for role in roles:
        give(made, role, area_code=area_code, department_code=department_code, rw=rw)
    if mandate:
        give(made, mandate[0], **mandate[1])
    return made


def give(to: User, role: str, **scope: Any) -> Mandate:
    """A mandate in force; ``scope``: area_code, department_code, rw, valid_from, valid_to."""
    scope = {name: value for name, value in scope.items() if value is not None}
    if role in ("moderator", "operator"):
        scope.setdefault("area_code", KELURAHAN)
    elif role == "validator":
        scope.setdefault("area_code", KECAMATAN)
    elif role == "officer":
        scope.setdefault("department_code", DEPARTMENT)
    scope.setdefault("valid_from", date.today() - timedelta(days=1))
    made = Mandate(user_id=to.id, role=role, **scope)
    db.session.add(made)
    db.session.flush()
    return made


def actor(of: User) -> Actor:
    """The actor behind a login, as a request of theirs would have it."""
    from app.queries.actors import actor_of

    db.session.flush()
    return actor_of(of)


def department(code: str = DEPARTMENT) -> Department:
    """A department of the loaded city."""
    return db.session.get_one(Department, code)


def category(kind: str = "lapor", **facts: Any) -> Category:
    """The first category of a kind with these columns (unsuspicious, and of a place if any are)."""
    wanted = {"kind": kind, "emergency": "", "oversight": False} | facts
    if kind != "badami":
        wanted = {"place_bound": True} | wanted
    known = _FIRST.get(key := tuple(sorted(wanted.items())))
    found = db.session.get(Category, known) if known else None
    if found is None or any(getattr(found, name) != value for name, value in wanted.items()):
        query = select(Category).filter_by(**wanted).order_by(Category.position).limit(1)
        found = db.session.scalars(query).one()
        _FIRST[key] = found.code
    return found


_FIRST: dict[tuple[tuple[str, Any], ...], str] = {}  # its code, as it was the last time


def area(code: str = KELURAHAN) -> Area:
    """An area of the loaded city."""
    return db.session.get_one(Area, code)


def title() -> str:
    """A title that no other item has."""
    return f"Lubang di depan pasar nomor {next(_numbers)}"


@cache
def _point(area_code: str) -> Point:
    """Where an area of the loaded city lies, which no test changes."""
    return cast(Point, to_shape(area(area_code).point))


def values(kind: str = "lapor", area_code: str = KELURAHAN, **given: Any) -> dict[str, Any]:
    """What a filing form would hand to ``services.items.file``."""
    point = _point(area_code)
    usual: dict[str, Any] = {
        "title": title(),
        "body": "Sudah dua minggu, cukup dalam dan berbahaya waktu hujan.",
        "visibility": "public",
        "lon": point.x,
        "lat": point.y,
        "area_code": area_code,
        "area_basis": "confirmed",
    }
    if "category_code" not in given:
        usual["category_code"] = category(kind).code
    if kind == "badami":
        usual["benefit"] = "Warga yang menunggu angkot setiap pagi."
    return usual | given


def item(
    kind: str = "lapor",
    author: User | Person | None = None,
    state: str | None = None,
    *,
    published: bool = True,
    area_code: str = KELURAHAN,
    at: datetime | None = None,
    **given: Any,
) -> Item:
    """An item that was filed and has walked to ``state`` by its declared steps.

    ``given`` are values of the filing form, or columns set afterwards (department_code, oversight,
    subject_department_code, due_on …).  ``published`` decides what stands in the end.
    """
    from app.services import items

    later = {n: given.pop(n) for n in list(given) if n in _LATER}
    filed_by = author if isinstance(author, User) else None
    if author is None:
        filed_by = user()
    whose = author if isinstance(author, Person) else filed_by.person  # type: ignore[union-attr]
    clerk = filed_by or user()
    acting = Actor(clerk.id, whose.id, whose.name, whose.level)
    wanted = values(kind, area_code, **given)
    made = items.file(KINDS[kind], acting, uuid.uuid4(), wanted, author_id=whose.id, at=at)
    if state:
        walk(made, state, department_code=later.get("department_code") or DEPARTMENT)
    for name, value in later.items():
        setattr(made, name, value)
    made.published_at = (made.published_at or datetime.now(UTC)) if published else None
    db.session.flush()
    return made


def accusation() -> Item:
    """A confidential report about DEPARTMENT that was sent to DEPARTMENT."""
    return item(
        "lapor",
        state="routed",
        department_code=DEPARTMENT,
        oversight=True,
        visibility="confidential",
        subject_department_code=DEPARTMENT,
    )


_LATER = {
    "department_code",
    "oversight",
    "subject_department_code",
    "due_on",
    "merged_into_id",
    "created_at",
    "updated_at",
    "state_since",
    "support_count",
    "comment_count",
    "level",
}


def everybody(about: Item, department_code: str = DEPARTMENT) -> Actor:
    """An actor with every seat an item's steps may ask for; the item's author as well."""
    seats = (
        Seat("coordinator"),
        Seat("planner"),
        Seat("tapd"),
        Seat("moderator", about.area_code),
        Seat("validator", about.area_code[:8]),
        Seat("officer", None, department_code),
        Seat("system"),
    )
    return Actor(about.filed_by_id, about.author_id, "Semua", 2, seats)


def walk(to_move: Item, state: str, *, department_code: str = DEPARTMENT) -> Item:
    """Take the shortest way of declared steps to a state."""
    from app.services import items

    if isinstance(to_move, Proposal) and state in AT_THE_CITY:
        to_move.level = PROPOSAL_LEVELS[-1]
        to_move.department_code = department_code
        to_move.tapd_amount = to_move.tapd_amount or 50
        db.session.flush()
    while to_move.state != state:
        step = _next_step(to_move, state)
        by = everybody(to_move, to_move.department_code or department_code)
        if step.name == "finish":
            half_way(to_move, by)
        items.move(to_move, step.name, by, answers(to_move, step, department_code))
    return to_move


def half_way(works: Item, by: Actor) -> None:
    """Report works half done, with a photo."""
    from app.services import items

    picture = photo(uploaded_by_id=by.user_id).id
    items.move(works, "report_progress", by, {"progress": 50, "photos": [picture]})


def surveyed(proposal: Item) -> Item:
    """The kecamatan has been at the place of a proposal that stands at its level."""
    from app.services import items

    by = everybody(proposal)
    given = {
        "photos": [proof_photo(proposal, uploaded_by_id=by.user_id).id],
        "checklist": dict.fromkeys(CHECKLIST, "yes"),
        "note": "Sudah diukur bersama ketua RW.",
    }
    items.move(proposal, "survey", by, given)
    return proposal


def answers(about: Item, step: Step, department_code: str = DEPARTMENT) -> dict[str, Any]:
    """Something fit for everything a step insists on."""
    given: dict[str, Any] = {"reason": step.reasons[0] if step.reasons else ""}
    for name in step.required:
        given[name] = given.get(name) or _answer(about, name, department_code)
    if step.reasons:
        return {name: given[name] for name in {"reason", *step.required}}
    return {name: given[name] for name in step.required}


def _answer(about: Item, name: str, department_code: str) -> Any:
    today = date.today()
    match name:
        case "department":
            return department_code
        case "external":
            return db.session.scalars(select(Department.code).filter_by(external=True)).first()
        case "date" | "expected_on":
            return today + timedelta(days=14)
        case "how":
            return "letter"
        case "period":
            return (today, today + timedelta(days=90))
        case "photos":
            return [proof_photo(about, uploaded_by_id=about.filed_by_id).id]
        case "parts":
            return [(code, "Bagian dari pekerjaan ini") for code in (DEPARTMENT, OTHER_DEPARTMENT)]
        case "into":
            return item(about.kind, area_code=about.area_code).number
        case "budget" | "progress" | "agreed_amount" | "contract_value":
            return 50
        case "line":
            return "F02"
        case "volume":
            return 12
        case "sub_kegiatan":
            return "1.03.10.2.01.0005"
        case "verdict":
            return "feasible"
        case "checklist":
            return dict.fromkeys(CHECKLIST, "yes")
        case "contract_on" | "bast_on":
            return today
        case "shares":
            return [{"title": "Bagian pertama", "volume": None, "cost": 1}]
        case _:
            return "Sudah kami periksa di lapangan."


def _next_step(of: Item, state: str) -> Step:
    """The first step of a shortest way, over steps whose facts hold now."""
    kind = KINDS[of.kind]
    facts = kind.facts(of)
    later = facts | {"may_appeal"}  # once it is closed
    open_steps = [
        s
        for s in kind.workflow.steps
        if s.target and later.issuperset(s.when) and ("parts" not in s.asks or s.target == state)
    ]
    seen, queue = {of.state}, deque([(of.state, None)])
    while queue:
        here, first = queue.popleft()
        for step in open_steps:
            target = step.target
            if here not in step.sources or target in seen or target in (None, BACK):
                continue
            if here == of.state and not facts.issuperset(step.when):
                continue
            if target == state:
                return first or step
            seen.add(target)
            queue.append((target, first or step))  # type: ignore[arg-type]
    raise LookupError(f"no way from {of.state} to {state} for {of.kind}")


def comment(on: Item, by: User | None = None, **columns: Any) -> Any:
    """A comment that stands under an item."""
    from models import Comment

    writer = by or user()
    usual = {"body": "Setuju, saya juga lewat sini setiap hari.", "form_key": uuid.uuid4()}
    made = Comment(item_id=on.id, person_id=writer.person_id, **usual | columns)
    db.session.add(made)
    db.session.flush()
    return made
