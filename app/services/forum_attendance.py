"""Who comes to a forum: by the QR at the door, by an own code, or typed by the secretary."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from models import Forum, ForumAttendance, ForumGuest, db

from .forum import hold, require

DOORS_OPEN = timedelta(hours=3)  # before it begins
ROTATES = 120  # seconds a code on the screen is shown
OF_GUEST = ("name", "body", "group", "sex", "disability", "child")
STILL_TAKEN = 8  # codes before the one shown; whoever types slowly is let in


class TooEarly(Exception):
    """The doors are not open yet; ``args[0]`` is when they are."""


class Unknown(Exception):
    """The code leads to no forum, or is no longer taken."""


@dataclass(frozen=True)
class Door:
    """What a code leads to: a forum, and whose code it is."""

    forum: Forum
    guest: ForumGuest | None = None


def _mark(code: str, turn: int) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"hadir:{code}:{turn}".encode(), "sha256").hexdigest()[:10]


def door_code(forum: Forum, at: datetime | None = None) -> str:
    """What the QR at the door leads to now; a rotating one changes every two minutes."""
    if forum.door == "fixed":
        return forum.door_code
    turn = int((at or datetime.now(UTC)).timestamp()) // ROTATES
    return f"{forum.door_code}-{_mark(forum.door_code, turn)}"


def find(code: str, at: datetime | None = None) -> Door:
    """The forum and, of an own code, the guest.  Raises Unknown."""
    guest = db.session.scalar(select(ForumGuest).where(ForumGuest.token == code))
    if guest is not None:
        return Door(db.session.get_one(Forum, guest.forum_id), guest)
    bare, _dash, mark = code.partition("-")
    forum = db.session.scalar(select(Forum).where(Forum.door_code == bare))
    if forum is None or not _taken(forum, mark, at or datetime.now(UTC)):
        raise Unknown
    return Door(forum)


def _taken(forum: Forum, mark: str, at: datetime) -> bool:
    if forum.door == "fixed":
        return not mark
    now = int(at.timestamp()) // ROTATES
    good = (_mark(forum.door_code, turn) for turn in range(now - STILL_TAKEN, now + 1))
    return any(hmac.compare_digest(mark, one) for one in good)


def doors_open(forum: Forum, at: datetime) -> None:
    """Raises TooEarly."""
    if at < forum.starts_at - DOORS_OPEN:
        raise TooEarly(forum.starts_at - DOORS_OPEN)


def check_in(
    door: Door, values: Mapping[str, Any], form_key: uuid.UUID, at: datetime | None = None
) -> tuple[ForumAttendance, bool]:
    """Somebody is here; whether they are counted now (False: they were already).

    An own code needs no values.  Raises TooEarly, or forum.Over.
    """
    at = at or datetime.now(UTC)
    doors_open(door.forum, at)
    return _write(door.forum.id, door.guest, values, "link" if door.guest else "qr", form_key, at)


def add(
    forum: Forum,
    actor: Actor,
    values: Mapping[str, Any],
    form_key: uuid.UUID,
    guest: ForumGuest | None = None,
    at: datetime | None = None,
) -> tuple[ForumAttendance, bool]:
    """The secretary types somebody in, or ticks one of the invited; as ``check_in``.

    Raises NotAllowed or forum.Over.
    """
    seat = require(actor, forum)
    return _write(forum.id, guest, values, "list", form_key, at or datetime.now(UTC), seat)


def _write(
    forum_id: int,
    guest: ForumGuest | None,
    values: Mapping[str, Any],
    how: str,
    form_key: uuid.UUID,
    at: datetime,
    seat: str = "",
) -> tuple[ForumAttendance, bool]:
    """One row for one person, however often and from wherever they are sent."""
    found = hold(forum_id, shared=True)
    facts = _facts(guest, values)
    if guest is None and (known := _invited(found, facts)) is not None:
        guest = known
    same = _same(found, facts["name"], facts["body"])
    row = {"forum_id": found.id, "guest_id": guest.id if guest else None, "how": how, "at": at,
           "same_as": same, "form_key": form_key, "seat": seat, **facts}  # fmt: skip
    made = insert(ForumAttendance).values(row).on_conflict_do_nothing()
    new_id = db.session.scalar(made.returning(ForumAttendance.id))
    if new_id is not None:
        return db.session.get_one(ForumAttendance, new_id), True
    of = ForumAttendance
    earlier = select(of).where(
        of.forum_id == found.id,
        or_(of.same_as == same, of.form_key == form_key, of.guest_id == (guest.id if guest else 0)),
    )
    return db.session.scalars(earlier.order_by(of.id).limit(1)).one(), False


def _facts(guest: ForumGuest | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the list: what was invited, and what they say of themselves."""
    known = {} if guest is None else {name: getattr(guest, name) for name in OF_GUEST}
    said = {name: value for name, value in values.items() if value not in (None, "")}
    usual = {"body": "", "sex": "", "disability": False, "child": False, "delegate": False}
    return {**usual, **known, **said}


def _invited(forum: Forum, facts: Mapping[str, Any]) -> ForumGuest | None:
    """Somebody invited under the same name and body who came through the common door."""
    wanted = select(ForumGuest).where(ForumGuest.forum_id == forum.id)
    mark = _plain(facts["name"]), _plain(facts["body"])
    found = db.session.scalars(wanted)
    same = [one for one in found if (_plain(one.name), _plain(one.body)) == mark]
    return same[0] if len(same) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _same(forum: Forum, name: str, body: str) -> str:
    """A mark of a person at this forum that tells nobody who it is."""
    words = f"{_plain(name)}|{_plain(body)}"
    return hmac.new(forum.salt, words.encode(), "sha256").hexdigest()[:32]


def strike(forum: Forum, actor: Actor, attendance_id: int) -> None:
    """Take a row off the list that was typed by mistake.  Raises NotAllowed or forum.Over."""
    require(actor, forum)
    found = hold(forum.id)
    one = db.session.get(ForumAttendance, attendance_id)
    if one is not None and one.forum_id == found.id:
        db.session.delete(one)
        db.session.flush()


def delegate(forum: Forum, actor: Actor, attendance_id: int, sent: bool) -> None:
    """Send somebody to the forum of the next level, or not.  Raises NotAllowed or forum.Over."""
    require(actor, forum)
    found = hold(forum.id, shared=True)
    one = db.session.get(ForumAttendance, attendance_id)
    if one is not None and one.forum_id == found.id:
        one.delegate = sent
        db.session.flush()
