"""Commands a person runs: ``bin/flask NOUN VERB``.  One module per noun, thin: they call services.

Each module has ``group``, a click command or group of the module's name, and is found by itself;
one whose name begins with "_" is shared by others.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

import click
from flask import Flask
from flask.cli import AppGroup

from app.queries.labels import forget
from models import db

NOUNS = frozenset(one.name for one in iter_modules(__path__) if not one.name.startswith("_"))


class Nouns(AppGroup):
    """Every noun's commands, each imported when it is asked for: the web needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The nouns, and what extensions have brought."""
        return sorted(NOUNS.union(super().list_commands(ctx)))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The commands of a noun."""
        if cmd_name not in NOUNS:
            return super().get_command(ctx, cmd_name)
        found: click.Command = import_module(f"{__name__}.{cmd_name}").group
        return found


def init_app(app: Flask) -> None:
    """Have every noun's commands at hand."""
    app.cli = Nouns(app.name, app.cli.commands)


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
