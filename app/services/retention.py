"""What is kept how long: rules of the city, run each day, each run written down.

``cities/<city>/retention.csv`` names a rule and its days; a rule that is not there, or has no
days, is not run.  A dry run counts and erases nothing.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.access import SYSTEM
from app.config import SettingsError
from app.kinds import KINDS
from app.workflow import Phase
from models import (
    Batch,
    BatchRow,
    Comment,
    Consent,
    Draft,
    Forum,
    ForumAttendance,
    ForumGuest,
    Item,
    Notification,
    Person,
    Photo,
    RetentionLog,
    Support,
    TrackingCode,
    User,
    db,
)

from . import drafts, exports, log_files, photos
from .anonymise import anonymise, detach

MOST = 2000  # people or items a rule takes in hand in one run; the rest waits for the next
Rule = Callable[[datetime, bool], int]
Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Kept:
    """A rule of the city: its name, after how many days it erases, and why, in words."""

    rule: str
    days: int
    why: str


def rules(folder: Path) -> list[Kept]:
    """The rules of a city.  Raises SettingsError for one we do not know, or days that are none."""
    path = folder / "retention.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row.get("days") or "").strip()]
    made = []
    for row in rows:
        name, days = (row.get("rule") or "").strip(), row["days"].strip()
        if name not in RULES or not (days.isdecimal() and int(days) > 0):
            raise SettingsError(f"{path}: there is no rule {name!r} with {days!r} days.")
        made.append(Kept(name, int(days), (row.get("why") or "").strip()))
    return made


def run(
    folder: Path, *, dry: bool = False, now: datetime | None = None
) -> Iterator[tuple[Kept, int]]:
    """Run each rule; yields what it erased (or would).  The caller commits after each."""
    now, number = now or datetime.now(UTC), uuid.uuid4()
    for kept in rules(folder):
        rows = RULES[kept.rule](now - timedelta(days=kept.days), dry)
        db.session.add(
            RetentionLog(run=number, rule=kept.rule, days=kept.days, dry=dry, rows=rows, at=now)
        )
        db.session.flush()
        yield kept, rows


# -- when something is over -----------------------------------------------------------------


def _final() -> list[tuple[str, str]]:
    """Every (kind, state) after which nothing happens and for which nobody has to act."""
    return [
        (kind.slug, state.name)
        for kind in KINDS.values()
        for state in kind.workflow.states
        if state.phase in (Phase.DONE, Phase.CLOSED) and not state.held_by
    ]


def _over(before: datetime) -> ColumnElement[bool]:
    """Items that ended before that."""
    return and_(tuple_(Item.kind, Item.state).in_(_final()), Item.state_since < before)


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _gone(dry: bool, key: Column, *which: ColumnElement[bool]) -> int:
    """Delete rows, or count them."""
    if dry:
        return _count(select(key).where(*which))
    return len(db.session.execute(delete(key.class_).where(*which).returning(key)).all())


def _emptied(dry: bool, key: Column, *which: ColumnElement[bool], **values: Any) -> int:
    """Take something out of rows that stay, or count them."""
    if dry:
        return _count(select(key).where(*which))
    done = update(key.class_).where(*which).values(**values).returning(key)
    return len(db.session.execute(done.execution_options(synchronize_session=False)).all())


def _each(dry: bool, found: Select[Any], act: Callable[[int], object]) -> int:
    """Do something with the first MOST of them, or count all."""
    if dry:
        return _count(found)
    ids = list(db.session.scalars(found.limit(MOST)))
    for number in ids:
        act(number)
    return len(ids)


def _anonymise(number: int) -> None:
    anonymise(db.session.get_one(Person, number), SYSTEM, "retention")


# -- the rules ------------------------------------------------------------------------------


def _drafts(before: datetime, dry: bool) -> int:
    if dry:
        return _count(select(Draft.key).where(Draft.updated_at < before))
    return drafts.sweep(before + timedelta(days=drafts.KEPT_DAYS))


def _loose_photos(before: datetime, dry: bool) -> int:
    nowhere = (Photo.item_id.is_(None), Photo.draft_key.is_(None), Photo.created_at < before)
    lost = select(Photo.id).where(*nowhere)
    return _each(dry, lost, lambda number: photos.remove(db.session.get_one(Photo, number)))


def _evidence(before: datetime, dry: bool) -> int:
    ended = select(Item.id).where(_over(before))
    kept = (Photo.evidence.is_not(None), Photo.item_id.in_(ended))
    return _emptied(dry, Photo.id, *kept, evidence=None)


def _reporters(before: datetime, dry: bool) -> int:
    """People without a login, none of whose items goes on or ended lately."""
    going_on = exists().where(Item.author_id == Person.id, ~_over(before))
    has_login = exists().where(User.person_id == Person.id)
    people = select(Person.id).where(
        Person.anonymised_at.is_(None), Person.created_at < before, ~going_on, ~has_login
    )
    return _each(dry, people.order_by(Person.id), _anonymise)


def _hidden(before: datetime, dry: bool) -> int:
    """Items filed without a name by people with a login: nobody can tell any more by whom."""
    named = exists().where(Person.id == Item.author_id, Person.anonymised_at.is_(None))
    items = select(Item.id).where(_over(before), Item.visibility != "public", named)
    ordered = items.order_by(Item.id)
    return _each(dry, ordered, lambda n: detach(db.session.get_one(Item, n), SYSTEM, "retention"))


def _codes(before: datetime, dry: bool) -> int:
    ended = TrackingCode.item_id.in_(select(Item.id).where(_over(before)))
    return _gone(dry, TrackingCode.item_id, ended)


def _unconfirmed(before: datetime, dry: bool) -> int:
    """Accounts nobody confirmed and through which nothing came."""
    quiet = [
        ~exists().where(column == User.person_id)
        for column in (Item.author_id, Comment.person_id, Support.person_id)
    ]
    idle = (User.confirmed_at.is_(None), User.closed_at.is_(None), User.created_at < before)
    people = select(User.person_id).where(*idle, *quiet)
    return _each(dry, people.order_by(User.id), _anonymise)


def _notifications(before: datetime, dry: bool) -> int:
    return _gone(dry, Notification.id, Notification.created_at < before)


def _rows(before: datetime, dry: bool) -> int:
    """What stood in tables that were brought in; that a row became an item stays."""
    old = BatchRow.batch_id.in_(select(Batch.id).where(Batch.made_at < before))
    full = (old, or_(BatchRow.data != {}, BatchRow.problem != ""))
    return _emptied(dry, BatchRow.line, *full, data={}, problem="")


def _consents(before: datetime, dry: bool) -> int:
    return _gone(dry, Consent.id, Consent.withdrawn_at < before)


def _forum_names(before: datetime, dry: bool) -> int:
    """Who was invited to forums and came: the names go; group, sex and times stay as counts.

    What the forum signed holds a keyed digest of the list and no name, so it stays whole.
    """
    ended = func.coalesce(Forum.closed_at, Forum.cancelled_at, Forum.starts_at) < before
    held = select(Forum.id).where(ended)
    bare: dict[str, Any] = {"name": "", "body": ""}
    came = (ForumAttendance.forum_id.in_(held), ForumAttendance.name != "")
    mark = func.concat("-", ForumAttendance.id)  # one of a kind, and nobody's
    gone = _emptied(dry, ForumAttendance.id, *came, **bare, same_as=mark)
    invited = (ForumGuest.forum_id.in_(held), ForumGuest.name != "")
    return gone + _emptied(dry, ForumGuest.id, *invited, **bare, user_id=None)


RULES: dict[str, Rule] = {
    "drafts": _drafts,
    "loose_photos": _loose_photos,
    "photo_evidence": _evidence,
    "reporter_identity": _reporters,
    "hidden_reporters": _hidden,
    "tracking_codes": _codes,
    "unconfirmed_accounts": _unconfirmed,
    "notifications": _notifications,
    "data_copies": exports.sweep,
    "batch_rows": _rows,
    "withdrawn_consents": _consents,
    "forum_names": _forum_names,
    "log_files": log_files.sweep,
}
