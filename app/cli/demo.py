"""``flask demo``: a living city to try everything with."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.services import demo, photos
from models import db

THREADS = 2
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
    say("developing the pictures")
    _develop(demo.undeveloped())
    say(", ".join(f"{number} {what}" for what, number in made.items()))


def _develop(photo_ids: list[int]) -> None:
    """Make the pictures ready, several at a time, each in a transaction of its own."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def one(photo_id: int) -> None:
        with app.app_context():
            photos.process(photo_id)
            db.session.commit()
            photos.discard_original(photo_id)
            db.session.commit()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, photo_ids))


@group.command("accounts")
def accounts() -> None:
    """Show whom one can be, and what to try."""
    rows = [("Role", "E-mail", "Password", "What to try")]
    rows += [(a.role, a.email, a.password, a.purpose) for a in demo.accounts()]
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[3]]))
