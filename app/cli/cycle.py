"""``flask cycle``: the calendar of the Musrenbang."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from app.access import SYSTEM
from app.cli import settle
from app.queries import cycle_calendar
from app.queries import cycles as queries
from app.queries.calendar import city_day
from app.services import cycle_files, cycles
from models import db

group = AppGroup("cycle", help="The stages of the Musrenbang, and when they are open.")


@group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--plan-year", type=int, required=True, help="The year of the works.")
@click.option("--reason", default="", help="On what ground; public.")
@click.option("--dry-run", is_flag=True, help="Say what would change and keep nothing.")
def load(file: Path, plan_year: int, reason: str, dry_run: bool) -> None:
    """Set the windows of a cycle from a table; the same again changes nothing."""
    try:
        wanted = cycle_files.read(file, plan_year, current_app.config["CITY"].zone)
        cycles.begin(plan_year, SYSTEM)
        made = cycles.declare(plan_year, wanted, SYSTEM, reason=reason)
    except (cycle_files.BadLine, cycles.Unfit) as wrong:
        db.session.rollback()
        raise click.ClickException(str(wrong.args[-1])) from None
    settle([f"{len(made)} windows set, {len(wanted) - len(made)} as they were."], dry_run)


@group.command("show")
@click.option("--plan-year", type=int, default=None, help="Default: the current cycle.")
@click.option("--area", default="", help="Code of an area; default: the city.")
def show(plan_year: int | None, area: str) -> None:
    """Say when each stage of a cycle is open in an area."""
    now = datetime.now(UTC)
    current = queries.current(db.session, city_day(now))
    year = plan_year or (current.plan_year if current else 0)
    found = next((c for c in queries.cycles(db.session) if c.plan_year == year), None)
    if found is None:
        raise click.ClickException("There is no such cycle yet.")
    with force_locale("en"):
        page = cycle_calendar.page(db.session, found, area or queries.city_code(), now)
        click.echo(f"Works of {year}, held in {found.held_year}")
        for line in page.lines:
            windows = [f"{_at(w.opens_at)} to {_at(w.closes_at)}" for w in line.table.windows]
            shown = "no dates, open" if not windows else f"{line.state}: {'; '.join(windows[:3])}"
            more = f" and {len(windows) - 3} more" if len(windows) > 3 else ""
            click.echo(f"  {line.stage:<13} {shown}{more}")


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(current_app.config['CITY'].zone):%Y-%m-%d %H:%M}"
