"""One letter a day: what happened where somebody watches, and to what they follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, union, update

from app.access import may, on_public_list
from app.kinds import kind_of
from app.queries import addresses
from app.queries.actors import actor_of
from app.services import letters, watching
from app.services.letters import Letter
from models import Item, Notification, User, Watch, WatchNews, db

MOST = 20  # lines of one heading; of the rest only how many
BACK = timedelta(days=7)  # older lines of the inbox are no news


@dataclass
class News:
    """What a letter tells, by heading, and the rows it settles."""

    parts: list[tuple[str, list[dict[str, Any]], int]] = field(default_factory=list)
    watches: list[WatchNews] = field(default_factory=list)
    lines: list[Notification] = field(default_factory=list)


def readers() -> list[int]:
    """The logins with news for a daily letter."""
    watched = select(Watch.user_id).join(WatchNews, WatchNews.watch_id == Watch.id)
    lines = (
        select(Notification.user_id).join(User, User.id == Notification.user_id).where(*_lines())
    )
    return sorted(db.session.scalars(union(watched, lines)))


def _lines() -> tuple[Any, ...]:
    return (
        User.mail_pace == "daily",
        Notification.mailed_at.is_(None),
        Notification.read_at.is_(None),
        Notification.created_at > datetime.now(UTC) - BACK,
    )


def letter(user_id: int, day: int) -> tuple[Letter | None, News]:
    """Somebody's letter of the day and what it settles; None when there is nothing to tell."""
    user = db.session.get_one(User, user_id, with_for_update={"of": User})
    news = _gather(user)
    if not (news.parts and user.is_active and user.wants_email and user.confirmed_at):
        return None, news
    facts = {"parts": news.parts, "url": addresses.inbox()}
    leave = watching.stop_token(user, "mail")
    return letters.written(user, "digest", f"d{user.id}-{day}", facts, leave), news


def _gather(user: User) -> News:
    news, reader = News(), actor_of(user)
    rows = db.session.scalars(
        select(WatchNews)
        .join(Watch)
        .where(Watch.user_id == user.id)
        .order_by(Watch.name, WatchNews.change_id.desc())
    )
    groups: dict[str, list[Item]] = {}
    for row in rows:
        news.watches.append(row)
        if on_public_list(row.item):
            groups.setdefault(row.watch.name, []).append(row.item)
    lines = select(Notification).join(User, User.id == Notification.user_id)
    for line in db.session.scalars(
        lines.where(Notification.user_id == user.id, *_lines()).order_by(Notification.id.desc())
    ):
        news.lines.append(line)
        if may(reader, "read", line.item):
            groups.setdefault("", []).append(line.item)
    news.parts = [(name, *_told(items)) for name, items in groups.items()]
    return news


def _told(items: Iterable[Item]) -> tuple[list[dict[str, Any]], int]:
    """Lines about items, each once, and how many more there are."""
    unique = list({item.id: item for item in items}.values())
    return [_line(item) for item in unique[:MOST]], max(0, len(unique) - MOST)


def _line(item: Item) -> dict[str, Any]:
    if not on_public_list(item):  # of what is confidential a letter says its number, no more
        return {"number": item.number, "title": "", "state": "", "url": addresses.inbox()}
    return {
        "number": item.number,
        "title": item.title,
        "state": kind_of(item).workflow[item.state].label,
        "url": addresses.of_item(item),
    }


def sent(news: News) -> None:
    """Forget what the letter told."""
    for row in news.watches:
        gone = WatchNews.watch_id == row.watch_id, WatchNews.change_id == row.change_id
        db.session.execute(delete(WatchNews).where(*gone))
    ids = [line.id for line in news.lines]
    told = update(Notification).where(Notification.id.in_(ids)).values(mailed_at=datetime.now(UTC))
    db.session.execute(told)
