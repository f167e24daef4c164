"""Commands a person runs: ``bin/flask NOUN VERB``.  One module per noun, thin: they call services.

Each module has ``group``, a click command or group, and is found by itself; one whose name begins
with "_" is shared by others.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

import click
from flask import Flask

from app.queries.labels import forget
from models import db


def init_app(app: Flask) -> None:
    """Register every noun's commands."""
    for found in iter_modules(__path__):
        if found.name.startswith("_"):
            continue
        app.cli.add_command(import_module(f"{__name__}.{found.name}").group)


def settle(lines: Iterable[str], dry_run: bool) -> None:
    """Keep what a command did, or take it back after a rehearsal, and say it."""
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()
        forget()
    for line in lines:
        click.echo(line)
    if dry_run:
        click.echo("Dry run: nothing was kept.")
