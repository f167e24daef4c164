"""Lines in somebody's inbox that are about no item: a stage that closes, what was received.

``data`` holds facts, not sentences: the page and the letter say them in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.queries.notices import said
from app.queue import enqueue
from models import Notice, User, db

from . import letters

ROUND = 50  # letters sent by one job


def tell(user_id: int, event: str, mark: str, **data: Any) -> bool:
    """A line for one person, once for each ``mark``; False when it was there."""
    return bool(tell_all({user_id: data}, event, mark))


def tell_all(told: Mapping[int, Mapping[str, Any]], event: str, mark: str) -> list[int]:
    """A line for each person, with what it says to them; their letters are queued.

    Returns the ids of the new lines: whoever has a line of this event and mark gets none.
    """
    rows = [
        {"user_id": user, "event": event, "mark": mark, "data": dict(data)}
        for user, data in sorted(told.items())
    ]
    if not rows:
        return []
    made = db.session.scalars(
        insert(Notice).on_conflict_do_nothing().returning(Notice.id), rows
    ).all()
    wanted = _with_mail(made)
    for begin in range(0, len(wanted), ROUND):
        enqueue("mail_notices", queue="mail", notice_ids=wanted[begin : begin + ROUND])
    return list(made)


def _with_mail(ids: Iterable[int]) -> list[int]:
    """Those whose readers want letters."""
    query = (
        select(Notice.id)
        .join(User, User.id == Notice.user_id)
        .where(Notice.id.in_(list(ids)), User.wants_email, User.confirmed_at.is_not(None))
        .where(User.closed_at.is_(None))
    )
    return sorted(db.session.scalars(query))


def read_all(actor: Actor) -> int:
    """The reader has seen them; says how many were new."""
    mine = update(Notice).where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
    done = db.session.execute(mine.values(read_at=datetime.now(UTC)).returning(Notice.id))
    return len(done.all())


def letter(notice_id: int) -> letters.Letter | None:
    """The letter of a line; None when it has left or nobody wants it any more.

    Until the transaction ends nobody else gets the same letter.
    """
    line = db.session.get(Notice, notice_id, with_for_update={"of": Notice})
    if line is None or line.mailed_at is not None or line.read_at is not None:
        return None
    user = line.user
    if not (user.is_active and user.wants_email and user.confirmed_at):
        return None
    with force_locale(user.language):
        told = said(line.event, line.data)
    facts = {"title": told.title, "text": told.text}
    facts["url"] = current_app.config["BASE_URL"] + told.path
    return letters.written(user, "notice", f"o{line.id}", facts)


def mailed(notice_id: int) -> None:
    """Remember that the letter has left."""
    db.session.execute(
        update(Notice).where(Notice.id == notice_id).values(mailed_at=datetime.now(UTC))
    )
