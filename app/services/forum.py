"""Prepare a forum: when and where, the agenda, who is invited."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access import Actor
from app.queries.forum import key_of
from app.queries.forum_words import name_of
from app.queries.ranking_keys import ListKey
from app.workflow import NotAllowed
from models import Forum, ForumAsset, ForumGuest, User, db

from . import audit, notices, ranking

COLUMNS = (
    "venue",
    "starts_at",
    "ends_at",
    "chair",
    "chair_role",
    "secretary",
    "letter_number",
    "quorum_rule",
    "quorum",
    "women",
    "agenda",
    "door",
)
LETTER_DAYS = 7
AGENDA = (
    (10, "Pembukaan dan doa"),
    (10, "Pengesahan tata tertib dan agenda"),
    (20, "Evaluasi usulan dan realisasi tahun lalu"),
    (20, "Paparan pagu dan daftar usulan"),
    (60, "Pembahasan usulan"),
    (30, "Penyepakatan urutan prioritas"),
    (15, "Pemilihan delegasi ke tingkat berikutnya"),
    (10, "Pembacaan dan penandatanganan berita acara"),
)
MOST_GUESTS = 2000


class Over(Exception):
    """The forum is closed or was cancelled; nothing of it changes any more."""


class Stale(Exception):
    """Somebody else changed it meanwhile."""


class Taken(Exception):
    """There is a forum for this list already."""


def settings() -> Mapping[str, Any]:
    """What the city says of its forums."""
    facts: Mapping[str, Any] = current_app.config["CITY"].facts.get("forum", {})
    return facts


def letter_days() -> int:
    """How many days before the forum letters ought to leave."""
    return int(settings().get("letter_days", LETTER_DAYS))


def targets() -> dict[str, int]:
    """How many people of which group are wished for."""
    return {group: int(n) for group, n in settings().get("groups", {}).items()}


def usual() -> dict[str, Any]:
    """What a new forum begins with."""
    facts = settings()
    lines = facts.get("agenda") or [{"minutes": n, "title": title} for n, title in AGENDA]
    return {
        "quorum_rule": facts.get("quorum_rule", "share"),
        "quorum": int(facts.get("quorum", 50)),
        "women": int(facts.get("women", 30)),
        "agenda": [{"minutes": int(x["minutes"]), "title": str(x["title"])} for x in lines],
    }


def seat_for(actor: Actor, forum: Forum) -> str | None:
    """The seat from which the actor runs this forum; None if none."""
    return ranking.seat_for(actor, key_of(forum))


def require(actor: Actor, forum: Forum) -> str:
    """As ``seat_for``.  Raises NotAllowed."""
    seat = seat_for(actor, forum)
    if seat is None:
        raise NotAllowed("run_forum")
    return seat


def hold(forum_id: int, *, shared: bool = False) -> Forum:
    """The forum, locked and open.  ``shared``: beside others who only add.  Raises Over."""
    wanted = select(Forum).where(Forum.id == forum_id).with_for_update(read=shared)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if not found.is_open:
        raise Over
    return found


def create(actor: Actor, key: ListKey, values: Mapping[str, Any], theme: str = "") -> Forum:
    """Call a forum for a list.  ``values``: its columns, at least venue and starts_at.

    Raises NotAllowed, or Taken when one that decides about this list was called already.
    """
    seat = ranking.seat_for(actor, key)
    if seat is None:
        raise NotAllowed("run_forum")
    whose = {name: getattr(key, name) for name in key.__dataclass_fields__}
    given = usual() | {name: values[name] for name in COLUMNS if values.get(name) is not None}
    made = Forum(**whose, **given, theme=theme, seat=seat, salt=secrets.token_bytes(16))
    made.door_code = _code(8)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as problem:
        raise Taken from problem
    audit.note("forum_call", f"forum:{made.id}", by=actor.user_id)
    return made


def _code(length: int) -> str:
    """Letters and digits that nobody confuses and nobody guesses."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(length))


def change(
    forum: Forum, actor: Actor, values: Mapping[str, Any], seen: int, at: datetime | None = None
) -> Forum:
    """Change when, where or how it is held.  Raises NotAllowed, Over, or Stale."""
    require(actor, forum)
    found = hold(forum.id)
    if found.revision != seen:
        raise Stale
    for name in COLUMNS:
        if name in values:
            setattr(found, name, values[name])
    found.revision, found.changed_at = found.revision + 1, at or datetime.now(UTC)
    db.session.flush()
    return found


