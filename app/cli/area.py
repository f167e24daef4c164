"""``flask area``: the boundaries of the city's kelurahan."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from app.services import areas
from app.services.areas import ImportReport
from maps.geojson import BadFile
from models import db

from . import settle

group = AppGroup("area", help="Boundaries of kelurahan: approximate cells and official ones.")

SHOWN = 10  # lines of each list in the report


@group.command("cells")
def make() -> None:
    """Make the approximate cells anew where no official boundary is known."""
    count = areas.make_cells(db.session)
    db.session.commit()
    click.echo(f"{count} approximate cells made.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--code-field", default="kode", show_default=True, help="Property with the code.")
@click.option("--dry-run", is_flag=True, help="Do everything, report it, then take it back.")
def load(file: Path, code_field: str, dry_run: bool) -> None:
    """Replace boundaries by those of FILE (GeoJSON, WGS84) and move open items along."""
    try:
        report = areas.import_boundaries(db.session, file, code_field)
    except BadFile as error:
        db.session.rollback()
        click.echo(str(error), err=True)
        sys.exit(1)
    settle(lines(report), dry_run)


def lines(report: ImportReport) -> Iterator[str]:
    """The report of an import as a person reads it."""
    yield from _file(report)
    yield from _ground(report)
    total = len(report.fresh) + len(report.same)
    yield (
        f"Boundaries: {total} kelurahan official; {len(report.fresh)} new, "
        f"{len(report.same)} unchanged, {len(report.missing)} without one in this file."
    )
    yield f"Items: {report.moved} open items moved to another kelurahan."
    yield from _some(
        f"{_named(report, move.old)} → {_named(report, move.new)}: {move.items}"
        for move in report.moves
    )
    if report.outside:
        yield f"Items: {report.outside} open items lie in no boundary and stay where they are."


def _file(report: ImportReport) -> Iterator[str]:
    found = report.file
    yield f"File: {len(found.shapes)} usable areas, matched by {report.scheme}."
    if found.uncoded:
        yield f"Without a code: {found.uncoded} features ignored."
    for title, codes in (
        ("Unknown codes, ignored", report.unknown),
        ("Missing in the file", [_named(report, code) for code in report.missing]),
        ("Several features joined", [f"{c} ({n})" for c, n in found.joined.items()]),
        ("Geometry repaired", [f"{c}: {why}" for c, why in found.repaired.items()]),
        ("Geometry refused", [f"{c}: {why}" for c, why in found.refused.items()]),
        ("Listed point lies outside its area", [_named(report, c) for c in report.misplaced]),
    ):
        yield f"{title}: {len(codes)}."
        yield from _some(codes)


def _ground(report: ImportReport) -> Iterator[str]:
    shared = sum(overlap.square_metres for overlap in report.overlaps)
    yield f"Overlaps: {len(report.overlaps)}, together {_size(shared)}."
    yield from _some(
        f"{_named(report, o.first)} and {_named(report, o.second)}: {_size(o.square_metres)}"
        for o in report.overlaps
    )
    lost = sum(gap.square_metres for gap in report.gaps)
    yield f"Gaps: {len(report.gaps)}, together {_size(lost)}."
    yield from _some(
        f"{_size(g.square_metres)} at {g.lon:.5f}, {g.lat:.5f} beside {', '.join(g.beside)}"
        for g in report.gaps
    )
    yield f"Size more than 25 % off the listed one: {len(report.odd_size)}."
    yield from _some(
        f"{_named(report, code)}: {drawn:.2f} km² drawn, {listed:.2f} km² listed"
        for code, (drawn, listed) in report.odd_size.items()
    )


def _some(entries: Iterable[str]) -> Iterator[str]:
    listed = list(entries)
    yield from (f"  {entry}" for entry in listed[:SHOWN])
    if len(listed) > SHOWN:
        yield f"  and {len(listed) - SHOWN} more"


def _named(report: ImportReport, code: str) -> str:
    return f"{code} {report.names.get(code, '')}".strip()


def _size(square_metres: float) -> str:
    return f"{square_metres:,.0f} m²"
