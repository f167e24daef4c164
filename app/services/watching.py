"""Watches: news of an area, a circle or an outline, at once or once a day; ways to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor, on_public_list
from app.kinds import kind_of
from app.queries import watching as read
from app.queue import enqueue
from app.workflow import Phase
from models import Change, Follow, Item, Notification, User, Watch, WatchNews, db

from . import postbag

MOST = 20


class TooMany(Exception):
    """Somebody watches as much as one person may."""


def add(actor: Actor, values: Mapping[str, Any], outline: Any = None) -> Watch:
    """Watch an area (``area_code``) or an outline.  Raises TooMany.

    ``values`` holds name, kind, category_code, area_code, metres, pace and finished.
    """
    here = select(func.count()).where(Watch.user_id == actor.user_id)
    if (db.session.scalar(here) or 0) >= MOST:
        raise TooMany
    names = ("name", "kind", "category_code", "area_code", "metres", "pace", "finished")
    made = Watch(user_id=actor.user_id, outline=outline, **{name: values[name] for name in names})
    db.session.add(made)
    db.session.flush()
    return made


def remove(actor: Actor, watch_id: int) -> bool:
    """Stop one of the actor's watches; False when it is not theirs."""
    gone = delete(Watch).where(Watch.id == watch_id, Watch.user_id == actor.user_id)
    return bool(db.session.execute(gone.returning(Watch.id)).first())


def heard(item: Item, change: Change) -> None:
    """A step may be news for watches: something appeared, or is done.  A job looks who cares."""
    if _is_news(item, change):
        enqueue("watch_tell", change_id=change.id)


def _is_news(item: Item, change: Change) -> bool:
    appears = item.published_at == change.at
    return on_public_list(item) and (appears or _finishes(item, change))


def _finishes(item: Item, change: Change) -> bool:
    workflow = kind_of(item).workflow
    if not change.source or change.source == change.target:
        return False
    before, after = workflow[change.source].phase, workflow[change.target].phase
    return after is Phase.DONE and before is not Phase.DONE


def tell(change_id: int) -> None:
    """Give the news of a change to every watch it concerns; running twice tells nobody twice."""
    change = db.session.get_one(Change, change_id)
    item = change.item
    if not _is_news(item, change):
        return
    done = _finishes(item, change)
    following = select(Follow.user_id).where(Follow.item_id == item.id)
    know = set(db.session.scalars(following))
    concerned = [
        watch
        for watch in read.watches_of(db.session, item)
        if watch.user_id not in know and (watch.finished or not done)
    ]
    at_once = {watch.user_id for watch in concerned if watch.pace == "instant"}
    _notify(at_once, item, change)
    rows = [
        {"watch_id": watch.id, "change_id": change.id, "item_id": item.id}
        for watch in concerned
        if watch.pace == "daily" and watch.user_id not in at_once
    ]
    if rows:
        db.session.execute(insert(WatchNews).values(rows).on_conflict_do_nothing())


def _notify(users: set[int], item: Item, change: Change) -> None:
    """A line in the inbox of each, and the letters of those who want them at once."""
    if not users:
        return
    rows = [
        {"user_id": user, "event": "watch", "item_id": item.id, "source_id": change.id,
         "change_id": change.id}
        for user in sorted(users)
    ]  # fmt: skip
    told = insert(Notification).values(rows).on_conflict_do_nothing()
    postbag.post(db.session.scalars(told.returning(Notification.id)).all())


# -- one tap to stop ------------------------------------------------------------------------


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="stop")


def stop_token(user: User, what: str, number: int = 0) -> str:
    """What a letter's link carries: it stops ``what`` ("watch", "follow" or "mail")."""
    return str(_signer().dumps([user.id, what, number]))


def read_token(token: str) -> tuple[User, str, int] | None:
    """Whom a link speaks for and what it stops; None when it is not one of ours."""
    try:
        user_id, what, number = _signer().loads(token)
    except (BadData, ValueError):
        return None
    user = db.session.get(User, user_id)
    return (user, what, number) if user is not None and user.is_active else None


def stop(user: User, what: str, number: int) -> None:
    """Stop a watch, following an item, or all letters; the inbox goes on."""
    if what == "watch":
        db.session.execute(delete(Watch).where(Watch.id == number, Watch.user_id == user.id))
    elif what == "follow":
        mine = Follow.item_id == number, Follow.user_id == user.id
        db.session.execute(delete(Follow).where(*mine))
    else:
        user.wants_email = False


def stoppable(user: User, item: Item) -> tuple[str, int]:
    """What the link in a letter about an item stops: following it, or letters altogether."""
    follows = db.session.get(Follow, (item.id, user.id)) is not None
    return ("follow", item.id) if follows and item.author_id != user.person_id else ("mail", 0)
