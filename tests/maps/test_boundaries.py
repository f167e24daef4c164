"""Official boundaries replace approximate ones, and open items move along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cli.area import lines
from app.services import areas
from maps import boundaries
from maps.geojson import BadFile
from maps.place import resolve
from models import AreaBoundary, Change, ChangeText, Item
from tests import factories
from tests.maps import whole

WEST, EAST, SOUTH_WEST, SOUTH_EAST = CODES = (
    "32.73.02.1004",
    "32.73.02.1005",
    "32.73.02.1001",
    "32.73.02.1002",
)
MIDDLE = (107.60, -6.90)
SIDE = 0.01


def square(column: int, row: int, wide: float = SIDE) -> list[list[float]]:
    """A square of the made city; column 0 is west of its middle, row 0 north of it."""
    west, south = MIDDLE[0] + (column - 1) * SIDE, MIDDLE[1] - row * SIDE
    east, north = west + wide, south + SIDE
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def city(folder: Path, **changed: list[list[float]]) -> Path:
    """A city of two by two squares as a file; ``changed`` puts other rings in."""
    rings = {code: square(i % 2, i // 2) for i, code in enumerate(CODES)}
    rings |= {code.replace("_", "."): ring for code, ring in changed.items()}
    features = [
        {
            "type": "Feature",
            "properties": {"kode": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code, ring in rings.items()
    ]
    path = folder / "kota.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def spot(column: int, row: int) -> dict[str, float]:
    return {
        "lon": MIDDLE[0] + (column - 0.5) * SIDE,
        "lat": MIDDLE[1] + (0.5 - row) * SIDE,
    }


@pytest.fixture
def items(session: Any) -> list[Item]:
    """One that moves, one that is right, one that is over, one put right by hand, one outside."""
    return [
        factories.item("lapor", area_code=WEST, **spot(1, 0)),
        factories.item("lapor", area_code=EAST, **spot(1, 0)),
        factories.item("lapor", None, "rejected", area_code=WEST, **spot(1, 0)),
        factories.item("badami", area_code=WEST, area_basis="corrected", **spot(1, 0)),
        factories.item("lapor", area_code=WEST, lon=107.75, lat=-6.95),
    ]


def current(session: Any, approximate: bool) -> set[str]:
    query = select(AreaBoundary.area_code).where(
        AreaBoundary.valid_to.is_(None), AreaBoundary.approximate.is_(approximate)
    )
    return set(session.scalars(query))


def test_the_squares_become_the_boundaries_and_the_old_ones_are_kept_with_their_end(
    session: Any, tmp_path: Path
) -> None:
    report = areas.import_boundaries(session, city(tmp_path))
    assert report.fresh == sorted(CODES)
    assert current(session, approximate=False) == set(CODES)
    ended = select(AreaBoundary.area_code).where(AreaBoundary.valid_to.is_not(None))
    assert set(session.scalars(ended)) == set(CODES)
    assert resolve(session, *spot(0, 1).values()).code == SOUTH_WEST
    assert not resolve(session, *spot(0, 1).values()).approximate


def test_the_rest_of_the_city_keeps_cells_that_do_not_reach_into_the_squares(
    session: Any, tmp_path: Path
) -> None:
    areas.import_boundaries(session, city(tmp_path))
    assert not current(session, approximate=True) & set(CODES)
    assert len(current(session, approximate=True)) > 140
    official = boundaries.shapes(session, CODES)
    cells = boundaries.shapes(session, current(session, approximate=True))
    shared = [c.intersection(o).area for c in cells.values() for o in official.values()]
    assert max(shared) < 1e-12


def test_open_items_move_to_where_they_lie_and_their_trail_says_so(
    session: Any, tmp_path: Path, items: list[Item]
) -> None:
    report = areas.import_boundaries(session, city(tmp_path))
    assert report.moved == 1
    assert [(m.old, m.new, m.items) for m in report.moves] == [(WEST, EAST, 1)]
    assert [item.area_code for item in items] == [EAST, EAST, WEST, WEST, WEST]
    assert items[0].area_basis == items[1].area_basis == "exact"
    assert items[0].district_code == EAST[:8]
    moved = select(Change).where(Change.step == "relocate")
    (change,) = session.scalars(moved)
    assert change.item_id == items[0].id
    assert change.source == change.target == items[0].state
    assert (change.seat, change.seq) == ("system", 2)
    assert change.hash is not None
    words = session.scalars(select(ChangeText.text).where(ChangeText.change_id == change.id)).one()
    assert "Dago" in words


def test_an_open_item_in_no_boundary_stays_and_is_counted(
    session: Any, tmp_path: Path, items: list[Item]
) -> None:
    items[4].place = "SRID=4326;POINT(107.9 -7.1)"
    session.flush()
    assert areas.import_boundaries(session, city(tmp_path)).outside == 1
    assert items[4].area_code == WEST


def test_the_same_file_again_changes_nothing(
    session: Any, tmp_path: Path, items: list[Item]
) -> None:
    areas.import_boundaries(session, city(tmp_path))
    count = session.scalar(select(func.count()).select_from(AreaBoundary))
    again = areas.import_boundaries(session, city(tmp_path))
    assert again.same == sorted(CODES)
    assert (again.fresh, again.moved) == ([], 0)
    assert session.scalar(select(func.count()).select_from(AreaBoundary)) == count


def test_unknown_and_missing_codes_overlaps_and_odd_sizes_are_reported(
    session: Any, tmp_path: Path
) -> None:
    path = city(tmp_path, **{"99_1": square(3, 3), "32_73_02_1004": square(0, 0, SIDE * 1.5)})
    report = areas.import_boundaries(session, path)
    assert report.unknown == ["99.1"]
    assert len(report.missing) == 147
    (overlap,) = report.overlaps
    assert {overlap.first, overlap.second} == {WEST, EAST}
    assert overlap.square_metres == pytest.approx(0.005 * 110_400 * 0.01 * 111_195, rel=0.01)
    assert WEST in report.odd_size
    assert report.misplaced
    said = "\n".join(lines(report))
    assert "Unknown codes, ignored: 1." in said
    assert "Overlaps: 1" in said
    assert "Items: 0 open items moved" in said


@pytest.mark.parametrize("scheme", ["code without dots", "BPS code"])
def test_codes_may_be_written_in_other_ways(session: Any, tmp_path: Path, scheme: str) -> None:
    known = {area.code: area for area in boundaries.standing(session)}
    path = city(tmp_path)
    text = path.read_text()
    for code in CODES:
        other = code.replace(".", "") if scheme == "code without dots" else known[code].bps_code
        text = text.replace(f'"{code}"', f'"{other}"')
    path.write_text(text)
    report = areas.import_boundaries(session, path)
    assert report.scheme == scheme
    assert report.fresh == sorted(CODES)


def test_a_file_of_another_city_is_refused(session: Any, tmp_path: Path) -> None:
    path = city(tmp_path)
    path.write_text(path.read_text().replace("107.", "112."))
    with pytest.raises(BadFile, match="lies elsewhere"):
        areas.import_boundaries(session, path)


def test_a_file_without_a_code_of_this_city_is_refused(session: Any, tmp_path: Path) -> None:
    path = city(tmp_path)
    path.write_text(path.read_text().replace("32.73.", "31.71."))
    with pytest.raises(BadFile, match="No code"):
        areas.import_boundaries(session, path)


def test_a_dry_run_of_the_command_reports_and_keeps_nothing(
    app: Any, session: Any, tmp_path: Path
) -> None:
    before = session.scalar(select(func.count()).select_from(AreaBoundary))
    result = app.test_cli_runner().invoke(args=["area", "import", str(city(tmp_path)), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "4 kelurahan official" in result.output
    assert "Dry run: nothing was kept." in result.output
    assert session.scalar(select(func.count()).select_from(AreaBoundary)) == before


def test_the_command_refuses_a_bad_file_with_one_sentence(
    app: Any, session: Any, tmp_path: Path
) -> None:
    path = tmp_path / "x.geojson"
    path.write_text("{}")
    result = app.test_cli_runner().invoke(args=["area", "import", str(path)])
    assert result.exit_code == 1
    assert "not a GeoJSON FeatureCollection" in result.output


@pytest.mark.parametrize("source", whole.SOURCES)
def test_the_real_boundaries_of_the_city_replace_every_cell(
    session: Any, tmp_path: Path, source: str
) -> None:
    path = whole.OFFICIAL if source == "official" else whole.written(tmp_path)
    report = areas.import_boundaries(session, path)
    assert len(report.fresh) == 151
    assert not (report.unknown or report.missing or report.overlaps or report.gaps)
    assert not (report.file.refused or report.file.repaired or report.misplaced)
    assert current(session, approximate=True) == set()
