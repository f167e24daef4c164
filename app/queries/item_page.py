"""What an item's page shows beside the item: trail, discussion, photos, and who holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.access import Actor
from app.kinds import OFFICE, kind_of
from app.queries.calendar import city_calendar, city_day
from app.queries.labels import area_label, department_label, labels, seat_label, step_label
from models import Change, ChangeText, Comment, Follow, Item, Person, Photo, Support


@dataclass(frozen=True)
class Picture:
    """A photo that may be shown."""

    name: str
    change_id: int | None
    id: int | None = None


@dataclass
class Entry:
    """A line of the timeline."""

    id: int
    seq: int
    step: str
    label: Any
    phase: str
    seat: str
    at: Any
    reason: str
    note: str
    now: bool = False
    photos: list[Picture] = field(default_factory=list)


@dataclass
class Word:
    """A comment, as it may be shown."""

    id: int
    author: str
    official: str
    side: str
    at: Any
    body: str
    hidden: str
    held: bool
    mine: bool
    replies: list[Word] = field(default_factory=list)


@dataclass(frozen=True)
class Holder:
    """Who has to act now, and by when; ``left`` is in working days, ``overdue`` as in lists."""

    name: str
    due: date | None
    left: int | None
    overdue: bool


TRAIL = (
    select(
        Change.id,
        Change.seq,
        Change.step,
        Change.source,
        Change.target,
        Change.seat,
        Change.at,
        Change.reason,
        ChangeText.text,
        ChangeText.erased_at,
    )
    .outerjoin(ChangeText, ChangeText.change_id == Change.id)
    .where(Change.item_id == bindparam("item"))
    .order_by(Change.seq)
)
PHOTOS = (
    select(Photo.media_name, Photo.change_id, Photo.id)
    .where(Photo.item_id == bindparam("item"), Photo.status == "ready")
    .order_by(Photo.id)
)
WAITING = select(func.count()).where(Photo.item_id == bindparam("item"), Photo.status == "staged")
WORDS = (
    select(Comment, Person.name)
    .join(Person, Person.id == Comment.person_id)
    .where(Comment.item_id == bindparam("item"))
    .where(or_(Comment.status != "held", Comment.person_id == bindparam("person")))
    .order_by(Comment.id)
    .limit(500)
)
ALL_WORDS = (
    select(Comment, Person.name)
    .join(Person, Person.id == Comment.person_id)
    .where(Comment.item_id == bindparam("item"))
    .order_by(Comment.id)
    .limit(500)
)
SUPPORTED = select(Support.item_id).where(
    Support.item_id == bindparam("item"), Support.person_id == bindparam("person")
)
FOLLOWED = select(Follow.item_id).where(
    Follow.item_id == bindparam("item"), Follow.user_id == bindparam("user")
)


def photos(session: Session, item: Item) -> list[Picture]:
    """The item's photos that may be shown, oldest first."""
    rows = session.execute(PHOTOS, {"item": item.id})
    return [Picture(name, change_id, photo_id) for name, change_id, photo_id in rows]


def photos_waiting(session: Session, item: Item) -> int:
    """How many of the item's photos are still being prepared."""
    return session.scalar(WAITING, {"item": item.id}) or 0


def trail(session: Session, item: Item, pictures: list[Picture]) -> list[Entry]:
    """The item's timeline, oldest first; the last entry is where it stands."""
    workflow = kind_of(item).workflow
    entries = []
    for row in session.execute(TRAIL, {"item": item.id}):
        stays = row.source == row.target
        entries.append(
            Entry(
                id=row.id,
                seq=row.seq,
                step=row.step,
                label=step_label(kind_of(item), row.step) if stays else workflow[row.target].label,
                phase=workflow[row.target].phase.value,
                seat=seat_label(row.seat),
                at=row.at,
                reason=row.reason,
                note=row.text if row.text is not None else _("This text was erased."),
                photos=[p for p in pictures if p.change_id == row.id],
            )
        )
    if entries:
        entries[-1].now = True
    return entries


def discussion(session: Session, item: Item, actor: Actor, moderates: bool) -> list[Word]:
    """The comments this reader may see, as threads one level deep."""
    values = {"item": item.id, "person": actor.person_id}
    threads: dict[int, Word] = {}
    for comment, name in session.execute(ALL_WORDS if moderates else WORDS, values):
        mine = comment.person_id == actor.person_id
        shown = comment.status != "hidden" or moderates or mine
        word = Word(
            id=comment.id,
            author=_author(item, comment, name),
            official=seat_label(comment.seat) if comment.official else "",
            side=comment.stance,
            at=comment.created_at,
            body=comment.body if shown else "",
            hidden=comment.hidden_reason if comment.status == "hidden" else "",
            held=comment.status == "held",
            mine=mine,
        )
        parent = threads.get(comment.parent_id or 0)
        if parent is not None:
            parent.replies.append(word)
        elif comment.parent_id is None:
            threads[comment.id] = word
    return list(threads.values())


def _author(item: Item, comment: Comment, name: str) -> str:
    """The speaker's name; the reporter of an item without a name stays without one."""
    if comment.person_id == item.author_id and item.visibility != "public":
        return str(_("Reporter"))
    return name


def author_name(item: Item, actor: Actor) -> str:
    """Who filed it, as far as this reader may know."""
    if item.visibility == "public" or item.author_id == actor.person_id:
        return item.author.name
    return str(_("Name not shown"))


def supports(session: Session, item: Item, actor: Actor) -> bool:
    """Does the actor stand behind it?"""
    values = {"item": item.id, "person": actor.person_id}
    return actor.is_signed_in and session.scalar(SUPPORTED, values) is not None


def follows(session: Session, item: Item, actor: Actor) -> bool:
    """Does the actor follow it?"""
    values = {"item": item.id, "user": actor.user_id}
    return actor.is_signed_in and session.scalar(FOLLOWED, values) is not None


def holder(item: Item) -> Holder | None:
    """Who holds the item now; None when nobody has to act."""
    held_by = kind_of(item).held_by(item)
    if not held_by:
        return None
    today, due = city_day(), item.due_on
    left = city_calendar().between(today, due) if due else None
    late = due is not None and due < today and held_by in OFFICE
    if left == 0 and due != today or (left is not None and left < 0 and not late):
        left = None  # its day is no working day, or is over and binds no office
    return Holder(holder_name(item, held_by), due, left, late)


def holder_name(item: Item, held_by: str) -> str:
    """The name of the seat that holds an item."""
    if held_by == "owner" and item.department_code:
        return labels().department_names.get(item.department_code, item.department_code)
    if held_by == "owner" or (held_by == "triage" and not item.oversight):
        return area_label(item.area_code)
    if held_by == "level":
        return _level_holder(item)
    if held_by == "author":
        return str(_("Reporter"))
    if held_by == "appeal":
        return _appeal_holder(item)
    return seat_label("coordinator" if held_by == "triage" else held_by)


def _appeal_holder(item: Item) -> str:
    """The kecamatan, unless it may not know of the item or gave the answer itself."""
    itself = item.department_code == current_app.config["CITY"].roles.get("default_owner")
    return seat_label("coordinator") if item.oversight or itself else area_label(item.district_code)


def _level_holder(item: Item) -> str:
    level = getattr(item, "level", "")
    if level == "kecamatan":
        return area_label(item.district_code)
    if level == "forum_opd" and item.department_code:
        return department_label(item.department_code)
    if level in ("forum_opd", "kota"):
        return seat_label("planner")
    return area_label(item.area_code)
