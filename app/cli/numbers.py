"""``flask numbers``: the public numbers of Lapor! and e-Musrenbang, and what else is counted."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.services import funnel, numbers, repeated
from models import db

group = AppGroup("numbers", help="The public numbers.")


@group.command("refresh")
def refresh() -> None:
    """Count the public numbers, and where reports come again, now; jobs do it by the clock."""
    read = numbers.refresh(db.session())
    lines = funnel.refresh(db.session())
    places = repeated.refresh(db.session())
    db.session.commit()
    click.echo(
        f"Counted; {read} steps were new; {lines} lines of what became of proposals;"
        f" {places} places reported again and again."
    )
