"""``flask demo``: a living city to try everything with."""

from __future__ import annotations

import time

import click
from flask.cli import AppGroup

from app.services import demo
from models import db

group = AppGroup("demo", help="Load the demonstration and show its accounts.")


@group.command("load")
def load() -> None:
    """Fill the database with a living city; does nothing when that was done before."""
    if demo.loaded():
        click.echo("The demonstration is loaded already.")
        return
    began = time.monotonic()

    def say(what: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {what}")

    made = demo.load(say)
    db.session.commit()
    demo.settle()
    db.session.commit()
    say(", ".join(f"{number} {what}" for what, number in made.items()))


@group.command("accounts")
def accounts() -> None:
    """Show whom one can be, and what to try."""
    rows = [("Role", "E-mail", "Password", "What to try")]
    rows += [(a.role, a.email, a.password, a.purpose) for a in demo.accounts()]
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[3]]))
