"""From a pin to its kelurahan."""

from __future__ import annotations

from typing import Any

import pytest
from shapely.geometry import MultiPolygon, box

from app.queries.calendar import city_day
from maps import boundaries
from maps.place import NoSuchPlace, resolve

DAGO = "32.73.02.1004"
NEXT = "32.73.02.1005"


@pytest.fixture
def official(session: Any) -> None:
    """Dago and its neighbour as two official squares far from the other cells."""
    found = {
        DAGO: MultiPolygon([box(107.70, -6.80, 107.71, -6.79)]),
        NEXT: MultiPolygon([box(107.71, -6.80, 107.72, -6.79)]),
    }
    boundaries.replace(session, found, approximate=False, source="test", day=city_day())


def test_the_listed_point_of_every_kelurahan_lies_in_its_own_cell(session: Any) -> None:
    for area in boundaries.standing(session)[::10]:
        place = resolve(session, area.lon, area.lat)
        assert place.code == area.code
        assert place.approximate
        assert place.basis == "approximate"


def test_in_an_approximate_cell_the_three_nearest_are_offered(session: Any) -> None:
    place = resolve(session, 107.6191, -6.9175)
    assert len(place.candidates) == 3
    assert place.candidates[0].code == place.code
    assert place.candidates[0].distance_m == 0
    assert len({candidate.code for candidate in place.candidates}) == 3
    assert all(candidate.district for candidate in place.candidates)


def test_inside_an_official_boundary_nothing_is_to_be_confirmed(
    session: Any, official: None
) -> None:
    place = resolve(session, 107.705, -6.795)
    assert (place.code, place.approximate, place.edge) == (DAGO, False, False)
    assert [candidate.code for candidate in place.candidates] == [DAGO]
    assert place.basis == "exact"


def test_a_pin_up_to_a_kilometre_beyond_the_edge_is_taken_with_a_flag(
    session: Any, official: None
) -> None:
    place = resolve(session, 107.702, -6.7855)  # half a kilometre north
    assert (place.code, place.edge) == (DAGO, True)
    assert place.basis == "edge"
    assert place.candidates[0].distance_m == pytest.approx(500, abs=10)


def test_a_pin_more_than_a_kilometre_away_is_outside_with_a_hint(session: Any) -> None:
    place = resolve(session, 107.52, -7.03)
    assert place.code is None
    assert place.candidates == ()
    assert place.hint is not None
    assert "Kabupaten Bandung" in place.hint.name


def test_a_pin_in_the_middle_of_the_sea_has_no_hint(session: Any) -> None:
    place = resolve(session, 80.0, -20.0)
    assert place.code is None
    assert place.hint is None


@pytest.mark.parametrize(("lon", "lat"), [(-6.9175, 107.6191), (-6.9, 107.6)])
def test_interchanged_coordinates_are_noticed(session: Any, lon: float, lat: float) -> None:
    place = resolve(session, lon, lat)
    assert place.swapped
    assert place.code is None


@pytest.mark.parametrize(
    ("lon", "lat"), [(500.0, 500.0), (float("nan"), -6.9), (float("inf"), -6.9)]
)
def test_what_is_no_position_is_refused(session: Any, lon: float, lat: float) -> None:
    with pytest.raises(NoSuchPlace):
        resolve(session, lon, lat)


def test_where_a_cell_and_an_official_boundary_overlap_the_official_one_holds(
    session: Any,
) -> None:
    before = resolve(session, 107.6191, -6.9175)
    over = {DAGO: MultiPolygon([box(107.618, -6.918, 107.620, -6.917)])}
    boundaries.replace(session, over, approximate=False, source="test", day=city_day())
    assert before.code != DAGO
    assert resolve(session, 107.6191, -6.9175).code == DAGO
