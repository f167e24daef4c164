"""``flask privacy breach``: who must be told when data got out."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from app.access import SYSTEM
from app.cells import guarded
from app.queries import breach as whose
from app.services import privacy_breach
from models import db

group = AppGroup("privacy", help="Personal data.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


def _local(moment: datetime | None) -> datetime | None:
    """A moment as typed, in the city's time."""
    return moment.replace(tzinfo=current_app.config["CITY"].zone) if moment else None


@group.command("breach")
@click.option("--since", type=MOMENT, required=True, help="When it began, local time.")
@click.option("--until", type=MOMENT, help="When it ended; now when left out.")
@click.option("--known", type=MOMENT, help="When we learnt of it; now when left out.")
@click.option("--scope", default="all", show_default=True, help="all, item:…, area:…, login:….")
@click.option("--happened", default="", help="In a sentence, for the letter.")
@click.option("--letter", is_flag=True, help="Print the letter instead of the list.")
def breach(
    since: datetime,
    until: datetime | None,
    known: datetime | None,
    scope: str,
    happened: str,
    letter: bool,
) -> None:
    """Print as CSV who was affected and how to reach them; that it was asked is written down."""
    now = datetime.now(UTC)
    start, end, heard = (_local(moment) for moment in (since, until, known))
    facts = whose.Breach(start or now, end or now, heard or now, scope, happened)
    try:
        people = whose.count(db.session, facts)
    except whose.NoSuchScope:
        raise click.ClickException(f"There is no scope {scope}.") from None
    privacy_breach.record(facts, people, SYSTEM)
    db.session.commit()
    if letter:
        click.echo(privacy_breach.letter(facts, whose.sorts_of(db.session, facts)))
        return
    out = csv.writer(sys.stdout)
    out.writerow(["name", "email", "phone", "data"])
    for person in whose.every(db.session, facts):
        row = (person.name, person.email, person.phone, " ".join(sorted(person.data)))
        out.writerow([guarded(cell) for cell in row])
    click.echo(f"{people} people; tell them before {facts.deadline.isoformat()}.", err=True)
