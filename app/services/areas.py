"""The boundaries of a city's kelurahan: approximate cells first, official ones when they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import shapely
from flask_babel import gettext as _
from shapely.geometry import MultiPolygon

from app.queries.calendar import city_day
from maps import boundaries, coverage, geojson
from maps.boundaries import Moved, Standing
from maps.cells import cells
from maps.coverage import Gap, Overlap
from maps.geojson import BadFile, Boundaries, polygons
from models import AnySession

from . import audit

NEAR = 1.0  # degrees: a file further from the city's points is another city's
CELLS = "cells"  # the source of approximate boundaries
DIFFERS = 0.25  # share by which an area may differ from the listed one unmentioned


@dataclass
class ImportReport:
    """What a file of official boundaries held, what was taken from it, what it changed."""

    file: Boundaries
    names: Mapping[str, str]
    scheme: str = ""  # how the file's codes were read
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    odd_size: dict[str, tuple[float, float]] = field(default_factory=dict)  # km²: drawn, listed
    misplaced: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    outside: int = 0

    @property
    def moved(self) -> int:
        """Open items that lie in another kelurahan now."""
        return sum(move.items for move in self.moves)


def make_cells(session: AnySession) -> int:
    """Make approximate cells for every kelurahan without an official boundary; says how many.

    Cells never reach into official boundaries.  The transaction is the caller's.
    """
    standing = boundaries.standing(session)
    wanted = [area for area in standing if not area.official]
    boundaries.forget_cells(session)
    if not wanted:
        return 0
    made = cells([area.site for area in standing])
    official = boundaries.shapes(session, {a.code for a in standing} - {a.code for a in wanted})
    taken = shapely.union_all(list(official.values()))
    shapes = {area.code: polygons(shapely.difference(made[area.code], taken)) for area in wanted}
    shapes = {code: shape for code, shape in shapes.items() if not shape.is_empty}
    boundaries.replace(
        session,
        shapes,
        approximate=True,
        source=CELLS,
        day=city_day(),
    )
    return len(shapes)


def import_boundaries(session: AnySession, path: Path, code_field: str = "kode") -> ImportReport:
    """Replace boundaries by those of a GeoJSON file and move open items along.

    Everything happens in the caller's transaction: roll back for a dry run.  Kelurahan the file
    lacks keep what they have.  Raises BadFile when the file cannot be used at all.
    """
    found = geojson.read(path, code_field)
    standing = {area.code: area for area in boundaries.standing(session)}
    _check_position(found, standing)
    report = ImportReport(found, {code: area.name for code, area in standing.items()})
    shapes = _known(report, standing)
    if not shapes:
        raise BadFile(f"No code in {path.name} is a kelurahan of this city.")
    _judge(report, shapes, standing)
    _store(session, report, shapes, path.name)
    names = {"old": "%s", "new": "%s"}
    note = _("The official boundary of the kelurahan was set: from %(old)s to %(new)s.", **names)
    report.moves, report.outside = boundaries.relocate(session, note)
    detail = f"{len(report.fresh)} new, {len(report.same)} unchanged, {report.moved} items moved"
    audit.note("import_boundaries", path.name, by=None, detail=detail, session=session)
    return report


def _check_position(found: Boundaries, standing: Mapping[str, Standing]) -> None:
    """Refuse a file that lies elsewhere, or lies here with its coordinates interchanged."""
    box = found.bbox
    if box is None:
        raise BadFile("No polygon in the file can be used.")
    lons, lats = [a.lon for a in standing.values()], [a.lat for a in standing.values()]
    if not lons:
        raise BadFile("The city has no kelurahan yet: load its areas first (flask city load).")
    city = shapely.box(min(lons) - NEAR, min(lats) - NEAR, max(lons) + NEAR, max(lats) + NEAR)
    if city.intersects(shapely.box(*box)):
        return
    west, south, east, north = box
    if city.intersects(shapely.box(south, west, north, east)):
        raise BadFile("The file has latitude before longitude; swap them first.")
    raise BadFile(f"The file lies elsewhere: {west:.2f}, {south:.2f} to {east:.2f}, {north:.2f}.")


def _known(report: ImportReport, standing: Mapping[str, Standing]) -> dict[str, MultiPolygon]:
    """The file's shapes by the city's codes: with dots, without, or found by BPS code."""
    schemes = {
        "code": {code: code for code in standing},
        "code without dots": {code.replace(".", ""): code for code in standing},
        "BPS code": {area.bps_code: code for code, area in standing.items() if area.bps_code},
    }
    given = set(report.file.shapes) | set(report.file.refused)
    report.scheme = max(schemes, key=lambda name: len(given & set(schemes[name])))
    known = schemes[report.scheme]
    report.unknown = sorted(given - set(known))
    shapes = {known[code]: shape for code, shape in report.file.shapes.items() if code in known}
    report.missing = sorted(set(standing) - set(shapes))
    return shapes


def _judge(
    report: ImportReport, shapes: Mapping[str, MultiPolygon], standing: Mapping[str, Standing]
) -> None:
    report.overlaps, report.gaps = coverage.overlaps(shapes), coverage.gaps(shapes)
    for code, size in coverage.square_metres(shapes).items():
        area, drawn = standing[code], size / 1e6
        if abs(drawn - area.area_km2) > DIFFERS * area.area_km2:
            report.odd_size[code] = (drawn, area.area_km2)
        if not shapes[code].intersects(shapely.Point(area.lon, area.lat)):
            report.misplaced.append(code)


def _store(
    session: AnySession, report: ImportReport, shapes: Mapping[str, MultiPolygon], source: str
) -> None:
    standing = {a.code: a for a in boundaries.standing(session)}
    before = boundaries.shapes(session, shapes)
    report.same = sorted(
        code
        for code, shape in shapes.items()
        if standing[code].official and shape.equals_exact(before[code], 1e-9, normalize=True)
    )
    fresh = {code: shape for code, shape in shapes.items() if code not in set(report.same)}
    report.fresh = sorted(fresh)
    boundaries.replace(session, fresh, approximate=False, source=source, day=city_day())
    if fresh:
        make_cells(session)
