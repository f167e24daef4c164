"""What an e-mail says: a template in the reader's language, and never more than they may know.

Of a confidential item a letter says its number and that there is news, no more; the link leads to
the inbox behind the sign-in.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select, text, update

from app.access import may
from app.kinds import REASONS, kind_of
from app.queries import addresses
from app.queries.actors import actor_of
from app.queries.labels import seat_label
from models import IdentityReading, Notification, User, db

from . import accounts, identity, watching

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 21))")
ABOUT = {"confirm", "reset", "exists", "password_changed", "closing", "export_ready"}


@dataclass(frozen=True)
class Letter:
    """An e-mail to one person.  ``key`` is the same for the same letter, however often tried."""

    to: str
    subject: str
    body: str
    key: str
    language: str
    leave: str = ""  # an address that stops such letters with one tap


def of_notification(notification_id: int) -> Letter | None:
    """The letter of an inbox line; None when it has left already or nobody wants it any more.

    Until the transaction ends nobody else gets the same letter.
    """
    db.session.execute(LOCK, {"key": f"notification {notification_id}"})
    line = db.session.get(Notification, notification_id, populate_existing=True)
    if line is None or line.mailed_at is not None or not _wanted(line):
        return None
    name, facts = _news(line)
    leave = watching.stop_token(line.user, *watching.stoppable(line.user, line.item))
    return written(line.user, name, f"n{line.id}", facts, leave)


def _wanted(line: Notification) -> bool:
    user = line.user
    if not (user.is_active and user.wants_email and user.confirmed_at):
        return False
    if user.mail_pace != "instant":  # it waits for the letter of the day
        return False
    if not may(actor_of(user), "read", line.item):
        return False
    return line.event != "comment" or not _knows_already(line)


def _knows_already(line: Notification) -> bool:
    """Has a mail about words under this item gone out that they have not followed yet?"""
    earlier = select(Notification.id).where(
        Notification.user_id == line.user_id,
        Notification.item_id == line.item_id,
        Notification.event == "comment",
        Notification.id < line.id,
        Notification.mailed_at.is_not(None),
        Notification.read_at.is_(None),
    )
    return db.session.scalar(earlier.limit(1)) is not None


def _news(line: Notification) -> tuple[str, dict[str, Any]]:
    """The template and what it may say."""
    item = line.item
    if line.event == "identity":
        return "identity", _reading(line)
    if item.visibility == "confidential" or item.oversight:
        return "news", {"number": item.number, "url": addresses.inbox()}
    kind, change = kind_of(item), line.change
    state = kind.workflow[change.target if change else item.state]
    return line.event, {
        "number": item.number,
        "title": item.title,
        "service": kind.label,
        "state": state.label,
        "reason": REASONS.get(change.reason, "") if change else "",
        "seat": seat_label(change.seat) if change else "",
        "url": addresses.of_item(item),
    }


def _reading(line: Notification) -> dict[str, Any]:
    """Who read the person's identity, when and why; nothing of the item but its number."""
    reading = db.session.get_one(IdentityReading, line.source_id)
    city = current_app.config["CITY"]
    return {
        "number": line.item.number,
        "seat": seat_label(reading.seat),
        "at": reading.at,
        "reason": identity.SAID.get(reading.reason, reading.reason),
        "officer": city.facts.get("privacy", {}).get("email", ""),
        "url": addresses.inbox(),
    }


def mailed(notification_id: int) -> None:
    """Remember that the letter has left."""
    line = update(Notification).where(Notification.id == notification_id)
    db.session.execute(line.values(mailed_at=datetime.now(UTC)))


def of_account(user_id: int, template: str, mark: str) -> Letter | None:
    """A letter about the account itself; these go out whatever somebody wants to hear.

    ``mark`` is the same when the same letter is tried again.
    """
    user = db.session.get(User, user_id)
    if user is None or not user.is_active or template not in ABOUT:
        return None
    facts = {"url": accounts.link_for(user, template)}
    return written(user, template, f"a{user.id}-{template}-{mark}", facts)


def written(user: User, template: str, key: str, facts: dict[str, Any], leave: str = "") -> Letter:
    """A letter from a template; its first line is the subject.

    ``leave`` is a token of ``watching.stop_token``: with it the letter can be stopped in one tap.
    """
    config = current_app.config
    leave = leave and f"{config['BASE_URL']}/berhenti/{leave}"
    facts = facts | {"leave": leave}
    more = {"city": config["CITY"], "base_url": config["BASE_URL"], "language": user.language}
    with force_locale(user.language):
        page = current_app.jinja_env.get_template(f"mail/{template}.txt")
        words = page.render(**facts, **more, name=user.person.name).strip()
    subject, _, body = words.partition("\n")
    body = body.strip() + "\n"
    return Letter(user.email, subject.strip(), body, _key(key), user.language, leave)


def _key(mark: str) -> str:
    """A name for the letter that tells a stranger nothing."""
    secret = current_app.config["SECRET_KEY"].encode()
    return f"{mark}.{hmac.new(secret, mark.encode(), 'sha256').hexdigest()[:16]}"
