"""The trail, walked: every chain recomputed, every seal's root recomputed.

Nothing here trusts the database's triggers: hashes are computed anew in Python from what stands
in the tables, the same way ``bin/verify-trail`` does it from an export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, select

from app.queries import merkle
from models import AnySession, Change, ChangeText, Item, TrailSeal

Progress = Callable[[int], None]

as_json = json.encoder.encode_basestring  # a text as it stands in JSON, nothing beyond it escaped
ITEMS_AT_ONCE = 500
LAST_ID = 2**63 - 1
HASHES_AT_ONCE = 10_000
LINES = (
    select(
        Item.id.label("item_id"),
        Item.number,
        Item.state,
        Change.id,
        Change.seq,
        Change.seat,
        Change.step,
        Change.source,
        Change.target,
        Change.reason,
        Change.at,
        Change.text_hash,
        Change.previous_hash,
        Change.hash,
        ChangeText.change_id.label("text_id"),
        ChangeText.text,
        ChangeText.salt,
        ChangeText.erased_at,
    )
    .outerjoin(Change, Change.item_id == Item.id)
    .outerjoin(ChangeText, ChangeText.change_id == Change.id)
    .order_by(Item.id, Change.seq)
)
SOME = LINES.where(Item.id > bindparam("after"), Item.id <= bindparam("upto"))
UPTO = (
    select(Item.id)
    .where(Item.id > bindparam("after"))
    .order_by(Item.id)
    .offset(bindparam("but_one"))
    .limit(1)
)
ONE = LINES.where(Item.id == bindparam("item"))
SEALS = select(TrailSeal).order_by(TrailSeal.id)
HASHES = (
    select(Change.id, Change.hash)
    .where(Change.id > bindparam("after"), Change.id <= bindparam("upto"))
    .order_by(Change.id)
    .limit(bindparam("most"))
)


@dataclass
class Report:
    """What a walk over the trail found."""

    items: int = 0
    changes: int = 0
    erased: int = 0
    seals: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Is everything as it was written?"""
        return not self.problems


def stamp(at: datetime) -> str:
    """A moment the way the chain writes it: UTC, microseconds."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=50_000)  # seats and steps come back with every item
def _told(*words: str) -> str:
    return ", ".join(map(as_json, words))


def link(
    number: str,
    seq: int,
    seat: str,
    step: str,
    source: str,
    target: str,
    reason: str,
    at: datetime,
    text_hash: bytes,
    previous: bytes | None,
) -> bytes:
    """The hash of a change; the JSON is byte for byte PostgreSQL's ``json_build_array``."""
    said = _told(seat, step, source, target, reason)
    before = previous.hex() if previous else ""
    line = f'[{as_json(number)}, {seq}, {said}, "{stamp(at)}", "{text_hash.hex()}", "{before}"]'
    return hashlib.sha256(line.encode()).digest()


def chained(number: str, line: Row[*tuple[Any, ...]], previous: bytes | None) -> bytes:
    """The hash a change must have."""
    fields = (line.seq, line.seat, line.step, line.source, line.target, line.reason, line.at)
    return link(number, *fields, line.text_hash, previous)


def chain_problems(lines: list[Row[*tuple[Any, ...]]]) -> Iterator[str]:
    """What is wrong with one item's trail, as sentences; ``lines`` by seq."""
    first = lines[0]
    if first.id is None:
        yield f"{first.number}: has no trail"
        return
    previous, source = None, ""
    for expected, line in enumerate(lines, 1):
        where = f"{line.number} #{line.seq}"
        if line.seq != expected:
            yield f"{where}: number {expected} is missing"
        if line.previous_hash != previous:
            yield f"{where}: does not continue the change before it"
        if line.hash != chained(line.number, line, line.previous_hash):
            yield f"{where}: its hash does not match what it says"
        if line.source != source:
            yield f"{where}: starts at {line.source!r}, the one before ended at {source!r}"
        yield from text_problems(line, where)
        previous, source = line.hash, line.target
    if source != first.state:
        yield f"{first.number}: stands at {first.state!r}, its trail ends at {source!r}"


def text_problems(line: Row[*tuple[Any, ...]], where: str) -> Iterator[str]:
    """Is the text the one that was hashed, or erased and said to be?"""
    if line.text_id is None:
        yield f"{where}: its text was taken away without a mark"
    elif line.text is None or line.salt is None:
        if line.erased_at is None:
            yield f"{where}: its text was erased without a date"
    elif hashlib.sha256(line.salt + line.text.encode()).digest() != line.text_hash:
        yield f"{where}: its text is not the one that was written"


def verify(session: AnySession, progress: Progress | None = None) -> Report:
    """Walk every item's chain, then every seal.

    Each batch of items is read by one statement, so that steps taken meanwhile do no harm.
    ``progress`` is called with the number of changes seen.
    """
    report = Report()
    for rows in batches(session):
        for _item, lines in groupby(rows, key=lambda row: row.item_id):
            chain = list(lines)
            report.problems += chain_problems(chain)
            report.items += 1
            report.changes += sum(line.id is not None for line in chain)
            report.erased += sum(line.text_id is not None and line.text is None for line in chain)
        if progress:
            progress(report.changes)
    report.problems += seal_problems(session, report)
    return report


def batches(session: AnySession) -> Iterator[Sequence[Row[*tuple[Any, ...]]]]:
    """Every item's changes, some hundred items at a time; an item is never cut in two."""
    after = 0
    while after < LAST_ID:
        upto = session.scalar(UPTO, {"after": after, "but_one": ITEMS_AT_ONCE - 1}) or LAST_ID
        if rows := session.execute(SOME, {"after": after, "upto": upto}).all():
            yield rows
        after = upto


def seal_problems(session: AnySession, report: Report) -> Iterator[str]:
    """Recompute every seal's root; seals must follow on each other without a gap."""
    after = 0
    for seal in session.scalars(SEALS):
        report.seals += 1
        if seal.after_id != after:
            yield f"seal {seal.id}: begins after {seal.after_id}, the one before ended at {after}"
        tree = merkle.Tree()
        for _id, leaf in hashes(session, seal.after_id, seal.upto_id):
            tree.add(leaf)
        if tree.leaves != seal.leaves:
            yield f"seal {seal.id} of {seal.day}: {seal.leaves} changes then, {tree.leaves} now"
        elif tree.root() != seal.root:
            yield f"seal {seal.id} of {seal.day}: its root does not match the changes"
        after = seal.upto_id


def hashes(session: AnySession, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
    """Ids and hashes of the changes with ids in (after, upto], in order."""
    while rows := session.execute(HASHES, _part(after, upto)).all():
        yield from ((row.id, row.hash or b"") for row in rows)
        after = rows[-1].id


def _part(after: int, upto: int) -> dict[str, int]:
    return {"after": after, "upto": upto, "most": HASHES_AT_ONCE}


def of_item(session: AnySession, item_id: int) -> list[Row[*tuple[Any, ...]]]:
    """One item's trail, oldest first: what ``LINES`` names."""
    return [row for row in session.execute(ONE, {"item": item_id}) if row.id is not None]


def sealed(session: AnySession) -> Iterable[TrailSeal]:
    """The seals, oldest first."""
    return session.scalars(SEALS)
