"""Files of planners from the command line: what the commands share."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import func, select

from app.access import SYSTEM, Actor, may
from app.exchange import plan_files
from app.exchange.problems import TableProblem
from app.exchange.reports import Outcome, Report
from app.queries.actors import actor_of
from app.services import plan_files as service
from models import User, db

FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)
OPTIONS = (
    click.option("--report", "report_file", type=FILE, help="Write what became of each row (CSV)."),
    click.option("--dry-run", is_flag=True, help="Do everything, then take it back."),
    click.argument("file", type=EXISTING),
)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments of every import."""
    for option in OPTIONS:
        command = option(command)
    return command


def planner(email: str) -> Actor:
    """The planner with this login."""
    wanted = select(User).where(func.lower(User.email) == email.strip().lower())
    user = db.session.scalar(wanted)
    actor = actor_of(user) if user is not None and user.is_active else SYSTEM
    if actor is SYSTEM or not may(actor, "exchange_plans"):
        raise click.ClickException("There is no planner with this login.")
    return actor


def bring(
    sort: str,
    actor: Actor,
    *,
    file: Path,
    dry_run: bool,
    report_file: Path | None,
    **chosen: Any,
) -> None:
    """Take a file over, or try it, and say what became of its rows."""
    began, locale = time.monotonic(), current_app.config["BABEL_DEFAULT_LOCALE"]
    with force_locale(locale), ExitStack() as kept:
        out = None
        if report_file is not None:
            out = kept.enter_context(report_file.open("w", encoding="utf-8-sig", newline=""))
        report = Report(out)
        try:
            data = file.read_bytes()
            verdicts = plan_files.go_through(sort, data, actor, chosen, keep=not dry_run)
            if not dry_run:
                found = service.begin(actor, sort, file.name, data, **chosen)
                rows, counts = plan_files.as_rows(verdicts)
                service.keep_rows(found, rows, counts)
                service.done(found)
                db.session.commit()
        except service.TooLarge:
            raise click.ClickException("The file is too large.") from None
        except TableProblem as error:
            raise click.ClickException(str(error)) from None
        report.add(verdicts)
    for line in report.lines():
        click.echo(line)
    click.echo(f"{report.rows:,} rows in {time.monotonic() - began:.1f} s")
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    if report_file is None and report.counts[Outcome.REFUSED] + report.counts[Outcome.CONFLICT]:
        click.echo("Use --report FILE to read why rows were refused.")
