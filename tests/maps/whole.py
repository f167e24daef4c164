"""The kelurahan of a whole city: drawn from their points, and the official ones when at hand.

The drawn ones fit together as a survey's do: each border runs halfway between two points.
"""

from __future__ import annotations

import csv
import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

from maps.cells import Site

ROOT = Path(__file__).resolve().parents[2]
AROUND = 0.01  # degrees between the outermost points and the city's edge
OFF = 0.001  # degrees the drawn points stand off the listed ones, about 110 m
OFFICIAL = Path(os.environ.get("TEST_BOUNDARIES") or "-")  # a GeoJSON of the real kelurahan
SOURCES = ["drawn", *(["official"] if OFFICIAL.is_file() else [])]


@cache
def city_sites() -> tuple[Site, ...]:
    """Every kelurahan of the city: point and size."""
    with (ROOT / "cities/bandung/areas.csv").open(encoding="utf-8") as file:
        return tuple(
            Site(row["code"], float(row["lon"]), float(row["lat"]), float(row["area_km2"]))
            for row in csv.DictReader(file)
            if row["level"] == "kelurahan"
        )


def drawn(off: float = OFF) -> dict[str, BaseGeometry]:
    """A made border for every kelurahan (EPSG:4326); together they cover the city exactly.

    ``off`` is how far, in degrees, the points between which they run stand off the listed ones.
    """
    sites = city_sites()
    listed = np.array([(site.lon, site.lat) for site in sites])
    moved = listed + np.random.default_rng(151).uniform(-off, off, listed.shape)
    points = shapely.points(moved)
    cells = shapely.voronoi_polygons(shapely.multipoints(points)).geoms
    edge = shapely.convex_hull(shapely.multipoints(points)).buffer(AROUND)
    cut = shapely.set_precision(shapely.intersection(list(cells), edge), 1e-7)
    owner, cell = shapely.STRtree(cut).query(points, predicate="within")
    return {sites[o].code: cut[c] for o, c in zip(owner, cell, strict=True)}


def written(folder: Path) -> Path:
    """The drawn borders as a file."""
    features = [
        {"type": "Feature", "properties": {"kode": code}, "geometry": shapely.geometry.mapping(one)}
        for code, one in drawn(off=0).items()
    ]
    path = folder / "kota-lengkap.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def official() -> dict[str, MultiPolygon]:
    """The real borders."""
    features = json.loads(OFFICIAL.read_text("utf-8"))["features"]
    return {f["properties"]["kode"]: shape(f["geometry"]) for f in features}
