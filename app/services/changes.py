"""Write a line of an item's trail; the database numbers and chains it."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from models import Change, ChangeText, Item, db

# One statement: the change, its words, and both as they stand then.
LINE = Change.__table__.c
GIVEN = ("item_id", "seat", "step", "source", "target", "reason", "at", "text_hash", "step_key")
CHANGE = insert(Change).values({name: bindparam(name) for name in GIVEN}).returning(*LINE)
WRITTEN = CHANGE.cte("written")
WORDS = ChangeText.__table__.c
ERASABLE = [bindparam(name, type_=WORDS[name].type) for name in ("text", "salt", "actor_id")]
SPOKEN = (
    insert(ChangeText)
    .from_select(["change_id", *(one.key for one in ERASABLE)], select(WRITTEN.c.id, *ERASABLE))
    .returning(*WORDS)
    .cte("spoken")
)
APPEND = select(aliased(Change, WRITTEN), aliased(ChangeText, SPOKEN)).where(
    SPOKEN.c.change_id == WRITTEN.c.id
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a line of the trail is to say.  ``text`` can be erased later, the rest cannot."""

    seat: str
    step: str
    source: str
    target: str
    reason: str = ""
    text: str = ""
    actor_id: int | None = None
    at: datetime = field(default_factory=partial(datetime.now, UTC))
    key: uuid.UUID | None = None


def record(item: Item, said: Said) -> Change:
    """Append it to the item's trail, after whatever was to be written before."""
    db.session.flush()
    salt = secrets.token_bytes(16)
    values = {
        "item_id": item.id,
        "seat": said.seat,
        "step": said.step,
        "source": said.source,
        "target": said.target,
        "reason": said.reason,
        "at": said.at,
        "text_hash": hashlib.sha256(salt + said.text.encode()).digest(),
        "step_key": said.key,
        "text": said.text,
        "salt": salt,
        "actor_id": said.actor_id,
    }
    change: Change
    change, words = db.session.execute(APPEND, values).one()
    set_committed_value(change, "item", item)
    set_committed_value(change, "words", words)
    return change
