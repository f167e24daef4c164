"""File an item and move it along: the only code that writes ``Item.state``."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import bindparam, inspect, or_, select, text

from app.access import ACTS, CONFIRMED, Actor, on_public_list, seat_for
from app.kinds import Kind, kind_of
from app.queries import questions, roads
from app.queries.calendar import city_day
from app.workflow import BACK, NotAllowed, Step
from models import Category, Change, Draft, Item, Person, db

from . import after, before, bridges, clocks, drafts, notify, proof
from .answers import checked
from .changes import Said, record

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
FILED = select(Item.id).where(Item.filing_key == bindparam("key"))
NUMBER = text("SELECT next_item_number(:letter, :year)")
FOLLOW = text("INSERT INTO follow (item_id, user_id) VALUES (:item, :user)")
# What has happened to an item, and what a key has done already, wherever.
TAKEN = (
    select(
        Change.id,
        Change.item_id,
        Change.seq,
        Change.step_key,
        Change.at,
        Change.step,
        Change.source,
        Change.target,
    )
    .where(or_(Change.item_id == bindparam("item"), Change.step_key == bindparam("key")))
    .order_by(Change.seq)
)


SENT = "routed"  # where a part begins
INHERITED = (
    "body",
    "category_code",
    "place",
    "area_code",
    "area_basis",
    "rw",
    "rt",
    "address",
    "author_id",
    "filed_by_id",
    "visibility",
    "oversight",
    "subject_department_code",
    "published_at",
    "complaint_class",
    "priority",
    "road_class",
    "happened_on",
)


class Emergency(Exception):
    """What is reported is an emergency; ``args[0]`` says whom to call."""


class Stale(Exception):
    """Somebody moved the item while this actor was looking at it."""


def file(
    kind: Kind,
    actor: Actor,
    key: uuid.UUID,
    values: Mapping[str, Any],
    *,
    author_id: int | None = None,
    channel: str = "web",
    at: datetime | None = None,
) -> Item:
    """Put an item on the map.  The same ``key`` twice gives the same item.

    ``values`` holds title, body, category_code, visibility, lon and lat (degrees, EPSG:4326),
    area_code, area_basis, rw, rt, address and the kind's own columns.  Raises Emergency, or
    answers.Refused when it may not be filed now.
    """
    db.session.execute(LOCK, {"key": str(key)})
    earlier = db.session.scalar(FILED, {"key": key})
    if earlier is not None:
        return db.session.get_one(Item, earlier)
    category = db.session.get_one(Category, values["category_code"])
    if category.emergency:
        raise Emergency(category.emergency)
    at = at or datetime.now(UTC)
    values = {**values, **before.filing(kind, actor, values, at)}
    item = _new(kind, category, values, at)
    item.filing_key, item.filed_by_id, item.channel = key, actor.user_id, channel
    item.author_id = author_id or actor.person_id or 0
    _publish_at_filing(item, kind, at)
    for_another = item.author_id != actor.person_id
    said = Said(
        seat=(for_another and seat_for(actor, ACTS["file_on_behalf"], item)) or "author",
        step="file",
        source="",
        target=item.state,
        actor_id=actor.user_id,
        at=at,
    )
    clocks.settle(item, [said])
    db.session.add(item)
    change = record(item, said)
    _take_draft(item, change, actor)
    if actor.user_id is not None:
        db.session.execute(FOLLOW, {"item": item.id, "user": actor.user_id})
    notify.step_taken(item, change)
    return item


def _new(kind: Kind, category: Category, values: Mapping[str, Any], at: datetime) -> Item:
    columns = {column.key for column in inspect(kind.model).column_attrs}
    given = {name: value for name, value in values.items() if name in columns and value is not None}
    given |= kind.columns(dict(values), city_day(at))
    if "road_class" in columns:
        given |= roads.known(db.session, category, values)
    given["place"] = WKTElement(f"POINT({values['lon']} {values['lat']})", srid=4326)
    item = kind.model(**given, state=kind.workflow.initial, created_at=at, state_since=at)
    _classify(item, category)
    year = getattr(item, "plan_year", city_day(at).year)
    item.number = db.session.scalar(NUMBER, {"letter": kind.letter, "year": year}) or ""
    return item


def _classify(item: Item, category: Category) -> None:
    """What is about officials is confidential and goes past the seats it is about."""
    item.category = category
    if category.complaint_class and hasattr(item, "complaint_class"):
        item.complaint_class = category.complaint_class
    if category.is_about_officials:
        item.oversight, item.visibility = True, "confidential"


def _publish_at_filing(item: Item, kind: Kind, at: datetime) -> None:
    """Proposals and ideas of confirmed people appear at once; others wait for somebody."""
    if not kind.publishes_at_filing or item.oversight:
        return
    if db.session.get_one(Person, item.author_id).level >= CONFIRMED:
        item.published_at = at


def _take_draft(item: Item, change: Change, actor: Actor) -> None:
    """The draft becomes the item, and goes on from what it was begun from."""
    draft = db.session.get(Draft, item.filing_key)
    if draft is not None:
        bridges.settle(item, draft, actor, change.at)
        drafts.become(draft, item, change)


def split_off(
    parent: Item,
    department_code: str | None,
    title: str,
    *,
    seat: str,
    at: datetime,
    state: str = SENT,
    step: str = "split_off",
    channel: str = "split",
    **own: Any,
) -> Item:
    """A part of an item as an item of its own, with the department that has to do it.

    It begins in ``state``, where a complaint would stand with one department; its reporter is the
    parent's.  ``step`` is what its trail begins with; ``own`` are further columns of its kind.
    """
    kind = kind_of(parent)
    values = {c.key: getattr(parent, c.key) for c in inspect(kind.model).column_attrs}
    fresh = {name: value for name, value in values.items() if name in INHERITED}
    mine: dict[str, Any] = {"title": title, "channel": channel} | (own or {"parent_id": parent.id})
    child = kind.model(**fresh, **mine, filing_key=uuid.uuid4())
    child.department_code = department_code
    child.state, child.created_at, child.state_since = state, at, at
    year = getattr(child, "plan_year", None) or city_day(at).year
    child.number = db.session.scalar(NUMBER, {"letter": kind.letter, "year": year}) or ""
    child.category = parent.category
    if "answers" in values:
        child.answers = questions.own_answers(parent)  # type: ignore[attr-defined]
    number = parent.number if on_public_list(parent) else ""
    said = Said(seat=seat, step=step, source="", target=state, text=number, at=at)
    clocks.settle(child, [said])
    db.session.add(child)
    change = record(child, said)
    notify.step_taken(child, change)
    return child


def _seat(actor: Actor, rules: Iterable[str], item: Item) -> str | None:
    """The seat for a step; who typed it for somebody and accepted the answer is not its voice."""
    seat = seat_for(actor, rules, item)
    accepted = getattr(item, "decided_by", None) or ()
    return None if seat == "operator" and f"user:{actor.user_id}" in accepted else seat


def open_steps(item: Item, actor: Actor) -> list[Step]:
    """The steps this actor may take now, those that lead on first."""
    kind = kind_of(item)
    steps = kind.workflow.open_steps(
        item.state, lambda rules: bool(_seat(actor, rules, item)), kind.facts(item)
    )
    return sorted(steps, key=lambda step: (not step.forward, bool(step.reasons)))


def move(
    item: Item,
    step_name: str,
    actor: Actor,
    answers: Mapping[str, Any] | None = None,
    *,
    key: uuid.UUID | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    arrived: datetime | None = None,
) -> Change:
    """Take a step.  The same ``key`` twice gives the same change.

    ``seen`` is the number of the last change the actor saw; ``arrived`` is when the request came,
    where that was before ``at``.  Raises NotAllowed, Incomplete,
    answers.Refused, or Stale when the item has moved since ``seen``.
    """
    _lock(item, answers or {})
    trail = _trail(item, key, seen)
    if isinstance(trail, Change):
        return trail
    kind, at = kind_of(item), at or datetime.now(UTC)
    step, seat = _step(item, kind, step_name, actor)
    given = checked(item, step, actor, answers or {}) | {"seat": seat}
    given = proof.checked(item, step, given, answers or {}, at)
    before.checked(item, step, actor, given, arrived or at)
    source, hands = item.state, _hands(item)
    _apply(item, kind, step, given, at)
    said = Said(
        seat=seat,
        step=step.name,
        source=source,
        target=item.state,
        reason=given.get("reason", ""),
        text=given.get("note", ""),
        actor_id=actor.user_id,
        at=at,
        key=key,
    )
    clocks.settle(item, [*trail, said])
    change = record(item, said)
    for photo in given.get("photos", ()):
        photo.item_id, photo.change_id = item.id, change.id
    after.follow_up(item, step, given, change)
    notify.step_taken(item, change, handed_on=_hands(item) != hands)
    return change


def _trail(item: Item, key: uuid.UUID | None, seen: int | None) -> Sequence[Any] | Change:
    """The trail until now, or the change this key has made already.

    Raises Stale when the item has moved since ``seen``.
    """
    found = db.session.execute(TAKEN, {"item": item.id, "key": key}).all()
    earlier = next((row for row in found if key is not None and row.step_key == key), None)
    if earlier is not None and earlier.item_id == item.id:
        return db.session.get_one(Change, earlier.id)
    if earlier is not None or seen not in (None, found[-1].seq):
        raise Stale
    return found


def _step(item: Item, kind: Kind, name: str, actor: Actor) -> tuple[Step, str]:
    """The step, and the seat from which the actor takes it.  Raises NotAllowed."""
    step = kind.workflow.step(
        name, item.state, lambda rules: bool(_seat(actor, rules, item)), kind.facts(item)
    )
    seat = _seat(actor, step.by, item)
    if seat is None:
        raise NotAllowed(name)
    return step, seat


def _apply(item: Item, kind: Kind, step: Step, given: Mapping[str, Any], at: datetime) -> None:
    """Write what the step says of the item, then let it arrive."""
    target = _target(item, step)
    if step.name in kind.effects:
        kind.effects[step.name](item, given)
    if "category" in given:
        _classify(item, db.session.get_one(Category, given["category"]))
    _arrive(item, step, target, at)


def _hands(item: Item) -> tuple[Any, ...]:
    """What decides, beside the state, which seats hold an item."""
    own = (getattr(item, name, None) for name in ("level", "disputed"))
    return item.area_code, item.department_code, item.oversight, *own


def _lock(item: Item, answers: Mapping[str, Any]) -> None:
    """Hold the item, and the one it is to be joined with or was; in one order, so that nobody
    waits in a ring.
    """
    into = str(answers.get("into") or "").strip().upper()
    if into or item.merged_into_id:
        other = (Item.number == into) | (Item.id == item.merged_into_id)
        both = select(Item.id).where((Item.id == item.id) | other)
        db.session.execute(both.order_by(Item.id).with_for_update())
    db.session.refresh(item, with_for_update={"of": Item})


def _target(item: Item, step: Step) -> str:
    if step.target is None:
        return item.state
    if step.target != BACK:
        return step.target
    into = select(Change.source).where(
        Change.item_id == item.id, Change.target == item.state, Change.source != item.state
    )
    return db.session.scalars(into.order_by(Change.seq.desc()).limit(1)).one()


def _arrive(item: Item, step: Step, target: str, at: datetime) -> None:
    item.updated_at = at
    if step.publishes and item.published_at is None:
        item.published_at = at
    if target == item.state and step.target is None:
        return
    item.state, item.state_since = target, at
