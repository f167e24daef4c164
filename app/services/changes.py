"""Write a line of an item's trail; the database numbers and chains it."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

from models import Change, ChangeText, Item, db


def record(item: Item, **said: Any) -> Change:
    """Append one change, as ``line`` makes it, and write it at once."""
    change = line(item, **said)
    db.session.flush()
    return change


def line(
    item: Item,
    *,
    seat: str,
    step: str,
    source: str,
    target: str,
    reason: str = "",
    text: str = "",
    actor_id: int | None = None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
) -> Change:
    """One change, written with whatever is next.  ``text`` can be erased later, the rest cannot."""
    salt = secrets.token_bytes(16)
    change = Change(
        item=item,
        seat=seat,
        step=step,
        source=source,
        target=target,
        reason=reason,
        at=at or datetime.now(UTC),
        text_hash=hashlib.sha256(salt + text.encode()).digest(),
        step_key=key,
    )
    change.words = ChangeText(text=text, salt=salt, actor_id=actor_id)
    db.session.add(change)
    return change
