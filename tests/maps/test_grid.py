"""Squares of the map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.grid import MOST, BadView, covering, extent, squares

corner = st.tuples(st.floats(-179, 178), st.floats(-89, 88))


@given(st.integers(0, 22), corner, st.floats(0.0001, 1), st.floats(0.0001, 1))
def test_squares_cover_the_view_and_are_never_too_many(
    zoom: int, at: tuple[float, float], wide: float, high: float
) -> None:
    box = (at[0], at[1], at[0] + wide, at[1] + high)
    view = squares(zoom, box)
    west, south, east, north = view.bbox
    assert west - 1e-9 <= box[0] < box[2] <= east + 1e-9
    assert south - 1e-9 <= box[1] < box[3] <= north + 1e-9
    assert 0 < view.count <= MOST


@given(st.integers(0, 20), corner)
def test_a_point_lies_in_the_square_that_covers_it(level: int, at: tuple[float, float]) -> None:
    one = covering((*at, *at), level)
    west, south, east, north = extent(level, one.x0, one.y0)
    assert one.count == 1
    assert west - 1e-9 <= at[0] <= east + 1e-9
    assert south - 1e-9 <= at[1] <= north + 1e-9


@pytest.mark.parametrize(
    ("zoom", "bbox"),
    [
        (-1, (107.0, -7.0, 108.0, -6.0)),
        (23, (107.0, -7.0, 108.0, -6.0)),
        (12, (108.0, -7.0, 107.0, -6.0)),
        (12, (107.0, -6.0, 108.0, -7.0)),
        (12, (-7.0, 107.0, -6.0, 108.0)),
        (12, (float("nan"), -7.0, 108.0, -6.0)),
    ],
)
def test_a_view_that_makes_no_sense_is_refused(
    zoom: int, bbox: tuple[float, float, float, float]
) -> None:
    with pytest.raises(BadView):
        squares(zoom, bbox)
