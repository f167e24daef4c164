"""Minutes written while people speak: two may write at once, and no line is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher

from sqlalchemy import select

from app.access import Actor
from models import Forum, ForumMinute, db

from .forum import hold, require

LONGEST = 60_000  # characters of one point


@dataclass(frozen=True)
class Saved:
    """A point as it stands now; ``merged``: somebody else had written meanwhile."""

    number: int
    text: str
    merged: bool = False


def save(
    forum: Forum,
    actor: Actor,
    point: int,
    base: int,
    text: str,
    at: datetime | None = None,
) -> Saved:
    """Keep the minutes of a point; ``base`` is the saving its writer had read (0: none).

    When somebody saved in between, both texts are joined line by line.  Raises NotAllowed or
    forum.Over.
    """
    seat = require(actor, forum)
    found = hold(forum.id)
    there = _saved(found.id, point, None)
    number, now = (there.number, there.text) if there else (0, "")
    text = text[:LONGEST]
    joined = text
    if base != number:
        before = _saved(found.id, point, base)
        joined = joined_text(before.text if before else "", now, text)
    if joined != now:
        number += 1
        db.session.add(
            ForumMinute(forum_id=found.id, point=point, number=number, base=base, text=joined,
                        seat=seat, user_id=actor.user_id, at=at or datetime.now(UTC))
        )  # fmt: skip
        db.session.flush()
    return Saved(number, joined, joined != text)


def _saved(forum_id: int, point: int, number: int | None) -> ForumMinute | None:
    of = ForumMinute
    wanted = select(of).where(of.forum_id == forum_id, of.point == point)
    if number is not None:
        wanted = wanted.where(of.number == number)
    return db.session.scalars(wanted.order_by(of.number.desc()).limit(1)).first()


def joined_text(base: str, theirs: str, mine: str) -> str:
    """Two texts that both go back to ``base``, joined line by line.

    What either wrote is in it; where both changed the same lines, theirs stand before mine.  A
    line goes only when one took it away and the other left it alone.
    """
    lines = [text.split("\n") if text else [] for text in (base, theirs, mine)]
    return "\n".join(_joined(*lines))


def _joined(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> Iterator[str]:
    """Walk through both sets of changes along the base; overlapping ones become one conflict."""
    both = ((0, theirs), (1, mine))
    changes = [(*one, side) for side, text in both for one in _changes(base, text)]
    changes.sort(key=lambda c: (c[0], c[1], c[3]))
    place, n = 0, 0
    while n < len(changes):
        begin, end = changes[n][0], changes[n][1]
        group = [changes[n]]
        n += 1
        while n < len(changes) and _touch(changes[n], begin, end):
            end = max(end, changes[n][1])
            group.append(changes[n])
            n += 1
        yield from base[place:begin]
        yield from _settled(base, begin, end, group)
        place = end
    yield from base[place:]


def _changes(base: Sequence[str], text: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """(first, last, lines): what stands instead of base[first:last]."""
    match = SequenceMatcher(None, base, text, autojunk=False)
    return [(a, b, list(text[c:d])) for tag, a, b, c, d in match.get_opcodes() if tag != "equal"]


def _touch(change: tuple[int, int, list[str], int], begin: int, end: int) -> bool:
    """Do changes meet?  Two insertions at one place do."""
    return change[0] < end or change[0] == begin == end or change[:2] == (begin, end)


def _settled(
    base: Sequence[str], begin: int, end: int, group: list[tuple[int, int, list[str], int]]
) -> Iterator[str]:
    sides = []
    for side in (0, 1):
        mine = [one for one in group if one[3] == side]
        sides.append(list(_applied(base, begin, end, mine)) if mine else None)
    theirs, own = sides
    if theirs is None or own is None:
        yield from (theirs if own is None else own) or []
        return
    yield from theirs
    if own != theirs:
        yield from (line for line in own if line not in theirs)


def _applied(
    base: Sequence[str], begin: int, end: int, changes: list[tuple[int, int, list[str], int]]
) -> Iterator[str]:
    place = begin
    for first, last, lines, _side in changes:
        yield from base[place:first]
        yield from lines
        place = last
    yield from base[place:end]
