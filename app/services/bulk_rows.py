"""From a batch to the rows of the tables: numbers, keys, hashes, and binary COPY.

The trail is chained here, once, the way ``app.queries.trail`` reads it; the database's triggers
check every link when a statement ends.
"""

from __future__ import annotations

import hashlib
import os
import struct
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.types.json import Jsonb
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.kinds import KINDS
from app.queries.trail import link
from models import db

if TYPE_CHECKING:
    from .bulk import Batch, NewItem
    from .bulk_checks import Trails

Rows = Iterable[Sequence[Any]]
POINT = struct.Struct("<BIIdd")  # EWKB: little endian, a point with a reference system
POINT_WITH_SRID, WGS84 = 0x20000001, 4326
SALT = 16  # bytes
NUMBERS = "SELECT next_item_number(:letter, :year) FROM generate_series(1, :n)"
IDS = "SELECT ARRAY(SELECT nextval(CAST(:series AS regclass)) FROM generate_series(1, :n))"


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item that has its id and public number."""

    id: int
    number: str
    row: NewItem


def numbered(items: Sequence[NewItem]) -> list[Numbered]:
    """Give items their ids and numbers in the order of their filing: lists are ordered by id."""
    ordered = sorted(items, key=lambda item: (item.created_at, item.ref))
    wanted = Counter((KINDS[item.kind].letter, item.year) for item in items)
    series: dict[tuple[str, int], Iterator[str]] = {}
    for (letter, year), n in sorted(wanted.items()):
        values = {"letter": letter, "year": year, "n": n}
        series[letter, year] = iter(db.session.scalars(text(NUMBERS), values).all())
    return [
        Numbered(number, next(series[KINDS[row.kind].letter, row.year]), row)
        for number, row in zip(ids("item_id_seq", len(items)), ordered, strict=True)
    ]


def ids(series: str, n: int) -> list[int]:
    """The next ``n`` numbers of a series, rising."""
    return sorted(db.session.scalar(text(IDS), {"series": series, "n": n}) or ())


def copy(table: str, columns: str, rows: Rows) -> None:
    """COPY rows into a table; ``columns`` are names with spaces between."""
    driver = db.session.connection().connection.driver_connection
    assert isinstance(driver, Connection)
    names = ", ".join(f'"{name}"' for name in columns.split())
    with driver.cursor() as cursor:
        cursor.adapters.register_dumper(bytes, BytesBinaryDumper)  # made in C
        cursor.execute(f"SELECT {names} FROM {table} LIMIT 0".encode())
        types = [column.type_code for column in cursor.description or ()]
        known = [one if driver.adapters.types.get(one) else "bytea" for one in types]
        command = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(command.encode()) as stream:
            stream.set_types(known)
            for row in rows:
                stream.write_row(row)


ITEM = (
    "id kind number filing_key state title body category_code place area_code area_basis rw rt"
    " address author_id filed_by_id channel visibility oversight department_code published_at"
    " due_on due_at next_mark_at state_since created_at updated_at support_count comment_count"
)


def items(fresh: Sequence[Numbered], batch: Batch) -> Rows:
    """The rows of ``item``."""
    supporters = Counter(ref for ref, _person in {(s.ref, s.person_id) for s in batch.supports})
    said = Counter(comment.ref for comment in batch.comments)
    for new, filing_key in zip(fresh, _uuids(len(fresh)), strict=True):
        i = new.row
        place = POINT.pack(1, POINT_WITH_SRID, WGS84, i.lon, i.lat)
        yield (
            new.id, i.kind, new.number, filing_key, i.state, i.title, i.body, i.category_code,
            place, i.area_code, "confirmed", i.rw, i.rt, i.address, i.author_id, i.filed_by_id,
            i.channel, i.visibility, i.oversight, i.department_code, i.published_at, i.due_on,
            i.due_at, i.next_mark_at, i.state_since, i.created_at, i.state_since,
            supporters[i.ref], said[i.ref],
        )  # fmt: skip


CHANGE = "id item_id seq seat step source target reason at text_hash previous_hash hash"
ITEM_ID, STEP, AT = map(CHANGE.split().index, ("item_id", "step", "at"))
WORDS = "change_id text salt actor_id"


def trails(fresh: Sequence[Numbered], batch: Batch, found: Trails) -> tuple[list[Any], list[Any]]:
    """The rows of ``change``, chained, and of ``change_text``."""
    changes: list[Any] = []
    words: list[Any] = []
    series = iter(ids("change_id_seq", len(batch.changes)))
    chance = os.urandom(SALT * len(batch.changes))
    for new in fresh:
        previous: bytes | None = None
        for c in found[new.row.ref]:
            start = SALT * len(words)
            change_id, salt = next(series), chance[start : start + SALT]
            said = hashlib.sha256(salt + c.text.encode()).digest()
            fields = (c.pos, c.seat, c.step, c.source, c.target, c.reason, c.at)
            now = link(new.number, *fields, said, previous)
            changes.append((change_id, new.id, *fields, said, previous, now))
            words.append((change_id, c.text, salt, c.actor_id))
            previous = now
    return changes, words


COMMENT = "item_id person_id form_key body stance official seat department_code created_at"


def comments(known: dict[int, int], batch: Batch) -> Rows:
    """The rows of ``comment``, the oldest first; ``known``: ids of items by their ref."""
    said = sorted(batch.comments, key=lambda c: (known[c.ref], c.at))
    for c, key in zip(said, _uuids(len(said)), strict=True):
        owner = c.department_code
        yield known[c.ref], c.person_id, key, c.body, c.stance, c.seat != "", c.seat, owner, c.at


SUPPORT = "item_id person_id created_at"


def supports(known: dict[int, int], batch: Batch) -> Rows:
    """The rows of ``support``: each person once."""
    first: dict[tuple[int, int], datetime] = {}
    for s in batch.supports:
        place = known[s.ref], s.person_id
        first[place] = min(s.at, first.get(place, s.at))
    return ((*place, at) for place, at in sorted(first.items()))


LEVEL = "proposal_id level text volume cost rank decision reason seat decided_at change_id"


def levels(known: dict[int, int], batch: Batch, changes: Iterable[Any]) -> Rows:
    """The rows of ``proposal_level``, each with the change that decided it."""
    steps = {one.decision for one in batch.levels}
    decided = {(c[ITEM_ID], c[STEP], c[AT]): c[0] for c in changes if c[STEP] in steps}
    for one in sorted(batch.levels, key=lambda level: (known[level.ref], level.decided_at)):
        yield (
            known[one.ref], one.level, one.text, one.volume, one.cost, one.rank, one.decision,
            one.reason, one.seat, one.decided_at,
            decided.get((known[one.ref], one.decision, one.decided_at)),
        )  # fmt: skip


FOLLOW = "item_id user_id created_at"


def follows(fresh: Sequence[Numbered]) -> Rows:
    """The rows of ``follow``: whoever filed with a login hears of it."""
    for new in fresh:
        if new.row.filed_by_id is not None:
            yield new.id, new.row.filed_by_id, new.row.created_at


def own(table: Table, fresh: Iterable[Numbered]) -> tuple[str, Rows]:
    """Columns and rows of a kind's own table; what an item does not name gets the default.

    Raises KeyError for a column the table does not have.
    """
    new = list(fresh)
    named = sorted(set().union(*(one.row.own for one in new)))
    columns = [table.columns[name] for name in named]
    usual = {column.name: _usual(column) for column in columns}
    rows = (
        (one.id, *(_value(c, one.row.own.get(c.name), usual[c.name]) for c in columns))
        for one in new
    )
    return " ".join(["id", *named]), rows


def _usual(column: Column[Any]) -> Any:
    """A column's default, as a value."""
    default: Any = column.server_default
    if default is None:
        return None
    said = str(default.arg).strip("'")
    match column.type:
        case Boolean():
            return said == "true"
        case Integer():
            return int(said)
        case ARRAY():
            return []
        case JSONB():
            return Jsonb({})
    return said


def _value(column: Column[Any], value: Any, usual: Any) -> Any:
    """A value as COPY wants it; days and moments may come as they are written in JSON."""
    if value is None:
        return usual
    if isinstance(value, str) and isinstance(column.type, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column.type, Date):
        return date.fromisoformat(value)
    return Jsonb(value) if isinstance(column.type, JSONB) else value


def _uuids(n: int) -> Iterator[uuid.UUID]:
    """Random keys."""
    chance = os.urandom(16 * n)
    return (uuid.UUID(bytes=chance[k : k + 16], version=4) for k in range(0, 16 * n, 16))
