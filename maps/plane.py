"""A flat local plane around a city: metres in, degrees out, good to 1 part in 1,000 over 50 km."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

METRES_PER_DEGREE = 111_195.08  # of latitude, on the mean sphere (radius 6,371,008.8 m)


@dataclass(frozen=True)
class Plane:
    """Equirectangular projection with its origin at ``lon``, ``lat`` (EPSG:4326)."""

    lon: float
    lat: float

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]]) -> Plane:
        """The plane centred on the middle of ``points`` (lon, lat)."""
        lons, lats = zip(*points, strict=True)
        return cls((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)

    @property
    def scale(self) -> NDArray[np.float64]:
        """Metres per degree of longitude and of latitude."""
        return np.array([METRES_PER_DEGREE * cos(radians(self.lat)), METRES_PER_DEGREE])

    def metres(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """An (n, 2) array of lon, lat as metres east and north of the origin."""
        return np.asarray((lonlat - (self.lon, self.lat)) * self.scale, dtype=np.float64)

    def degrees(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of :meth:`metres`."""
        return np.asarray(metres / self.scale + (self.lon, self.lat), dtype=np.float64)

    def flat(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in degrees drawn in metres."""
        return shapely.transform(shape, self.metres)

    def round(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in metres drawn in degrees: back on the round earth."""
        return shapely.transform(shape, self.degrees)