def cancel(forum: Forum, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """It is not held.  Raises NotAllowed or Over."""
    require(actor, forum)
    found = hold(forum.id)
    found.cancelled_at, found.cancelled_for = at or datetime.now(UTC), reason
    audit.note("forum_cancel", f"forum:{found.id}", by=actor.user_id)
    db.session.flush()


def new_door(forum: Forum, actor: Actor) -> None:
    """Another code for the door; the one before leads nowhere.  Raises NotAllowed or Over."""
    require(actor, forum)
    hold(forum.id).door_code = _code(8)
    db.session.flush()


# -- who is invited ---------------------------------------------------------------------------


def invite(
    forum: Forum, actor: Actor, people: Iterable[Mapping[str, Any]], at: datetime | None = None
) -> list[ForumGuest]:
    """Put people or bodies on the list of the invited.

    Each has name and group, and may have body, sex, disability, child, email (of an account: the
    letter is then sent there).  Whoever stands on the list already is left out.  Raises NotAllowed
    or Over.
    """
    seat, found = require(actor, forum), hold(forum.id)
    wanted = select(ForumGuest).where(ForumGuest.forum_id == found.id)
    there = {_same(one.name, one.body) for one in db.session.scalars(wanted)}
    made = []
    for one in people:
        mark = _same(one["name"], one.get("body", ""))
        if mark in there or len(there) >= MOST_GUESTS:
            continue
        there.add(mark)
        made.append(_guest(found, one, seat, at or datetime.now(UTC)))
    db.session.add_all(made)
    db.session.flush()
    return made


def _same(name: str, body: str) -> tuple[str, str]:
    return " ".join(name.casefold().split()), " ".join(body.casefold().split())


def _guest(forum: Forum, one: Mapping[str, Any], seat: str, at: datetime) -> ForumGuest:
    facts = {name: one[name] for name in ("sex", "disability", "child") if one.get(name)}
    made = ForumGuest(forum_id=forum.id, name=one["name"], group=one["group"], seat=seat, **facts)
    made.body, made.token, made.invited_at = one.get("body", ""), _code(14), at
    email = (one.get("email") or "").strip().casefold()
    if email:
        account = select(User.id).where(User.email == email, User.closed_at.is_(None))
        made.user_id = db.session.scalar(account)
    return made


def uninvite(forum: Forum, actor: Actor, guest_id: int) -> None:
    """Take somebody from the list of the invited, unless they have come.

    Raises NotAllowed or Over.
    """
    from models import ForumAttendance

    require(actor, forum)
    found = hold(forum.id)
    guest = db.session.get(ForumGuest, guest_id)
    came = select(ForumAttendance.id).where(ForumAttendance.guest_id == guest_id)
    if guest is not None and guest.forum_id == found.id and db.session.scalar(came) is None:
        db.session.delete(guest)
        db.session.flush()


def send_letters(forum: Forum, actor: Actor, at: datetime | None = None) -> int:
    """Tell everybody invited who has an account, once; says to how many.

    Raises NotAllowed or Over.
    """
    require(actor, forum)
    found, at = hold(forum.id), at or datetime.now(UTC)
    wanted = select(ForumGuest).where(
        ForumGuest.forum_id == found.id,
        ForumGuest.user_id.is_not(None),
        ForumGuest.sent_at.is_(None),
    )
    sent, base = 0, current_app.config["BASE_URL"]
    with force_locale("id"):
        name = name_of(found)
    facts = {"name": name, "at": found.starts_at.isoformat(), "venue": found.venue}
    for guest in db.session.scalars(wanted.order_by(ForumGuest.id)).all():
        told = {**facts, "door": f"{base}/hadir/{guest.token}", "path": path_of(found)}
        notices.tell(guest.user_id or 0, "forum_invited", f"forum {found.id}", **told)
        guest.sent_at, sent = at, sent + 1
    db.session.flush()
    return sent


def path_of(forum: Forum) -> str:
    """The public page."""
    word = current_app.config["CITY"].services["musrenbang"]["word"]
    return f"/{word}/forum/{forum.id}"


# -- facilities not handed over yet (Form 5) --------------------------------------------------


def keep_asset(forum: Forum, actor: Actor, values: Mapping[str, str]) -> ForumAsset:
    """Put a facility on the forum's list.  Raises NotAllowed or Over."""
    seat, found = require(actor, forum), hold(forum.id, shared=True)
    made = ForumAsset(forum_id=found.id, seat=seat, **values)
    db.session.add(made)
    db.session.flush()
    return made


def drop_asset(forum: Forum, actor: Actor, asset_id: int) -> None:
    """Take it off again.  Raises NotAllowed or Over."""
    require(actor, forum)
    found = hold(forum.id, shared=True)
    one = db.session.get(ForumAsset, asset_id)
    if one is not None and one.forum_id == found.id:
        db.session.delete(one)
        db.session.flush()
