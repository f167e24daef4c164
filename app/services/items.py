"""File an item and move it along: the only code that writes ``Item.state``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import func, inspect, select, text

from app.access import CONFIRMED, Actor, seat_for
from app.kinds import Kind, kind_of
from app.queries.calendar import city_calendar, city_day
from app.workflow import BACK, NotAllowed, Step
from models import Category, Change, Draft, Follow, Item, Person, db

from . import merging, notify
from .answers import checked
from .changes import record

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
LAST = select(Change).order_by(Change.seq.desc()).limit(1)


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
    area_code, area_basis, rw, rt, address and the kind's own columns.  Raises Emergency.
    """
    db.session.execute(LOCK, {"key": str(key)})
    earlier = db.session.scalar(select(Item).where(Item.filing_key == key))
    if earlier is not None:
        return earlier
    category = db.session.get_one(Category, values["category_code"])
    if category.emergency:
        raise Emergency(category.emergency)
    at = at or datetime.now(UTC)
    item = _new(kind, category, values, at)
    item.filing_key, item.filed_by_id, item.channel = key, actor.user_id, channel
    item.author_id = author_id or actor.person_id or 0
    _publish_at_filing(item, kind, at)
    db.session.add(item)
    db.session.flush()
    seat = "author" if author_id in (None, actor.person_id) else seat_for(actor, ("operator",))
    change = record(
        item,
        seat=seat or "author",
        step="file",
        source="",
        target=item.state,
        actor_id=actor.user_id,
        at=at,
    )
    _take_draft(item, change)
    if actor.user_id is not None:
        db.session.add(Follow(item_id=item.id, user_id=actor.user_id))
    notify.step_taken(item, change)
    return item


def _new(kind: Kind, category: Category, values: Mapping[str, Any], at: datetime) -> Item:
    columns = {column.key for column in inspect(kind.model).column_attrs}
    given = {name: value for name, value in values.items() if name in columns and value is not None}
    given |= kind.columns(dict(values), city_day(at))
    given["place"] = WKTElement(f"POINT({values['lon']} {values['lat']})", srid=4326)
    if category.complaint_class and "complaint_class" in columns:
        given["complaint_class"] = category.complaint_class
    item = kind.model(**given, state=kind.workflow.initial, created_at=at, state_since=at)
    item.category = category
    if category.oversight or category.complaint_class == "pengawasan":
        item.oversight, item.visibility = True, "confidential"
    year = getattr(item, "plan_year", city_day(at).year)
    item.number = db.session.scalar(select(func.next_item_number(kind.letter, year))) or ""
    _start_clock(item, kind, at)
    return item


def _publish_at_filing(item: Item, kind: Kind, at: datetime) -> None:
    """Proposals and ideas of confirmed people appear at once; others wait for somebody."""
    person = db.session.get_one(Person, item.author_id)
    if kind.publishes_at_filing and person.level >= CONFIRMED and not item.oversight:
        item.published_at = at


def _start_clock(item: Item, kind: Kind, at: datetime) -> None:
    state = kind.workflow[item.state]
    item.due_on = kind.due_on(item, state, city_day(at), city_calendar())


def _take_draft(item: Item, change: Change) -> None:
    """The draft becomes the item: its photos go along, the draft goes."""
    draft = db.session.get(Draft, item.filing_key)
    if draft is None:
        return
    for photo in draft.photos:
        photo.item_id, photo.change_id, photo.draft_key = item.id, change.id, None
    db.session.flush()
    db.session.expire(draft)
    db.session.delete(draft)


def open_steps(item: Item, actor: Actor) -> list[Step]:
    """The steps this actor may take now, those that lead on first."""
    kind = kind_of(item)
    steps = kind.workflow.open_steps(
        item.state, lambda rules: bool(seat_for(actor, rules, item)), kind.facts(item)
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
) -> Change:
    """Take a step.  The same ``key`` twice gives the same change.

    ``seen`` is the number of the last change the actor saw.  Raises NotAllowed, Incomplete,
    answers.Refused, or Stale when the item has moved since ``seen``.
    """
    _lock(item, answers or {})
    if key is not None:
        earlier = db.session.scalar(select(Change).where(Change.step_key == key))
        if earlier is not None and earlier.item_id != item.id:
            raise Stale
        if earlier is not None:
            return earlier
    last = db.session.scalars(LAST.where(Change.item_id == item.id)).one()
    if seen is not None and last.seq != seen:
        raise Stale
    kind, at = kind_of(item), at or datetime.now(UTC)
    step = kind.workflow.step(
        step_name, item.state, lambda rules: bool(seat_for(actor, rules, item)), kind.facts(item)
    )
    seat = seat_for(actor, step.by, item)
    if seat is None:
        raise NotAllowed(step_name)
    given = checked(item, step, actor, answers or {}) | {"seat": seat}
    source, target, due_on = item.state, _target(item, step), item.due_on
    if step.name in kind.effects:
        kind.effects[step.name](item, given)
    _arrive(item, kind, step, target, at)
    change = record(
        item,
        seat=seat,
        step=step.name,
        source=source,
        target=target,
        reason=given.get("reason", ""),
        text=given.get("note", ""),
        actor_id=actor.user_id,
        at=at,
        key=key,
    )
    for photo in given.get("photos", ()):
        photo.item_id, photo.change_id = item.id, change.id
    merging.follow_up(item, step, given | {"due_on": due_on}, at)
    notify.step_taken(item, change)
    return change


def _lock(item: Item, answers: Mapping[str, Any]) -> None:
    """Hold the item, and the one it is to be joined with; in one order, so that nobody waits in
    a ring.
    """
    if into := str(answers.get("into") or "").strip().upper():
        both = select(Item.id).where((Item.id == item.id) | (Item.number == into))
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


def _arrive(item: Item, kind: Kind, step: Step, target: str, at: datetime) -> None:
    item.updated_at = at
    if step.publishes and item.published_at is None:
        item.published_at = at
    if target == item.state and step.target is None:
        return
    item.state, item.state_since = target, at
    _start_clock(item, kind, at)
