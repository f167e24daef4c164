"""``flask routing``: which department owns what, and whether every case has an owner."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.queries import routing
from app.queries.labels import area_label, labels
from maps.place import NoSuchPlace, Place, resolve
from models import reading

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
    found = routing.owner(reading(), category, place.code, road_class, text)
    about = " (approximate)" if place.approximate else ""
    click.echo(f"Area: {area_label(place.code)}, {place.code}{about}")
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
