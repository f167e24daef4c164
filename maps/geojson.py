"""Boundaries out of a GeoJSON file that somebody else made: read with care, repaired or refused.

Only geometry is judged here; whether a code is known is the city's business (``services.areas``).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from .grid import BBox

LARGEST = 300 * 2**20  # bytes: no city's kelurahan need more
LOST = 0.01  # share of its area a repaired geometry may lose or gain
DEGREES = {"", "CRS84", "4326"}  # the ends of names of coordinate systems in degrees


class BadFile(ValueError):
    """The file cannot be used at all; the message says why in one sentence."""


@dataclass
class Boundaries:
    """What a file holds: a geometry per code (lon, lat; EPSG:4326), and what was wrong."""

    shapes: dict[str, MultiPolygon] = field(default_factory=dict)
    repaired: dict[str, str] = field(default_factory=dict)  # code -> reason
    refused: dict[str, str] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)  # code -> features that bear it
    uncoded: int = 0  # features without a code

    @property
    def bbox(self) -> BBox | None:
        """West, south, east, north of all shapes."""
        if not self.shapes:
            return None
        west, south, east, north = shapely.total_bounds(list(self.shapes.values()))
        return float(west), float(south), float(east), float(north)


def read(path: Path, code_field: str) -> Boundaries:
    """The polygons of a FeatureCollection by the text in their property ``code_field``.

    Raises BadFile when it is no GeoJSON, too large, lacks the field or is not in degrees.
    """
    listed = list(features(parsed(path)))
    if not listed:
        raise BadFile(f"{path.name} holds no features.")
    found, parts = Boundaries(), defaultdict(list)
    for number, feature in enumerate(listed, 1):
        code = _code(feature, code_field)
        if not code:
            found.uncoded += 1
            continue
        parts[code].append(_geometry(feature, number))
    if not parts:
        raise BadFile(f"No feature has the property {code_field!r}; {_properties(listed)}")
    for code, geometries in parts.items():
        if len(geometries) > 1:
            found.joined[code] = len(geometries)
        _take(found, code, geometries)
    return found


def parsed(path: Path) -> dict[str, Any]:
    """The GeoJSON of a file, in degrees.  Raises BadFile."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadFile(f"{path.name} is larger than {LARGEST // 2**20} MB.")
        data = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadFile(f"{path.name} is not GeoJSON: {error}.") from None
    if not isinstance(data, dict) or data.get("type") not in ("FeatureCollection", "Feature"):
        raise BadFile(f"{path.name} is not a GeoJSON FeatureCollection.")
    crs = data.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name.rpartition(":")[2] not in DEGREES:
        raise BadFile(f"{path.name} is in {name}; convert it to WGS84 degrees (EPSG:4326) first.")
    return data


def features(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The features of a FeatureCollection, or the one Feature."""
    listed = [data] if data["type"] == "Feature" else data.get("features")
    for feature in listed if isinstance(listed, list) else []:
        if isinstance(feature, dict):
            yield feature


def _code(feature: dict[str, Any], code_field: str) -> str:
    properties = feature.get("properties")
    value = properties.get(code_field) if isinstance(properties, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if isinstance(value, str | int) else ""


def _properties(features: list[dict[str, Any]]) -> str:
    first = features[0].get("properties")
    names = ", ".join(sorted(map(str, first))) if isinstance(first, dict) and first else "none"
    return f"it has: {names}. Name the right one with --code-field."


def _geometry(feature: dict[str, Any], number: int) -> BaseGeometry:
    given = feature.get("geometry")
    if not isinstance(given, dict) or given.get("type") not in ("Polygon", "MultiPolygon"):
        return Polygon()
    try:
        geometry = shapely.force_2d(shape(given))
    except (TypeError, ValueError, KeyError, shapely.errors.ShapelyError):
        return Polygon()
    if geometry.is_empty:
        return geometry
    west, south, east, north = geometry.bounds
    if max(-west, east) <= 180 and max(-south, north) <= 90:
        return geometry
    if max(-west, east) <= 90 and max(-south, north) <= 180:
        raise BadFile(f"Feature {number} has latitude before longitude; swap them first.")
    raise BadFile(f"Feature {number} is not in degrees: {west:.0f}, {south:.0f}.")


def _take(found: Boundaries, code: str, geometries: list[BaseGeometry]) -> None:
    """Keep the geometry of one code, repaired if it must be, or say why not."""
    if any(geometry.is_empty for geometry in geometries):
        found.refused[code] = "no polygon"
        return
    reasons = [shapely.is_valid_reason(g) for g in geometries if not g.is_valid]
    sound = [g if g.is_valid else shapely.make_valid(g, method="structure") for g in geometries]
    whole = polygons(shapely.union_all(sound))
    before = sum(float(g.area) for g in geometries)
    if whole.is_empty or not whole.is_valid:
        found.refused[code] = "; ".join(reasons) or "no area"
    elif reasons and abs(whole.area - before) > LOST * max(whole.area, before):
        change = (whole.area / before - 1) * 100 if before else 100
        found.refused[code] = f"{reasons[0]}; a repair would change its area by {change:+.0f} %"
    else:
        found.shapes[code] = whole
        if reasons:
            found.repaired[code] = reasons[0]


def polygons(geometry: BaseGeometry) -> MultiPolygon:
    """Only the polygons of a geometry."""
    parts = shapely.get_parts(geometry)
    deep = [one for part in parts for one in shapely.get_parts(part)]
    return MultiPolygon([one for one in deep if isinstance(one, Polygon) and one.area > 0])
