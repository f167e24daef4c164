"""Many areas side by side: where they overlap, where they leave gaps, how to draw them lightly."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from .geojson import polygons
from .plane import Plane

SMALL = 1.0  # m²: less is a rounding error
TOLERANCES = (2, 5, 8, 12, 16, 20, 25, 30, 40, 60, 80, 120)  # metres
BUDGET = 22_000  # bytes gzipped that all outlines together may weigh
DECIMALS = 5  # of a degree: about a metre


@dataclass(frozen=True)
class Overlap:
    """Two areas that claim the same ground."""

    first: str
    second: str
    square_metres: float


@dataclass(frozen=True)
class Gap:
    """Ground enclosed by areas that none of them claims; lon, lat lie in it (EPSG:4326)."""

    square_metres: float
    lon: float
    lat: float
    beside: tuple[str, ...]


def overlaps(shapes: Mapping[str, MultiPolygon]) -> list[Overlap]:
    """Every pair that shares more than a square metre, largest first."""
    codes, flat = _flat(shapes)
    tree = shapely.STRtree(flat)
    left, right = tree.query(flat, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    sizes = shapely.area(shapely.intersection(flat[left], flat[right]))
    found = [
        Overlap(codes[a], codes[b], float(size))
        for a, b, size in zip(left, right, sizes, strict=True)
        if size > SMALL
    ]
    return sorted(found, key=lambda overlap: -overlap.square_metres)


def gaps(shapes: Mapping[str, MultiPolygon]) -> list[Gap]:
    """Every hole between the areas of more than a square metre, largest first."""
    if not shapes:
        return []
    codes, flat = _flat(shapes)
    plane, tree = _plane(shapes), shapely.STRtree(flat)
    found = []
    for part in shapely.get_parts(shapely.union_all(flat)):
        for ring in part.interiors:
            hole = Polygon(ring)
            if hole.area <= SMALL:
                continue
            spot = plane.degrees(shapely.get_coordinates(hole.point_on_surface()))[0]
            beside = sorted(codes[i] for i in tree.query(hole.buffer(0.5), "intersects"))
            found.append(Gap(hole.area, float(spot[0]), float(spot[1]), tuple(beside)))
    return sorted(found, key=lambda gap: -gap.square_metres)


def square_metres(shapes: Mapping[str, MultiPolygon]) -> dict[str, float]:
    """The size of each area."""
    codes, flat = _flat(shapes)
    return dict(zip(codes, map(float, shapely.area(flat)), strict=True))


def drawn(shapes: Mapping[str, MultiPolygon], budget: int = BUDGET) -> dict[str, MultiPolygon]:
    """Outlines for drawing, neighbours simplified alike so that no gap opens between them.

    As fine as ``budget`` (bytes of all outlines as gzipped GeoJSON) allows.
    """
    if not shapes:
        return {}
    codes, flat = _flat(shapes)
    plane = _plane(shapes)
    found: dict[str, MultiPolygon] = {}
    for tolerance in TOLERANCES:
        light = shapely.coverage_simplify(flat, tolerance)
        found = {
            code: _rounded(plane, shape, shapes[code])
            for code, shape in zip(codes, light, strict=True)
        }
        if weight(found) <= budget:
            break
    return found


def _rounded(plane: Plane, shape: Any, otherwise: MultiPolygon) -> MultiPolygon:
    """The shape in degrees with few decimals, or the original where too little is left of it."""
    round_shape = shapely.transform(plane.round(shape), lambda points: np.round(points, DECIMALS))
    sound = polygons(shapely.make_valid(round_shape, method="structure", keep_collapsed=False))
    return otherwise if sound.is_empty else sound


def weight(shapes: Mapping[str, MultiPolygon]) -> int:
    """Bytes of these outlines as gzipped GeoJSON."""
    rings = [shapely.geometry.mapping(shape)["coordinates"] for shape in shapes.values()]
    return len(gzip.compress(json.dumps(rings, separators=(",", ":")).encode(), 6))


def _plane(shapes: Mapping[str, MultiPolygon]) -> Plane:
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    return Plane.around([(west, south), (east, north)])


def _flat(shapes: Mapping[str, MultiPolygon]) -> tuple[list[str], Any]:
    """Codes, and their shapes in metres as an array."""
    if not shapes:
        return [], np.array([], dtype=object)
    plane = _plane(shapes)
    return list(shapes), np.array([plane.flat(shape) for shape in shapes.values()], dtype=object)
