"""Squares of the map: which level a zoom shows, and which squares a view covers.

A square of level L is 360 / 2^L degrees wide and high; ``x`` counts east from 180° W, ``y`` north
from 90° S.  The same arithmetic stands in the triggers of migration 0002.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

FINEST = 18  # the level deltas are counted at: 150 m
COARSEST = 11
FACET_FINEST = 15  # categories and departments are folded to 1.2 km; closer, items are read
STEPS = 1  # a square is 256 / 2^STEPS = 128 pixels wide on the screen
MOST = 260  # squares in one answer: keeps it under 60 KB

BBox = tuple[float, float, float, float]  # west, south, east, north (EPSG:4326)


class BadView(ValueError):
    """The zoom or the corners of the view make no sense."""


@dataclass(frozen=True)
class Squares:
    """Whole squares of one level, from (x0, y0) to (x1, y1), both included."""

    level: int
    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def count(self) -> int:
        """How many squares there are."""
        return (self.x1 - self.x0 + 1) * (self.y1 - self.y0 + 1)

    @property
    def bbox(self) -> BBox:
        """Their outer edge: west, south, east, north."""
        west, south, _, _ = extent(self.level, self.x0, self.y0)
        _, _, east, north = extent(self.level, self.x1, self.y1)
        return west, south, east, north


def extent(level: int, x: int, y: int) -> BBox:
    """West, south, east, north of one square."""
    side = 360 / 2**level
    return x * side - 180, y * side - 90, (x + 1) * side - 180, (y + 1) * side - 90


def covering(bbox: BBox, level: int) -> Squares:
    """The squares of ``level`` that ``bbox`` touches."""
    west, south, east, north = bbox
    per = 2**level / 360
    return Squares(
        level,
        floor((west + 180) * per),
        floor((south + 90) * per),
        floor((east + 180) * per),
        floor((north + 90) * per),
    )


def squares(zoom: int, bbox: BBox) -> Squares:
    """The squares to count in for a view; coarser when the view is too wide for the zoom.

    Raises BadView unless 0 ≤ zoom ≤ 22 and west < east, south < north lie on the earth.
    """
    west, south, east, north = bbox
    if not 0 <= zoom <= 22:
        raise BadView("zoom")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadView("bbox")
    level = max(zoom + STEPS, COARSEST)
    found = covering(bbox, level)
    while found.count > MOST and level > 0:
        level -= 1
        found = covering(bbox, level)
    return found
