"""Bring whole volumes in: checked here, then COPY into the tables themselves.

The second of two writers (the first is ``services.items``).  Items come with their finished
trails; the database numbers and chains them as always.  A batch is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.kinds import KINDS
from models import db

from . import bulk_checks, bulk_rows, bulk_sql, clocks


class BulkError(Exception):
    """The batch holds something that cannot be; ``problems`` says what and how often."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(slots=True)
class NewPerson:
    """Somebody to be known; with an ``email`` also a login, to which no password leads."""

    name: str
    area_code: str | None
    rw: int | None
    rt: int | None
    level: int
    created_at: datetime
    email: str | None = None


@dataclass(slots=True)
class NewItem:
    """An item as it stands now; ``ref`` names it within the batch.

    ``own`` holds every column of the kind's own table but the id.  ``year`` is that of the public
    number.  lon, lat in degrees (EPSG:4326).  The deadlines (due_on, due_at, next_mark_at) are
    computed from the trail, whatever stands here.
    """

    ref: int
    kind: str
    category_code: str
    state: str
    title: str
    body: str
    lon: float
    lat: float
    area_code: str
    rw: int | None
    rt: int | None
    address: str
    author_id: int
    filed_by_id: int | None
    channel: str
    visibility: str
    oversight: bool
    department_code: str | None
    published_at: datetime | None
    due_on: date | None
    state_since: datetime
    created_at: datetime
    year: int
    due_at: datetime | None = None
    next_mark_at: datetime | None = None
    own: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class NewChange:
    """One step of an item's trail; ``pos`` counts from 1."""

    ref: int
    pos: int
    seat: str
    step: str
    source: str
    target: str
    reason: str
    text: str
    at: datetime
    actor_id: int | None = None


@dataclass(slots=True)
class NewComment:
    """A word in the discussion of an item."""

    ref: int
    person_id: int
    body: str
    stance: str
    seat: str
    department_code: str | None
    at: datetime


@dataclass(slots=True)
class NewSupport:
    """Somebody behind an item."""

    ref: int
    person_id: int
    at: datetime


@dataclass(slots=True)
class NewLevel:
    """What one level decided about a proposal."""

    ref: int
    level: str
    text: str
    volume: Decimal | None
    cost: int | None
    rank: int | None
    decision: str
    reason: str
    seat: str
    decided_at: datetime


@dataclass
class Batch:
    """What comes in together."""

    items: list[NewItem] = field(default_factory=list)
    changes: list[NewChange] = field(default_factory=list)
    comments: list[NewComment] = field(default_factory=list)
    supports: list[NewSupport] = field(default_factory=list)
    levels: list[NewLevel] = field(default_factory=list)


@dataclass(frozen=True)
class Brought:
    """How many rows of each sort a batch became, and what its items are called."""

    items: int
    changes: int
    comments: int
    supports: int
    numbers: dict[int, tuple[int, str]]  # id and public number by ref


def people(rows: Sequence[NewPerson]) -> list[tuple[int, int | None]]:
    """Make persons (and logins); returns (person id, login id) in the order given."""
    for statement in bulk_sql.PEOPLE_STAGING:
        db.session.execute(text(statement))
    names = " ".join(["ref", *(one.name for one in fields(NewPerson))])
    bulk_rows.copy(
        "bulk_person",
        names,
        (
            (n, r.name, r.area_code, r.rw, r.rt, r.level, r.created_at, r.email)
            for n, r in enumerate(rows)
        ),
    )
    for statement in bulk_sql.PEOPLE:
        db.session.execute(text(statement))
    found = db.session.execute(text(bulk_sql.PEOPLE_IDS))
    return [(row.person_id, row.user_id) for row in found]


def open_series(years: Iterable[int]) -> None:
    """Let every series of public numbers begin, so that writers at once need not wait for it.

    Each series loses one number; gaps are allowed.
    """
    query = text("SELECT next_item_number(:letter, :year)")
    for kind in KINDS.values():
        for year in years:
            db.session.execute(query, {"letter": kind.letter, "year": year})


def bring(batch: Batch) -> Brought:
    """Bring a batch in, in the caller's transaction.  Raises BulkError, with nothing written."""
    trails = bulk_checks.by_ref(batch.changes)
    clocks.settle_batch(batch.items, trails)
    if wrong := bulk_checks.problems(db.session(), batch, trails):
        raise BulkError(wrong)
    for statement in bulk_sql.SETTINGS:
        db.session.execute(text(statement))
    fresh = bulk_rows.numbered(batch.items)
    known = {new.row.ref: new.id for new in fresh}
    bulk_rows.copy("item", bulk_rows.ITEM, bulk_rows.items(fresh, batch))
    for kind in KINDS.values():
        table: Any = kind.model.__table__
        theirs = [new for new in fresh if new.row.kind == kind.slug]
        bulk_rows.copy(table.name, *bulk_rows.own(table, theirs))
    changes, words = bulk_rows.trails(fresh, batch, trails)
    bulk_rows.copy("change", bulk_rows.CHANGE, changes)
    bulk_rows.copy("change_text", bulk_rows.WORDS, words)
    bulk_rows.copy("comment", bulk_rows.COMMENT, bulk_rows.comments(known, batch))
    bulk_rows.copy("support", bulk_rows.SUPPORT, bulk_rows.supports(known, batch))
    bulk_rows.copy("proposal_level", bulk_rows.LEVEL, bulk_rows.levels(known, batch, changes))
    bulk_rows.copy("follow", bulk_rows.FOLLOW, bulk_rows.follows(fresh))
    numbers = {new.row.ref: (new.id, new.number) for new in fresh}
    return Brought(
        len(batch.items), len(changes), len(batch.comments), len(batch.supports), numbers
    )
