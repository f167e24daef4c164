"""``flask complaint``: history brought in from somebody's table."""

from __future__ import annotations

import hashlib
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import text, update

from app.exchange import complaints, mapping, tables
from app.exchange.problems import TableProblem
from app.exchange.reports import Outcome, Report, Verdict
from app.exchange.tables import Row
from app.services import audit, bulk, facets
from maps import fold
from models import ImportRun, db

group = AppGroup("complaint", help="Bring complaints in from elsewhere.")
WRITERS = 2
COUNTED = {
    Outcome.ACCEPTED: "accepted",
    Outcome.REPAIRED: "repaired",
    Outcome.REFUSED: "refused",
    Outcome.KNOWN: "known",
    Outcome.CONFLICT: "conflicts",
}
FILLED = (
    "person", "item", "complaint", "change", "change_text", "external_ref", "map_grid", "facet",
)  # fmt: skip
FILE = click.Path(path_type=Path, dir_okay=False)


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--mapping", "mapping_file", type=FILE, required=True, help="Which column is what.")
@click.option("--dry-run", is_flag=True, help="Do everything, then take it back.")
@click.option("--report", "report_file", type=FILE, help="Write what became of each row (CSV).")
@click.option("--batch", type=click.IntRange(1, 20_000), default=complaints.BATCH, hidden=True)
def import_(
    file: Path, mapping_file: Path, dry_run: bool, report_file: Path | None, batch: int
) -> None:
    """Bring the complaints of FILE (CSV or XLSX) in, with their trail; each number once.

    What is refused is named row by row; the good rows come in.  Broken off, it is started again.
    """
    began = time.monotonic()
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]), ExitStack() as kept:
        try:
            rules = mapping.read(mapping_file, complaints.codes())
            table = tables.read(file, tuple(rules.columns.values()), rules.sheet)
        except mapping.MappingError as error:
            raise click.ClickException("\n".join(error.problems)) from None
        except TableProblem as error:
            raise click.ClickException(str(error)) from None
        rules = _fitted(rules, table)
        out = None
        if report_file is not None:
            out = kept.enter_context(report_file.open("w", encoding="utf-8-sig", newline=""))
        report = Report(out)
        run = None if dry_run else _begin(rules.source, file)
        _take(complaints.Importer(rules, run), table, batch, report, dry_run)
        if not dry_run and report.rows:
            _finish(run)
        for line in report.lines():
            click.echo(line)
        seconds = time.monotonic() - began
        click.echo(f"{report.rows:,} rows in {seconds:.1f} s ({report.rows / seconds:,.0f}/s)")
        if dry_run:
            click.echo("Dry run: nothing was kept.")
        if report.counts[Outcome.REFUSED] and report_file is None:
            click.echo("Use --report FILE to read why rows were refused.")


def _fitted(rules: mapping.Mapping, table: tables.Table) -> mapping.Mapping:
    """The mapping with the columns as this table writes them; it must have each."""
    known = {tables.plain(name): name for name in table.columns}
    missing = [name for name in rules.columns.values() if tables.plain(name) not in known]
    if missing:
        raise click.ClickException(
            f"The file has no column {', '.join(missing)}.\nIts columns: {', '.join(table.columns)}"
        )
    columns = {field: known[tables.plain(name)] for field, name in rules.columns.items()}
    return replace(rules, columns=columns)


def _begin(source: str, file: Path) -> int:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    run = ImportRun(system=source, file_name=file.name, file_hash=digest)
    db.session.add(run)
    db.session.flush()
    audit.note("import", f"import_run:{run.id}", by=None, detail=source)
    today = datetime.now(UTC)
    bulk.open_series(range(today.year - 3, today.year + 2))
    run_id = run.id
    db.session.commit()
    return run_id


def _take(
    importer: complaints.Importer, table: tables.Table, size: int, report: Report, dry_run: bool
) -> None:
    """Portion by portion, each in a transaction of its own; how far it is stands on stderr."""
    began = time.monotonic()
    portions = complaints.in_batches(table.rows, size)
    try:
        for verdicts in _settled(importer, portions, size, dry_run):
            before = report.counts.copy()
            report.add(verdicts)
            if not dry_run:
                fresh = report.counts - before
                _count(importer.run, {COUNTED[found]: n for found, n in fresh.items()})
                db.session.commit()
            rate = report.rows / max(time.monotonic() - began, 0.001)
            click.echo(f"{report.rows:,} rows, {rate:,.0f} a second", err=True)
    except TableProblem as error:  # the file breaks off in the middle
        db.session.rollback()
        click.echo(str(error), err=True)
    except KeyboardInterrupt:
        db.session.rollback()
        click.echo(f"Stopped after {report.rows:,} rows; start it again to go on.", err=True)
        sys.exit(130)


def _settled(
    importer: complaints.Importer, portions: Iterator[list[Row]], size: int, dry_run: bool
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
            _end(dry_run)
            return verdicts

    first = next(portions, [])
    found = importer.take(first)
    _end(dry_run)
    yield found
    if len(first) < size:
        return
    with ThreadPoolExecutor(WRITERS) as pool:
        waiting = deque(pool.submit(write) for _writer in range(WRITERS))
        while waiting:  # who found nothing more to read is not sent again
            if verdicts := waiting.popleft().result():
                waiting.append(pool.submit(write))
                yield verdicts


def _end(dry_run: bool) -> None:
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()


def _count(run: int | None, counts: dict[str, int]) -> None:
    columns = {name: getattr(ImportRun, name) + n for name, n in counts.items()}
    if columns:
        db.session.execute(update(ImportRun).where(ImportRun.id == run).values(columns))


def _finish(run: int | None) -> None:
    """What was counted before is counted afresh."""
    now = datetime.now(UTC)
    db.session.execute(update(ImportRun).where(ImportRun.id == run).values(finished_at=now))
    db.session.execute(text(f"ANALYZE {', '.join(FILLED)}"))
    facets.refresh(db.session())
    fold.fold(db.session())
    db.session.commit()
