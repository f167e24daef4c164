"""Approximate cells: made from points and sizes alone."""

from __future__ import annotations

from functools import cache
from math import pi, sqrt

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point

from maps.cells import REACH, Site, cells, weighted
from maps.plane import Plane
from tests.examples import examples
from tests.maps import whole
from tests.maps.whole import city_sites

sites_anywhere = st.lists(
    st.tuples(
        st.integers(-400, 400), st.integers(-400, 400), st.floats(0.1, 9, allow_subnormal=False)
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda site: site[:2],
).map(
    lambda found: [
        Site(str(i), 107.6 + x / 10_000, -6.9 + y / 10_000, area)
        for i, (x, y, area) in enumerate(found)
    ]
)


@cache
def city_cells() -> dict[str, MultiPolygon]:
    return cells(city_sites())


def test_every_kelurahan_of_the_city_has_a_cell_around_its_point() -> None:
    assert len(city_cells()) == 151
    for site in city_sites():
        assert city_cells()[site.code].covers(Point(site.lon, site.lat))


def test_cells_of_the_city_are_valid_and_neighbours_share_their_border_exactly() -> None:
    shapes = list(city_cells().values())
    assert all(shape.is_valid for shape in shapes)
    assert shapely.coverage_is_valid(shapes)


@examples(20)
@given(sites_anywhere)
def test_a_cell_holds_what_is_nearest_by_distance_over_the_root_of_the_area(
    sites: list[Site],
) -> None:
    made = cells(sites)
    plane = Plane.around((site.lon, site.lat) for site in sites)
    points = plane.metres(np.array([(site.lon, site.lat) for site in sites]))
    for site in sites:
        for lon, lat in _inside(made[site.code]):
            at = plane.metres(np.array([[lon, lat]]))[0]
            reach = np.hypot(*(points - at).T) / np.sqrt([s.area_km2 for s in sites])
            assert reach[int(site.code)] <= reach.min() * 1.01 + 0.01


@examples(20)
@given(sites_anywhere)
def test_cells_cover_the_discs_around_the_points_and_nothing_else(sites: list[Site]) -> None:
    plane = Plane.around((site.lon, site.lat) for site in sites)
    points = plane.metres(np.array([(site.lon, site.lat) for site in sites]))
    radii = [REACH * sqrt(site.area_km2 * 1e6 / pi) for site in sites]
    ground = shapely.union_all(
        [Point(p).buffer(r, quad_segs=64) for p, r in zip(points, radii, strict=True)]
    )
    made = [plane.flat(cell) for cell in cells(sites).values()]
    assert sum(cell.area for cell in made) == pytest.approx(shapely.union_all(made).area, rel=1e-6)
    assert shapely.union_all(made).symmetric_difference(ground).area < 0.01 * ground.area


def test_two_equal_sites_meet_halfway_on_a_straight_line() -> None:
    made = cells([Site("a", 107.60, -6.9, 1.0), Site("b", 107.61, -6.9, 1.0)])
    west, south, east, north = made["a"].intersection(made["b"]).bounds
    assert west == pytest.approx(107.605, abs=1e-5)
    assert east == pytest.approx(107.605, abs=1e-5)
    assert south < -6.9 < north


def test_a_small_site_beside_a_large_one_keeps_a_round_cell() -> None:
    made = cells([Site("large", 107.60, -6.9, 6.0), Site("small", 107.61, -6.9, 0.1)])
    small = Plane(107.61, -6.9).flat(made["small"])
    assert len(made["large"].geoms[0].interiors) == 0 or small.area > 0
    assert small.area / (pi * (small.length / 2 / pi) ** 2) > 0.8


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        cells([Site("a", 107.6, -6.9, 1.0), Site("a", 107.7, -6.9, 1.0)])


def test_an_area_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        cells([Site("a", 107.6, -6.9, 0.0)])


def test_no_sites_make_no_cells() -> None:
    assert cells([]) == {}
    assert weighted([], 107.6, -6.9) == []


# How many points fall right: least, most, and least among the three nearest.  Drawn borders know
# nothing of the sizes that cells follow, so no more of them agree than of the real ones.
SHARES = {"official": (0.73, 0.79, 0.95), "drawn": (0.70, 0.76, 0.95)}


@pytest.mark.parametrize("source", whole.SOURCES)
def test_three_of_four_points_fall_into_the_true_kelurahan(source: str) -> None:
    least, most, among_three = SHARES[source]
    real = whole.official() if source == "official" else whole.drawn()
    truth, points = _truth(real)
    made = shapely.STRtree(list(city_cells().values()))
    codes = list(city_cells())
    found = dict(zip(*made.query(points, predicate="within"), strict=True))
    right = [codes[found[i]] == code for i, code in enumerate(truth) if i in found]
    nearest = [
        code in [near for near, _ in weighted(city_sites(), point.x, point.y)[:3]]
        for code, point in zip(truth[:1500], points[:1500], strict=True)
    ]
    assert least <= sum(right) / len(truth) <= most
    assert sum(nearest) / len(nearest) >= among_three


def _truth(real: dict[str, MultiPolygon]) -> tuple[list[str], list[Point]]:
    """Points spread over the city, and the kelurahan each lies in."""
    west, south, east, north = shapely.total_bounds(list(real.values()))
    spread = np.random.default_rng(1).uniform((west, south), (east, north), (12_000, 2))
    points = shapely.points(spread)
    tree, codes = shapely.STRtree(list(real.values())), list(real)
    inside, owner = tree.query(points, predicate="within")
    return [codes[i] for i in owner], [points[i] for i in inside]


def _inside(cell: MultiPolygon) -> list[tuple[float, float]]:
    """Some points well inside a cell."""
    if cell.is_empty:
        return []
    inner = [cell.representative_point(), *(part.representative_point() for part in cell.geoms)]
    return [(point.x, point.y) for point in inner]
