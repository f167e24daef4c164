"""``flask numbers``: the public numbers of Lapor! and e-Musrenbang."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.services import funnel, numbers
from models import db

group = AppGroup("numbers", help="The public numbers.")


@group.command("refresh")
def refresh() -> None:
    """Count the public numbers now; a job does it each hour."""
    read = numbers.refresh(db.session())
    lines = funnel.refresh(db.session())
    db.session.commit()
    click.echo(f"Counted; {read} steps were new; {lines} lines of what became of proposals.")
