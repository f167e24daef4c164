"""Somebody's addresses in the city's channels beside e-mail, each confirmed by a code."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import rate_store
from app.access import may, on_public_list
from app.kinds import kind_of
from app.queries import addresses
from app.queries.actors import actor_of
from app.queue import enqueue
from models import Channel, Notification, User, db

ADDRESS = re.compile(r"[+@]?[A-Za-z0-9_.\-]{4,64}")
MINUTES, TRIES = 15, 5  # a code holds so long, and may be given so often
CODES, CODES_SECONDS = 5, 3600  # codes sent to one person
SAID = {  # what is no change of a state
    "line_below": _l("below the line of its list now"),
    "line_above": _l("above the line of its list now"),
}


class WrongAddress(Exception):
    """This is no address a channel could have."""


class TooMany(Exception):
    """Too many codes were asked for, or tried."""


@dataclass(frozen=True)
class Message:
    """A short message to one address."""

    channel: str
    address: str
    title: str
    body: str


def offered() -> list[str]:
    """The names of the city's channels."""
    return list(current_app.config["CHANNELS"])


def of(user: User) -> dict[str, Channel]:
    """Somebody's channels by name, those the city no longer offers left out."""
    mine = db.session.scalars(select(Channel).where(Channel.user_id == user.id))
    return {channel.name: channel for channel in mine if channel.name in offered()}


def begin(user: User, name: str, address: str) -> Channel:
    """Keep an address and send a code there.  Raises WrongAddress or TooMany."""
    address = re.sub(r"[\s()]", "", address)
    if name not in offered() or not ADDRESS.fullmatch(address):
        raise WrongAddress
    hit = {"key": f"channel:{user.id}", "amount": 1, "expiry": CODES_SECONDS}
    if (db.session.scalar(rate_store.HIT, hit) or 0) > CODES:
        raise TooMany
    channel = of(user).get(name) or Channel(user_id=user.id, name=name)
    channel.address, channel.confirmed_at, channel.tries = address, None, 0
    channel.code_until = datetime.now(UTC) + timedelta(minutes=MINUTES)
    db.session.add(channel)
    db.session.flush()
    enqueue("channel_code", queue="mail", channel_id=channel.id)
    return channel


def code_of(channel: Channel) -> str:
    """The six digits sent to an address; made anew from what is kept, so that none is stored."""
    secret = current_app.config["SECRET_KEY"].encode()
    until = channel.code_until.timestamp() if channel.code_until else 0
    mark = f"channel {channel.id} {channel.address} {until}"
    digest = hmac.new(secret, mark.encode(), "sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**6:06}"


def confirm(user: User, name: str, code: str) -> bool:
    """Is this the code that was sent?  Then the channel is used.  Raises TooMany."""
    channel = db.session.scalar(
        select(Channel).where(Channel.user_id == user.id, Channel.name == name).with_for_update()
    )
    if channel is None or channel.code_until is None:
        return False
    channel.tries += 1
    if channel.tries > TRIES:
        raise TooMany
    given = re.sub(r"\D", "", code)
    fresh = channel.code_until > datetime.now(UTC)
    if not (fresh and hmac.compare_digest(code_of(channel), given)):
        return False
    channel.confirmed_at, channel.code_until = datetime.now(UTC), None
    return True


def remove(user: User, name: str) -> None:
    """Use this channel no longer, and forget the address."""
    channel = of(user).get(name)
    if channel is not None:
        db.session.delete(channel)


def code_message(channel_id: int) -> Message | None:
    """The message with the code; None when it is no longer wanted."""
    channel = db.session.get(Channel, channel_id)
    if channel is None or channel.confirmed_at is not None or channel.code_until is None:
        return None
    with force_locale(channel.user.language):
        text = _("Your code for Rembuk: %(code)s", code=code_of(channel))
    return Message(channel.name, channel.address, "Rembuk", text)


def of_notification(notification_id: int) -> list[Message]:
    """What an inbox line says in its owner's channels; of what is confidential its number only.

    Holds the line until the transaction ends; empty when it was told already.
    """
    line = db.session.get(Notification, notification_id, with_for_update={"of": Notification})
    if line is None or line.told_at is not None or not line.user.is_active:
        return []
    mine = [c for c in of(line.user).values() if c.confirmed_at is not None]
    if not mine or not may(actor_of(line.user), "read", line.item):
        return []
    with force_locale(line.user.language):
        body = _body(line)
    return [Message(channel.name, channel.address, line.item.number, body) for channel in mine]


def _body(line: Notification) -> str:
    item = line.item
    if not on_public_list(item) or line.event == "identity":
        said = _("There is news about %(number)s in your inbox.", number=item.number)
        return f"{said}\n{addresses.inbox()}"
    said = SAID.get(line.event)
    if said is None:
        said = kind_of(item).workflow[line.change.target if line.change else item.state].label
    return f"{item.number}: {said}\n“{item.title}”\n{addresses.of_item(item)}"


def told(notification_id: int) -> None:
    """Remember that the channels have it."""
    db.session.get_one(Notification, notification_id).told_at = datetime.now(UTC)


def was_told(notification_id: int) -> bool:
    """Does one of the channels have it?"""
    return db.session.get_one(Notification, notification_id).told_at is not None
