"""``flask road``: the roads whose class and owner the city knows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import delete, func, select

from app.queries.roads import near, within
from app.services.roads import RoadReport, import_lines
from maps.geojson import BadFile
from models import RoadLine, db, reading

from . import settle

group = AppGroup("road", help="Roads with a class and an owner: import, ask, list.")
SHOWN = 10


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--class-field", default="kelas", show_default=True, help="Property: the class.")
@click.option("--name-field", default="nama", show_default=True, help="Property: the name.")
@click.option("--source", default="", help="Name of this layer; a second import replaces it.")
@click.option("--dry-run", is_flag=True, help="Do everything, report it, then take it back.")
def load(file: Path, class_field: str, name_field: str, source: str, dry_run: bool) -> None:
    """Take the lines of FILE (GeoJSON, WGS84) as roads; a pin near one needs no question."""
    try:
        report = import_lines(db.session, file, class_field, name_field, source)
    except BadFile as error:
        db.session.rollback()
        click.echo(str(error), err=True)
        sys.exit(1)
    settle(lines(report), dry_run)


def lines(report: RoadReport) -> Iterator[str]:
    """The report of an import as a person reads it."""
    yield f"Layer {report.source}: {sum(report.roads.values())} roads, {report.unnamed} unnamed."
    for code, count in sorted(report.roads.items()):
        yield f"{count:8d}  {code}, {report.km.get(code, 0):.1f} km"
    yield f"Replaced: {report.replaced} roads of this layer. Outside the city: {report.far}."
    yield f"A pin within {within():g} m of a road lies on it."
    yield f"Classes we have no word for: {len(report.unknown)}."
    ordered = sorted(report.unknown.items(), key=lambda pair: -pair[1])
    yield from (
        f"  {word or '(empty)'}: {count} features left out" for word, count in ordered[:SHOWN]
    )
    yield f"Refused: {len(report.refused)} features."
    shown = list(report.refused.items())[:SHOWN]
    yield from (f"  feature {number}: {why}" for number, why in shown)


@group.command("at")
@click.argument("lon", type=float)
@click.argument("lat", type=float)
def at(lon: float, lat: float) -> None:
    """Say which road a pin lies on (longitude, latitude in degrees)."""
    road = near(reading(), lon, lat)
    if road is None:
        click.echo("No imported road.")
    else:
        click.echo(f"{road.name or '(unnamed)'}: {road.road_class}, {road.metres:g} m away")


@group.command("list")
def layers() -> None:
    """The layers there are."""
    query = select(RoadLine.source, RoadLine.road_class, func.count()).group_by(
        RoadLine.source, RoadLine.road_class
    )
    for source, code, count in reading().execute(query.order_by(RoadLine.source)):
        click.echo(f"{source}: {count} {code}")


@group.command("remove")
@click.argument("source")
def remove(source: str) -> None:
    """Take a layer away; residents are asked again."""
    gone = db.session.execute(delete(RoadLine).where(RoadLine.source == source))
    db.session.commit()
    click.echo(f"{getattr(gone, 'rowcount', 0)} roads removed.")
