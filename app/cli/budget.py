"""``flask budget``: what the city's books say of budget and realisation."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from . import _plan_files

group = AppGroup("budget", help="Budget and realisation of proposals.")


@group.command("import")
@click.option("--as", "email", required=True, help="The login of the planner who imports.")
@_plan_files.options
def import_(email: str, **given: Any) -> None:
    """Take the steps FILE (CSV or XLSX) tells of: RKPD, APBD, contract, progress, end.

    Rows are known by nomor_usulan or id_usulan; the same row twice is nothing twice.
    """
    _plan_files.bring("budget", _plan_files.planner(email), **given)
