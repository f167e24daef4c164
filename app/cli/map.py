"""``flask map``: the counts behind the map."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from maps import fold
from models import db

group = AppGroup("map", help="The counts behind the map.")


@group.command("rebuild")
def rebuild() -> None:
    """Count every item anew, as after a state was given another phase; items wait meanwhile."""
    fold.rebuild(db.session())
    db.session.commit()
    click.echo("The map was counted anew.")
