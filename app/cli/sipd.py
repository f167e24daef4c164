"""``flask sipd``: proposals to SIPD-RI, and the ids it gave them back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from app.access import SYSTEM
from app.exchange import plan_files, sipd
from app.services import plan_files as service
from models import db

from . import _plan_files

group = AppGroup("sipd", help="Exchange proposals with SIPD-RI by files.")


@group.command("export")
@click.argument("file", type=_plan_files.FILE)
@click.option("--year", type=click.IntRange(2000, 2999), help="Plan year; default: the current.")
@click.option("--all", "everything", is_flag=True, help="Not only what has changed since.")
def export(file: Path, year: int | None, everything: bool) -> None:
    """Write the proposals of a plan year to FILE (XLSX), in the columns of SIPD-RI.

    Public proposals that are new or changed since the last export.
    """
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        year = year or plan_files.usual_year()
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            made = service.begin(SYSTEM, "sipd_export", file.name, year=year, everything=everything)
            made.rows = made.accepted = sipd.write(part, sipd.rows(year, everything))
            service.done(made)
            many = made.rows
            part.replace(file)  # the file stands before we remember that they have it
            db.session.commit()
        finally:
            part.unlink(missing_ok=True)
    click.echo(f"{many:,} proposals for {year} written to {file.name}.")


@group.command("ids")
@_plan_files.options
def ids(**given: Any) -> None:
    """Take over the ids SIPD-RI gave, from FILE (columns nomor_usulan and id_usulan)."""
    _plan_files.bring("sipd_ids", SYSTEM, **given)
