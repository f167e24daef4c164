"""Bring whole volumes in: COPY into staging, checks in SQL, INSERT … SELECT.

The second of two writers (the first is ``services.items``).  Items come with their finished
trails; the database numbers and chains them as always.  A batch is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.types.json import Json
from sqlalchemy import text

from app.kinds import KINDS
from app.workflow import BACK
from models import db

from . import bulk_sql, clocks


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
    """How many rows of each sort a batch became."""

    items: int
    changes: int
    comments: int
    supports: int


def people(rows: Sequence[NewPerson]) -> list[tuple[int, int | None]]:
    """Make persons (and logins); returns (person id, login id) in the order given."""
    for statement in bulk_sql.PEOPLE_STAGING:
        db.session.execute(text(statement))
    _copy("bulk_person", [(n, *_values(row)) for n, row in enumerate(rows)])
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
    clocks.settle_batch(batch.items, batch.changes)
    for statement in (*bulk_sql.SETTINGS, *bulk_sql.STAGING):
        db.session.execute(text(statement))
    _copy("bulk_item", ((*_values(row)[:-1], Json(row.own)) for row in batch.items))
    _copy("bulk_change", map(_values, batch.changes))
    _copy("bulk_comment", map(_values, batch.comments))
    _copy("bulk_support", map(_values, batch.supports))
    _copy("bulk_level", map(_values, batch.levels))
    for statement in bulk_sql.ANALYSE:
        db.session.execute(text(statement))
    _check()
    letters = [kind.letter for kind in KINDS.values()]
    db.session.execute(text(bulk_sql.NEW), {"kinds": list(KINDS), "letters": letters})
    for statement in bulk_sql.ITEMS:
        db.session.execute(text(statement))
    for kind in KINDS.values():
        own = bulk_sql.own_columns(kind.model.__table__)  # type: ignore[arg-type]
        db.session.execute(text(own), {"kind": kind.slug})
    for statement in bulk_sql.FINISH:
        db.session.execute(text(statement))
    return Brought(len(batch.items), len(batch.changes), len(batch.comments), len(batch.supports))


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _NAMES[type(row)])


_NAMES = {
    model: tuple(f.name for f in fields(model))
    for model in (NewPerson, NewItem, NewChange, NewComment, NewSupport, NewLevel)
}


def _copy(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver = db.session.connection().connection.driver_connection
    assert isinstance(driver, Connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _check() -> None:
    problems = []
    arrows = _arrows()
    for sentence, query in bulk_sql.CHECKS.items():
        values = arrows if ":steps" in query else {}
        number = db.session.scalar(text(query), values)
        if number:
            problems.append(f"{sentence}: {number}.")
    if problems:
        raise BulkError(problems)


def _arrows() -> dict[str, list[str]]:
    """Every arrow the kinds declare, filing included, as four arrays."""
    rows = set()
    for kind in KINDS.values():
        names = [state.name for state in kind.workflow.states]
        rows.add((kind.slug, "file", "", kind.workflow.initial))
        for step in kind.workflow.steps:
            for source in step.sources:
                targets = names if step.target == BACK else [step.target or source]
                rows |= {(kind.slug, step.name, source, target) for target in targets}
    kinds, steps, sources, targets_ = zip(*sorted(rows), strict=True)
    return {
        "kinds": list(kinds),
        "steps": list(steps),
        "sources": list(sources),
        "targets": list(targets_),
    }
