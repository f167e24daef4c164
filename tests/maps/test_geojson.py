"""Reading boundaries that somebody else made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maps.coverage import drawn, gaps, overlaps, weight
from maps.geojson import BadFile, read

SQUARE = [[107.6, -6.9], [107.61, -6.9], [107.61, -6.89], [107.6, -6.89], [107.6, -6.9]]
BOW = [[107.6, -6.9], [107.61, -6.89], [107.61, -6.9], [107.6, -6.89], [107.6, -6.9]]
SPIKE = [*SQUARE[:2], [107.63, -6.9], [107.61, -6.9], *SQUARE[2:]]


def feature(ring: Any, code: Any = "1", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"kode": code, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def written(folder: Path, *features: Any, **members: Any) -> Path:
    path = folder / "areas.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": list(features), **members})
    )
    return path


def moved(ring: list[list[float]], east: float) -> list[list[float]]:
    return [[lon + east, lat] for lon, lat in ring]


def test_polygons_are_found_by_the_code_field(tmp_path: Path) -> None:
    found = read(written(tmp_path, feature(SQUARE, id_desa="7")), "id_desa")
    assert list(found.shapes) == ["7"]
    assert not found.repaired
    assert not found.refused


@pytest.mark.parametrize("code", [1001, 1001.0, " 1001 "])
def test_codes_may_be_numbers(tmp_path: Path, code: Any) -> None:
    assert list(read(written(tmp_path, feature(SQUARE, code)), "kode").shapes) == ["1001"]


def test_a_spike_is_repaired_and_said(tmp_path: Path) -> None:
    found = read(written(tmp_path, feature(SPIKE)), "kode")
    assert found.shapes["1"].is_valid
    assert "1" in found.repaired


def test_a_bow_tie_is_refused_with_its_reason(tmp_path: Path) -> None:
    found = read(written(tmp_path, feature(BOW)), "kode")
    assert not found.shapes
    assert "Self-intersection" in found.refused["1"]


def test_a_point_is_no_boundary(tmp_path: Path) -> None:
    point = feature(SQUARE) | {"geometry": {"type": "Point", "coordinates": [107.6, -6.9]}}
    assert read(written(tmp_path, point), "kode").refused == {"1": "no polygon"}


def test_several_features_of_one_code_are_joined(tmp_path: Path) -> None:
    path = written(tmp_path, feature(SQUARE), feature(moved(SQUARE, 0.05)))
    found = read(path, "kode")
    assert found.joined == {"1": 2}
    assert len(found.shapes["1"].geoms) == 2


def test_features_without_a_code_are_counted(tmp_path: Path) -> None:
    assert read(written(tmp_path, feature(SQUARE), feature(SQUARE, None)), "kode").uncoded == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "not GeoJSON"),
        ("[" * 100_000, "not GeoJSON"),
        ('{"type": "Topology"}', "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ("[]", "not a GeoJSON FeatureCollection"),
    ],
)
def test_what_is_no_geojson_is_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(content)
    with pytest.raises(BadFile, match=says):
        read(path, "kode")


def test_a_missing_field_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"kode, nama.*--code-field"):
        read(written(tmp_path, feature(SQUARE, nama="A")), "id")


def test_latitude_before_longitude_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="latitude before longitude"):
        read(written(tmp_path, feature([[lat, lon] for lon, lat in SQUARE])), "kode")


def test_metres_are_refused(tmp_path: Path) -> None:
    ring = [[788_000 + lon, 9_235_000 + lat] for lon, lat in SQUARE]
    with pytest.raises(BadFile, match="not in degrees"):
        read(written(tmp_path, feature(ring)), "kode")
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32748"}}
    with pytest.raises(BadFile, match="WGS84"):
        read(written(tmp_path, feature(SQUARE), crs=crs), "kode")


def test_overlaps_and_gaps_come_with_their_size(tmp_path: Path) -> None:
    wide = moved(SQUARE, 0.0099)
    around = [[107.55, -6.95], [107.7, -6.95], [107.7, -6.85], [107.55, -6.85], [107.55, -6.95]]
    hole = [[107.56, -6.94], [107.561, -6.94], [107.561, -6.939], [107.56, -6.939], [107.56, -6.94]]
    ring = feature(around, "3")
    ring["geometry"]["coordinates"] = [around, hole]
    found = read(written(tmp_path, feature(SQUARE, "1"), feature(wide, "2"), ring), "kode").shapes
    pair = next(o for o in overlaps(found) if (o.first, o.second) == ("1", "2"))
    assert pair.square_metres == pytest.approx(0.0001 * 110_400 * 0.01 * 111_195, rel=0.01)
    (gap,) = gaps(found)
    assert gap.square_metres == pytest.approx(110.4 * 111.2, rel=0.01)
    assert gap.beside == ("3",)
    assert 107.56 < gap.lon < 107.561


def test_outlines_are_drawn_within_the_budget_and_leave_no_gap(tmp_path: Path) -> None:
    wave = [[107.61 + (i % 2) * 0.0001, -6.9 + i * 0.0001] for i in range(101)]
    west = [[107.6, -6.9], *wave, [107.6, -6.89], [107.6, -6.9]]
    east = [[107.62, -6.9], *wave, [107.62, -6.89], [107.62, -6.9]]
    found = read(written(tmp_path, feature(west, "1"), feature(east, "2")), "kode").shapes
    light = drawn(found, budget=200)
    assert weight(light) <= 200 < weight(found)
    assert overlaps(light) == []
    assert light["1"].intersection(light["2"]).length > 0.009
