"""``flask retention run``: erase what need not be kept any longer."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from app.config import SettingsError
from app.services import retention
from models import db

group = AppGroup("retention", help="What is kept how long (cities/<city>/retention.csv).")


@group.command("run")
@click.option("--dry-run", is_flag=True, help="Count, erase nothing; the trial is logged as one.")
def run(dry_run: bool) -> None:
    """Run every rule and say what it erased."""
    try:
        for kept, rows in retention.run(current_app.config["CITY"].folder, dry=dry_run):
            db.session.commit()
            click.echo(f"{kept.rule:22} {kept.days:5} days {rows:8} row(s)  {kept.why}")
    except SettingsError as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo("Nothing was erased: this was a trial." if dry_run else "Done.")
