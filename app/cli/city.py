"""``flask city``: the files of a city, checked and loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.services import city

from . import settle

group = AppGroup("city", help="Check and load the files of a city.")

FOLDER = click.argument("folder", type=click.Path(path_type=Path), required=False)


def _folder(given: Path | None) -> Path:
    default: Path = current_app.config["CITY"].folder
    return given or default


def _fail(problems: list[str]) -> None:
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{len(problems)} problem(s); nothing was loaded.", err=True)
    sys.exit(1)


@group.command("check")
@FOLDER
def check(folder: Path | None) -> None:
    """Read every file of FOLDER and say what is wrong, line by line."""
    files = city.check(_folder(folder))
    if files.problems:
        _fail(files.problems)
    for name, rows in files.rows.items():
        click.echo(f"{name}: {len(rows)} rows, no mistake found")


@group.command("load")
@FOLDER
@click.option("--dry-run", is_flag=True, help="Do everything, then take it back.")
@click.option("--over-admin", is_flag=True, help="Also where the administration has changed it.")
def load(folder: Path | None, dry_run: bool, over_admin: bool) -> None:
    """Bring the files of FOLDER into the database; repeat it whenever they changed."""
    try:
        report = city.load(_folder(folder), over_admin)
    except city.CityFileError as error:
        _fail(error.problems)
    settle(report.lines(), dry_run)
