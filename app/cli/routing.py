"""``flask routing``: which department owns what, and whether every case has an owner."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app.queries import register, roads, routing
from app.queries.labels import area_label, labels
from app.queue import enqueue
from maps.place import NoSuchPlace, Place, resolve
from models import db, reading

TOO_FEW = "Only {0} decisions: at least 200 published reports with a department are needed."
group = AppGroup("routing", help="Explain and check the routing rules.")


def _place(lon: float, lat: float) -> Place:
    try:
        place = resolve(reading(), lon, lat)
    except NoSuchPlace:
        raise click.ClickException(f"{lon}, {lat} is no longitude and latitude.") from None
    if place.swapped:
        raise click.ClickException("Longitude and latitude seem to be interchanged.")
    if place.code is None:
        hint = f" {place.hint.text}" if place.hint else ""
        raise click.ClickException(f"This place lies outside the city.{hint}")
    return place


@group.command("explain")
@click.option("--category", required=True, help="Code of the category, as in categories.csv.")
@click.option("--lon", type=float, required=True, help="Longitude in degrees.")
@click.option("--lat", type=float, required=True, help="Latitude in degrees.")
@click.option("--road-class", type=click.Choice(routing.ALL_ROADS), default="tidak_tahu")
@click.option("--text", default="", help="What the report says.")
def explain(category: str, lon: float, lat: float, road_class: str, text: str) -> None:
    """Say which department owns a matter at a place, by which rule, and why."""
    if category not in labels().categories:
        raise click.ClickException(f"There is no category {category!r}.")
    place = _place(lon, lat)
    assert place.code
    where = {"lon": lon, "lat": lat}
    road = roads.known(reading(), labels().categories[category], where)
    name = road.get("road_name", "")
    kind_of_road = road.get("road_class", road_class)
    found = routing.owner(reading(), category, place.code, kind_of_road, text, road_name=name)
    about = " (approximate)" if place.approximate else ""
    click.echo(f"Area: {area_label(place.code)}, {place.code}{about}")
    if road:
        click.echo(f"Road: {road['road_name']}, {kind_of_road}, as imported")
    if found is None:
        raise click.ClickException("No rule fits: this matter has no owner.")
    name = labels().department_names.get(found.department_code, found.department_code)
    click.echo(f"Department: {name} ({found.department_code})")
    click.echo(f"Rule {found.position}: {'; '.join(found.why()) or 'fits everything'}")
    if found.note:
        click.echo(f"Note: {found.note}")
    for skipped in found.skipped:
        missing = f"{skipped.part.replace('_', ' ')} is not {skipped.wanted}"
        click.echo(f"  passed over: rule {skipped.position} ({skipped.department_code}), {missing}")


@group.command("coverage")
def coverage() -> None:
    """Prove that every category × kelurahan × road class has one first owner in force today."""
    found = routing.coverage(reading())
    click.echo(
        f"{found.rules} rules, {found.categories} categories × {found.areas} kelurahan × "
        f"{len(routing.ALL_ROADS)} road classes = {found.cases} cases"
    )
    for code, cases in sorted(found.owners.items(), key=lambda pair: -pair[1]):
        click.echo(f"{cases:8d}  {code}")
    for category, area, road in found.gaps[:20]:
        click.echo(f"no owner: {category} in {area}, road class {road}", err=True)
    if found.gaps:
        click.echo(f"{len(found.gaps)} cases have no owner in force.", err=True)
        sys.exit(1)
    click.echo("Every case has exactly one first owner.")


@group.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write departments, categories and rules as they are now into FOLDER, as CSV files.

    What the administration changed gets into the city's files this way.
    """
    for name, count in register.export(reading(), folder).items():
        click.echo(f"{name}.csv: {count} rows")


@group.command("train")
@click.option("--queue", is_flag=True, help="Leave it to the job worker.")
@click.option("--limit", type=click.IntRange(200, 200_000), default=30_000, show_default=True)
@click.option("--synthetic/--real", default=None, help="Whether the texts are invented.")
def train(queue: bool, limit: int, synthetic: bool | None) -> None:
    """Learn categories and departments from the newest LIMIT decisions of the city."""
    from app.services import learning
    from app.services.learning_told import told

    if queue:
        enqueue("suggestions_train", queue="slow", once="suggestions_train")
        db.session.commit()
        click.echo("Left to the job worker.")
        return
    try:
        row = learning.train(limit, synthetic)
    except learning.TooFew as few:
        raise click.ClickException(TOO_FEW.format(few.args[0])) from None
    db.session.commit()
    for line in told(row.figures):
        click.echo(line)
    size = len(row.arrays) + len(row.head)
    click.echo(f"Model {row.id}: {row.examples:,} decisions, {size / 1024:,.0f} kB packed.")
    click.echo(f"Shown to people: {row.helps or 'nothing; it beats neither rules nor habit'}.")


@group.command("evaluate")
@click.option("--split", type=click.Choice(("time", "random")), default="time", show_default=True)
@click.option("--limit", type=click.IntRange(200, 200_000), default=30_000, show_default=True)
@click.option("--synthetic/--real", default=None, help="Whether the texts are invented.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def evaluate(split: str, limit: int, synthetic: bool | None, as_json: bool) -> None:
    """Learn from earlier decisions, guess later ones, and compare with rules and majority."""
    from app.queries import decisions
    from app.services import learning
    from app.services.learning_told import told

    try:
        found = decisions.read(db.session(), limit)
        learnt = learning.evaluate(found, split, synthetic)
    except learning.TooFew as few:
        raise click.ClickException(TOO_FEW.format(few.args[0])) from None
    if as_json:
        click.echo(json.dumps({**learnt.figures, "helps": learnt.helps}, indent=2))
        return
    for line in told(learnt.figures):
        click.echo(line)
