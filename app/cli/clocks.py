"""``flask clocks``: office hours, and deadlines computed anew."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.queries.calendar import forget_terms, read_terms
from app.services import clock_sweep
from models import ClockSweep, db

group = AppGroup("clocks", help="Office hours and deadlines.")


@group.command("recompute")
@click.option("--dry-run", is_flag=True, help="Say what would move, change nothing.")
def recompute(dry_run: bool) -> None:
    """Compute every open deadline anew from its trail, and say what moved.

    A run that was cut short goes on where it stopped.
    """
    report = _dry() if dry_run else _run()
    for line in report.lines():
        click.echo(line)
    if dry_run:
        click.echo("Dry run: nothing was changed.")


def _dry() -> clock_sweep.Report:
    report, last, terms = clock_sweep.Report(), 0, read_terms()
    while last := clock_sweep.batch(report, last, terms, write=False):
        db.session.rollback()
    db.session.rollback()
    return report


def _run() -> clock_sweep.Report:
    forget_terms()
    sweep = clock_sweep.unfinished() or clock_sweep.begin()
    db.session.commit()
    if sweep is None:
        return clock_sweep.Report()
    number = sweep.id
    while True:
        sweep = db.session.get_one(ClockSweep, number)
        more = clock_sweep.go_on(sweep)
        report = clock_sweep.Report.read(sweep.report)
        db.session.commit()
        if not more:
            return report
