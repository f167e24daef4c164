"""History brought in from a file, whatever its kind: what the commands share."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask_babel import force_locale

from app.exchange import importing, mapping, runs, tables
from app.exchange.problems import TableProblem
from app.exchange.reports import Outcome, Report

FILE = click.Path(path_type=Path, dir_okay=False)
Make = Callable[[mapping.Mapping, int | None], importing.Importer[Any]]
OPTIONS = (
    click.option("--batch", type=click.IntRange(1, 20_000), default=importing.BATCH, hidden=True),
    click.option("--report", "report_file", type=FILE, help="Write what became of each row (CSV)."),
    click.option("--dry-run", is_flag=True, help="Do everything, then take it back."),
    click.option(
        "--mapping", "mapping_file", type=FILE, required=True, help="Which column is what."
    ),
    click.argument("file", type=FILE),
)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments of every import."""
    for option in OPTIONS:
        command = option(command)
    return command


def bring(
    make: Make,
    codes: dict[str, set[str]],
    shape: mapping.Shape,
    back: int,
    *,
    file: Path,
    mapping_file: Path,
    dry_run: bool,
    report_file: Path | None,
    batch: int,
) -> None:
    """Bring the rows of a file in; ``back`` is how many years old its items may be."""
    began = time.monotonic()
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]), ExitStack() as kept:
        rules, table = _opened(file, mapping_file, codes, shape)
        out = None
        if report_file is not None:
            out = kept.enter_context(report_file.open("w", encoding="utf-8-sig", newline=""))
        report = Report(out)
        today = datetime.now(UTC).year
        run = None if dry_run else runs.begin(rules.source, file, range(today - back, today + 2))
        _take(make(rules, run), table, batch, report, dry_run)
        if not dry_run and report.rows:
            runs.finish(run)
    for line in report.lines():
        click.echo(line)
    seconds = time.monotonic() - began
    click.echo(f"{report.rows:,} rows in {seconds:.1f} s ({report.rows / seconds:,.0f}/s)")
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    if report.counts[Outcome.REFUSED] and report_file is None:
        click.echo("Use --report FILE to read why rows were refused.")


def _opened(
    file: Path, mapping_file: Path, codes: dict[str, set[str]], shape: mapping.Shape
) -> tuple[mapping.Mapping, tables.Table]:
    try:
        rules = mapping.read(mapping_file, codes, shape)
        table = tables.read(file, tuple(rules.columns.values()), rules.sheet)
        return runs.fitted(rules, table), table
    except mapping.MappingError as error:
        raise click.ClickException("\n".join(error.problems)) from None
    except runs.Missing as error:
        missing, columns = error.args
        raise click.ClickException(
            f"The file has no column {missing}.\nIts columns: {columns}"
        ) from None
    except TableProblem as error:
        raise click.ClickException(str(error)) from None


def _take(importer: Any, table: tables.Table, size: int, report: Report, dry_run: bool) -> None:
    try:
        runs.take(importer, table, size, report, dry_run, lambda said: click.echo(said, err=True))
    except KeyboardInterrupt:
        click.echo(f"Stopped after {report.rows:,} rows; start it again to go on.", err=True)
        sys.exit(130)
