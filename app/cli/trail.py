"""``flask trail``: verify, seal and export the record of what happened."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.queries import trail as walk
from app.services import trail
from models import Item, db

group = AppGroup("trail", help="The record of what happened to every item.")
SHOWN = 50


@group.command("verify")
def verify() -> None:
    """Recompute every hash and every seal; exit 1 and name what is broken."""
    started, shown = time.monotonic(), sys.stderr.isatty()

    def progress(changes: int) -> None:
        if shown:
            click.echo(f"\r{changes} changes …", nl=False, err=True)

    report = walk.verify(db.session(), progress)
    seconds = time.monotonic() - started
    for problem in report.problems[:SHOWN]:
        click.echo(problem)
    if len(report.problems) > SHOWN:
        click.echo(f"… and {len(report.problems) - SHOWN} more")
    click.echo(
        f"{report.changes} changes of {report.items} items, {report.seals} seal(s) checked in "
        f"{seconds:.1f} s ({report.changes / max(seconds, 0.001):,.0f} changes/s), "
        f"{report.erased} texts erased: "
        + ("the trail is whole." if report.whole else f"{len(report.problems)} problems.")
    )
    sys.exit(0 if report.whole else 1)


@group.command("seal")
def seal() -> None:
    """Write a Merkle root over the changes since the last seal."""
    try:
        made = trail.seal(db.session())
    except trail.Busy:
        raise click.ClickException("The trail is being written to; try again later.") from None
    db.session.commit()
    if made is None:
        click.echo("Nothing has happened since the last seal.")
    else:
        click.echo(f"Seal {made.id} of {made.day}: {made.leaves} changes, {made.root.hex()}")


@group.command("export")
@click.argument("words", nargs=-1, metavar="[NUMBER] FILE")
@click.option("--all", "everything", is_flag=True, help="Every item, and the seals.")
@click.option("--texts", is_flag=True, help="With the words and their salts.")
def export(words: tuple[str, ...], everything: bool, texts: bool) -> None:
    """Write a trail as JSON lines: of the item NUMBER, or --all; FILE "-" is the terminal."""
    if len(words) != 2 - everything:
        raise click.UsageError("Give the number of one item and a file, or --all and a file.")
    item, file = None if everything else _item(words[0]), Path(words[-1])
    records = trail.export(db.session(), item, texts=texts)
    if str(file) == "-":
        for record in records:
            click.echo(_line(record))
        return
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as out:
        out.writelines(_line(record) + "\n" for record in records)
    part.replace(file)


def _item(number: str) -> Item:
    found = db.session.scalar(select(Item).where(Item.number == number.upper()))
    if found is None:
        raise click.ClickException(f"There is no item {number}.")
    return found


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
