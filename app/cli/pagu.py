"""``flask pagu``: ceilings from a table into a draft."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from app.access import SYSTEM
from app.exchange.plan_files import usual_year
from models import CEILING_KINDS

from . import _plan_files

group = AppGroup("pagu", help="Ceilings of areas and departments.")


@group.command("import")
@click.option("--year", type=click.IntRange(2000, 2999), help="Plan year; default: the current.")
@click.option("--version", type=click.Choice(CEILING_KINDS), help="What kind of version it is.")
@_plan_files.options
def import_(year: int | None, version: str | None, **given: Any) -> None:
    """Put the amounts of FILE (CSV or XLSX) into the draft of a year; planners publish it."""
    _plan_files.bring("ceilings", SYSTEM, year=year or usual_year(), version=version, **given)
