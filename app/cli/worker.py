"""``flask worker``: do what was queued."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext


@click.command("worker")
@click.option("--concurrency", default=2, show_default=True, help="Jobs at the same time.")
@click.option(
    "--patience",
    default=20.0,
    show_default=True,
    help="Seconds without a sign of life after which a worker counts as dead.",
)
@click.option("--once", is_flag=True, help="End when nothing is left to do.")
@with_appcontext
def group(concurrency: int, patience: float, once: bool) -> None:
    """Run the job worker until SIGTERM; what is in hand is finished first."""
    from app.jobs.running import work

    work(current_app._get_current_object(), concurrency, patience, wait=not once)  # type: ignore[attr-defined]
