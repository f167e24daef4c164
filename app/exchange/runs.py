"""Take a whole file in: portion by portion, each in its own transaction, two writers at once.

A rehearsal is one transaction, which is taken back.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy import text, update

from app.services import audit, bulk, facets
from maps import fold
from models import ImportRun, db

from .importing import Importer, in_batches
from .mapping import Mapping
from .problems import TableProblem
from .reports import Outcome, Report, Verdict
from .tables import Row, Table, plain

WRITERS = 2
COUNTED = {
    Outcome.ACCEPTED: "accepted",
    Outcome.REPAIRED: "repaired",
    Outcome.REFUSED: "refused",
    Outcome.KNOWN: "known",
    Outcome.CONFLICT: "conflicts",
}
FILLED = (
    "person", "item", "complaint", "proposal", "proposal_level", "change", "change_text",
    "external_ref", "map_grid", "facet",
)  # fmt: skip
Say = Callable[[str], None]


class Missing(TableProblem):
    """The table lacks columns the mapping names; ``args`` are the missing ones and its own."""


def fitted(rules: Mapping, table: Table) -> Mapping:
    """The mapping with the columns as this table writes them.  Raises Missing."""
    known = {plain(name): name for name in table.columns}
    missing = [name for name in rules.columns.values() if plain(name) not in known]
    if missing:
        raise Missing(", ".join(missing), ", ".join(table.columns))
    columns = {field: known[plain(name)] for field, name in rules.columns.items()}
    return replace(rules, columns=columns)


def begin(source: str, file: Path, years: range) -> int:
    """Write down that a file comes in; ``years`` are those its numbers may be of.  Commits."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    run = ImportRun(system=source, file_name=file.name, file_hash=digest)
    db.session.add(run)
    db.session.flush()
    audit.note("import", f"import_run:{run.id}", by=None, detail=source)
    bulk.open_series(years)
    run_id = run.id
    db.session.commit()
    return run_id


def take(
    importer: Importer[Any], table: Table, size: int, report: Report, dry_run: bool, say: Say
) -> None:
    """Bring all rows in; commits after each portion, or takes it back on a rehearsal."""
    began = time.monotonic()
    portions = in_batches(table.rows, size)
    try:
        settled = _rehearsed(importer, portions) if dry_run else _settled(importer, portions, size)
        for verdicts in settled:
            before = report.counts.copy()
            report.add(verdicts)
            if not dry_run:
                fresh = report.counts - before
                _count(importer.run, {COUNTED[found]: n for found, n in fresh.items()})
                db.session.commit()
            rate = report.rows / max(time.monotonic() - began, 0.001)
            say(f"{report.rows:,} rows, {rate:,.0f} a second")
    except TableProblem as error:  # the file breaks off in the middle
        db.session.rollback()
        say(str(error))
    except KeyboardInterrupt:
        db.session.rollback()
        raise


def _rehearsed(importer: Importer[Any], portions: Iterator[list[Row]]) -> Iterator[list[Verdict]]:
    """What would become of each portion; nothing is kept.

    Taken back one by one, they would leave tables that the database believes to be empty, however
    large they are: it would read them whole for each row.
    """
    try:
        for n, portion in enumerate(portions):
            yield importer.take(portion)
            if not n:
                _analyse()
    finally:
        db.session.rollback()


def _settled(
    importer: Importer[Any], portions: Iterator[list[Row]], size: int
) -> Iterator[list[Verdict]]:
    """What became of each portion, in order.

    A second writer reads on while the database takes the portion of the first.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    turn = Lock()

    def write() -> list[Verdict]:
        with app.app_context(), force_locale(app.config["BABEL_DEFAULT_LOCALE"]):
            with turn:
                read = importer.read(next(portions, ()))
            verdicts = importer.settle(*read)
            db.session.commit()
            return verdicts

    first = next(portions, [])
    found = importer.take(first)
    db.session.commit()
    yield found
    if len(first) < size:
        return
    _analyse()
    db.session.commit()
    with ThreadPoolExecutor(WRITERS) as pool:
        waiting = deque(pool.submit(write) for _writer in range(WRITERS))
        while waiting:  # who found nothing more to read is not sent again
            if verdicts := waiting.popleft().result():
                waiting.append(pool.submit(write))
                yield verdicts


def _analyse() -> None:
    """Let the database know how full its tables are, when they were empty a moment ago."""
    db.session.execute(text(f"ANALYZE {', '.join(FILLED)}"))


def _count(run: int | None, counts: dict[str, int]) -> None:
    columns = {name: getattr(ImportRun, name) + n for name, n in counts.items()}
    if columns:
        db.session.execute(update(ImportRun).where(ImportRun.id == run).values(columns))


def finish(run: int | None) -> None:
    """What was counted before is counted afresh.  Commits."""
    now = datetime.now(UTC)
    db.session.execute(update(ImportRun).where(ImportRun.id == run).values(finished_at=now))
    _analyse()
    facets.refresh(db.session())
    fold.fold(db.session())
    db.session.commit()
