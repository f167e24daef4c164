"""``flask sp4n``: reports to and from SP4N-LAPOR! by files."""

from __future__ import annotations

import csv
import hashlib
import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import update

from app.cells import guarded
from app.exchange import complaints, sp4n, sp4n_rules, tables
from app.exchange.mapping import MappingError
from app.exchange.problems import TableProblem
from app.exchange.reports import Report
from app.exchange.sp4n_rules import Rules
from app.services import audit
from models import ImportRun, db

group = AppGroup("sp4n", help="Exchange reports with SP4N-LAPOR! by files.")
FILE = click.Path(path_type=Path, dir_okay=False)


def _rules() -> Rules:
    try:
        return sp4n_rules.read(current_app.config["CITY"].folder, complaints.codes())
    except MappingError as error:
        raise click.ClickException("\n".join(error.problems)) from None


@group.command("export")
@click.argument("file", type=FILE)
@click.option("--all", "everything", is_flag=True, help="Not only what has changed since.")
def export(file: Path, everything: bool) -> None:
    """Write what SP4N-LAPOR! has not heard yet to FILE (CSV).

    Published complaints and those they sent; confidential ones only after "sp4n permit".
    """
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        rules, rows = _rules(), 0
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        with part.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.DictWriter(out, list(rules.columns.values()))
            writer.writeheader()
            for row in sp4n.outgoing(rules, everything):
                writer.writerow({name: guarded(cell) for name, cell in row.items()})
                rows += 1
        audit.note("sp4n_export", f"rows:{rows}", by=None)
        part.replace(file)  # the file stands before we remember that they have it
        db.session.commit()
    click.echo(f"{rows:,} reports written to {file.name}.")


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Do everything, then take it back.")
@click.option("--report", "report_file", type=FILE, help="Write what became of each row (CSV).")
def import_(file: Path, dry_run: bool, report_file: Path | None) -> None:
    """Bring their reports and statuses in from FILE (CSV or XLSX); twice is as good as once."""
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]), ExitStack() as kept:
        rules = _rules()
        out = None
        if report_file is not None:
            out = kept.enter_context(report_file.open("w", encoding="utf-8-sig", newline=""))
        report = Report(out)
        try:
            table = tables.read(file, tuple(rules.columns.values()))
            run = None if dry_run else _begin(file)
            incoming = sp4n.Incoming(rules, table, run)
            if incoming.missing:
                names = ", ".join(incoming.missing)
                raise click.ClickException(f"The file has no column {names}.")
            for rows in incoming.rows:
                report.add(incoming.take(rows))
                if dry_run:
                    db.session.rollback()
                else:
                    db.session.commit()
        except TableProblem as error:
            db.session.rollback()
            raise click.ClickException(str(error)) from None
        if run is not None:
            now = datetime.now(UTC)
            db.session.execute(update(ImportRun).where(ImportRun.id == run).values(finished_at=now))
            db.session.commit()
        for line in report.lines():
            click.echo(line)
    if dry_run:
        click.echo("Dry run: nothing was kept.")


def _begin(file: Path) -> int:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    run = ImportRun(system=sp4n_rules.SYSTEM, file_name=file.name, file_hash=digest)
    db.session.add(run)
    db.session.flush()
    run_id = run.id
    db.session.commit()
    return run_id


@group.command("permit")
@click.argument("number")
@click.option("--note", required=True, help="Who decided it, and why.")
def permit(number: str, note: str) -> None:
    """Let the confidential report NUMBER go to SP4N-LAPOR! after all."""
    try:
        sp4n.permit(number, note)
    except sp4n.NoSuchItem:
        raise click.ClickException(f"There is no complaint {number}.") from None
    db.session.commit()
    click.echo(f"{number.upper()} may go to SP4N-LAPOR!.")
