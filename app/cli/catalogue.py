"""``flask catalogue``: the *kamus usulan* from a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from app.access import SYSTEM
from app.queries.calendar import city_day

from . import _plan_files

group = AppGroup("catalogue", help="The catalogue of works that can be proposed.")


@group.command("import")
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), help="Prices hold from this day.")
@_plan_files.options
def import_(day: datetime | None, **given: Any) -> None:
    """Add and change lines from FILE (CSV or XLSX); what it does not name stays as it is."""
    wanted = day.date() if day is not None else city_day()
    _plan_files.bring("catalogue", SYSTEM, day=wanted.isoformat(), **given)
