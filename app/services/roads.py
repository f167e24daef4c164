"""Bring in the roads whose class and owner are known; they answer the question for the resident."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from geoalchemy2.shape import from_shape
from shapely import Point
from sqlalchemy import delete, insert

from app.queries import roads
from maps import lines
from maps.geojson import BadFile
from models import AnySession, RoadLine

from . import audit

FAR = 1.0  # degrees: a road further from the city's points is another city's
BATCH = 1000

# What files call a road, in lower case -> what we call it.
WORDS = {
    **{word: word for word in ("besar", "lingkungan", "gang", "tol", "nasional", "provinsi")},
    **dict.fromkeys(("jalan tol", "toll", "motorway", "motorway link"), "tol"),
    **dict.fromkeys(("jalan nasional", "negara", "national"), "nasional"),
    **dict.fromkeys(("jalan provinsi", "propinsi", "provincial"), "provinsi"),
    **dict.fromkeys(("kota", "jalan kota", "kabupaten", "arteri", "kolektor"), "besar"),
    **dict.fromkeys(("trunk", "primary", "secondary", "tertiary"), "besar"),
    **dict.fromkeys(("trunk link", "primary link", "secondary link", "tertiary link"), "besar"),
    **dict.fromkeys(("jalan lingkungan", "lokal", "residential", "unclassified"), "lingkungan"),
    **dict.fromkeys(("living street", "service"), "lingkungan"),
    **dict.fromkeys(("footway", "path", "pedestrian", "steps", "alley"), "gang"),
}


@dataclass
class RoadReport:
    """What an import of roads brought: per class how many and how long (km), and what not."""

    source: str
    roads: Counter[str] = field(default_factory=Counter)
    km: dict[str, float] = field(default_factory=dict)
    unnamed: int = 0
    far: int = 0
    replaced: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def import_lines(
    session: AnySession, path: Path, class_field: str, name_field: str, source: str = ""
) -> RoadReport:
    """Replace the roads of ``source`` (the file's name) by those of the file.

    The transaction is the caller's.  Raises BadFile when nothing of the file can be used.
    """
    found = lines.read(path, class_field, name_field, WORDS)
    report = RoadReport(source or path.name, unknown=found.unknown, refused=found.refused)
    here = _near(session, found.lines, report)
    if not here:
        raise BadFile(f"{path.name} holds no road of this city with a class we know.")
    gone = session.execute(delete(RoadLine).where(RoadLine.source == report.source))
    report.replaced = int(getattr(gone, "rowcount", 0))
    for start in range(0, len(here), BATCH):
        session.execute(insert(RoadLine), [_row(r, report.source) for r in here[start:][:BATCH]])
    _count(session, here, report)
    told = str(dict(report.roads))
    audit.note("import_roads", "road:all", by=None, detail=told, session=session)
    return report


def _near(session: AnySession, given: list[lines.Line], report: RoadReport) -> list[lines.Line]:
    """The roads within reach of the city; the others are counted."""
    middle = roads.middle(session)
    if middle is None:
        return given
    heart = Point(*middle)
    near = [road for road in given if road.geometry.distance(heart) <= FAR]
    report.far = len(given) - len(near)
    return near


def _row(road: lines.Line, source: str) -> dict[str, object]:
    shape = from_shape(road.geometry, srid=4326)
    return {"name": road.name, "road_class": road.road_class, "geom": shape, "source": source}


def _count(session: AnySession, here: list[lines.Line], report: RoadReport) -> None:
    report.unnamed = sum(not road.name for road in here)
    report.roads.update(road.road_class for road in here)
    report.km = roads.lengths(session, report.source)
