"""Words among colleagues about an item: never public, and whoever is named hears of them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from sqlalchemy import select

from app.access import ACTS, Actor, may, seat_for
from app.queries import colleagues
from app.queries.colleagues import Colleague
from app.workflow import NotAllowed
from models import InternalNote, Item, db

from . import audit, postbag
from .items import LOCK

LONGEST = 5000
MENTION = re.compile(r"(?<![\w.@])@(\w[\w'’.-]*)")


class Unknown(Exception):
    """Names that belong to no colleague who may read the item; ``args`` are as they were typed."""


def add(
    item: Item, actor: Actor, body: str, key: uuid.UUID, also: Iterable[int] = ()
) -> InternalNote:
    """Write a note; ``also`` are logins to tell beside those named with an @.

    The same ``key`` twice gives the same note.  Raises NotAllowed and Unknown.
    """
    if not may(actor, "write_note", item):
        raise NotAllowed("write_note")
    db.session.execute(LOCK, {"key": str(key)})
    earlier = db.session.scalar(select(InternalNote).where(InternalNote.form_key == key))
    if earlier is not None and earlier.item_id == item.id:
        return earlier
    key = uuid.uuid4() if earlier is not None else key  # another item's form: another note
    people = colleagues.readers(item)
    told = named(body, people) | (set(also) & {person.user_id for person in people})
    seat = seat_for(actor, ACTS["write_note"], item) or ""
    note = InternalNote(
        item_id=item.id, author_id=actor.user_id, seat=seat, body=body, form_key=key
    )
    db.session.add(note)
    db.session.flush()
    if others := sorted(told - {actor.user_id or 0}):
        postbag.tell("mention", item, others, note.id)
    audit.note("internal_note", f"item:{item.id}", by=actor.user_id, detail=f"note:{note.id}")
    return note


def named(body: str, people: list[Colleague]) -> set[int]:
    """The logins of the colleagues a text names with an @, by their whole or their first name.

    Raises Unknown for a name that is nobody's, or that more than one of them bears.
    """
    found: set[int] = set()
    lost: list[str] = []
    for match in MENTION.finditer(body):
        rest = body[match.start(1) :].casefold()
        meant = _meant(rest, match[1].rstrip(".-'’").casefold(), people)
        if meant is None:
            lost.append(match[1])
        else:
            found.add(meant)
    if lost:
        raise Unknown(*lost)
    return found


def _meant(rest: str, word: str, people: list[Colleague]) -> int | None:
    whole = [p for p in people if re.match(re.escape(p.name.casefold()) + r"(?!\w)", rest)]
    if whole:
        best = max(len(p.name) for p in whole)
        whole = [p for p in whole if len(p.name) == best]
    else:
        whole = [p for p in people if p.name.casefold().split()[:1] == [word]]
    ids = {p.user_id for p in whole}
    return ids.pop() if len(ids) == 1 else None
