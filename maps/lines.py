"""Lines with a class out of a GeoJSON file that somebody else made: read with care or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiLineString, shape
from shapely.geometry.base import BaseGeometry

from .geojson import BadFile, features, parsed

LINES = ("LineString", "MultiLineString")


@dataclass(frozen=True)
class Line:
    """One feature: its name, its class in our words, its lines (lon, lat; EPSG:4326)."""

    name: str
    road_class: str
    geometry: MultiLineString


@dataclass
class Lines:
    """What a file holds, and what of it was left out: feature number → why, in one sentence."""

    lines: list[Line] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)  # classes we have no word for


def read(path: Path, class_field: str, name_field: str, words: Mapping[str, str]) -> Lines:
    """The lines of a FeatureCollection whose property ``class_field`` stands in ``words``.

    Raises BadFile when it is no GeoJSON, lacks the field everywhere or is not in degrees.
    """
    listed = list(features(parsed(path)))
    if not listed:
        raise BadFile(f"{path.name} holds no features.")
    if not any(class_field in _properties(feature) for feature in listed):
        has = ", ".join(sorted(map(str, _properties(listed[0])))) or "none"
        raise BadFile(
            f"No feature has the property {class_field!r}; it has: {has}. "
            "Name the right one with --class-field."
        )
    found = Lines()
    for number, feature in enumerate(listed, 1):
        _take(found, number, feature, class_field, name_field, words)
    return found


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    held = feature.get("properties")
    return held if isinstance(held, dict) else {}


def _take(
    found: Lines,
    number: int,
    feature: dict[str, Any],
    class_field: str,
    name_field: str,
    words: Mapping[str, str],
) -> None:
    told = _properties(feature)
    given = " ".join(str(told.get(class_field) or "").lower().replace("_", " ").split())
    if given not in words:
        found.unknown[given] = found.unknown.get(given, 0) + 1
        return
    geometry = _geometry(feature, number)
    if geometry is None:
        found.refused[number] = "no line"
        return
    name = " ".join(str(told.get(name_field) or "").split())[:200]
    found.lines.append(Line(name, words[given], geometry))


def _geometry(feature: dict[str, Any], number: int) -> MultiLineString | None:
    given = feature.get("geometry")
    if not isinstance(given, dict) or given.get("type") not in LINES:
        return None
    try:
        geometry = shapely.force_2d(shape(given))
    except (TypeError, ValueError, KeyError, shapely.errors.ShapelyError):
        return None
    if geometry.is_empty or not geometry.length > 0:
        return None
    _check_degrees(geometry, number)
    return MultiLineString([part for part in shapely.get_parts(geometry) if part.length > 0])


def _check_degrees(geometry: BaseGeometry, number: int) -> None:
    west, south, east, north = geometry.bounds
    if max(-west, east) <= 180 and max(-south, north) <= 90:
        return
    if max(-west, east) <= 90 and max(-south, north) <= 180:
        raise BadFile(f"Feature {number} has latitude before longitude; swap them first.")
    raise BadFile(f"Feature {number} is not in degrees: {west:.0f}, {south:.0f}.")
