"""Positions as they come in tables: decimal commas, swapped, without a sign, in UTM metres.

A position is put right only when what it then says lies in the city and what stood there does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, atan2, atanh, cos, cosh, degrees, sin, sinh, sqrt, tan

from flask_babel import gettext as _

Box = tuple[float, float, float, float]  # west, south, east, north
MARGIN = 0.012  # degrees, a good kilometre beyond the city
DMS = re.compile(
    r"(\d{1,3})\s*[°º:\s]\s*(\d{1,2})\s*['′’:\s]\s*(\d{1,2}(?:[.,]\d+)?)\s*[\"″”]?"
)  # fmt: skip
SOUTHERN, WESTERN = ("s", "ls"), ("w", "bb")


class NoPosition(ValueError):
    """What stands there is no position; the text says why."""


@dataclass(frozen=True)
class Position:
    """lon, lat in degrees (EPSG:4326); ``note`` says what was put right."""

    lon: float
    lat: float
    note: str = ""


def position(lat: str, lon: str, box: Box) -> Position:
    """The position two cells speak of; ``box`` is the city's.  Raises NoPosition."""
    y, x = number(lat), number(lon)
    plain = Position(x, y)
    if _within(plain, box):
        return plain
    for guess in _guesses(x, y, lat, lon, box):
        if _within(guess, box):
            return guess
    if -180 <= x <= 180 and -90 <= y <= 90:
        return plain  # somewhere else on the earth: the map says whose it is
    raise NoPosition(_("“%(lat)s, %(lon)s” is no position.", lat=lat[:40], lon=lon[:40]))


def pair(text: str, box: Box) -> Position:
    """The position one cell speaks of, as “-6.9, 107.6”, “-6,9; 107,6” or a POINT.

    Raises NoPosition.
    """
    point = re.fullmatch(r"\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*", text, re.IGNORECASE)
    if point:
        return position(point[2], point[1], box)
    for sign in (r"\s*;\s*", r",\s+", r"\s*,\s*", r"\s+"):
        parts = [part for part in re.split(sign, text.strip()) if part]
        if len(parts) == 2:
            return position(parts[0], parts[1], box)
    raise NoPosition(_("“%(text)s” is no position.", text=text[:60]))


def number(text: str) -> float:
    """Degrees or metres from a cell.  Raises NoPosition."""
    said = text.strip().strip("'").replace("\u2212", "-").replace("\u00a0", " ")
    if turned := DMS.search(said):
        parts = (float(part.replace(",", ".")) for part in turned.groups())
        whole: float = sum(part / 60**n for n, part in enumerate(parts))
        end = said[turned.end() :].strip(" .").casefold()
        south = said.startswith("-") or end in SOUTHERN + WESTERN or said[:1].casefold() == "s"
        return -whole if south else whole
    kept = re.sub(r"[°º\s]|[NSEW]$|m$", "", said)
    south = bool(re.search(r"[SW]$", said)) and not kept.startswith("-")
    if kept.count(",") == 1 and "." not in kept:
        kept = kept.replace(",", ".")
    elif kept.count(",") == 1 and kept.rfind(",") > kept.rfind("."):
        kept = kept.replace(".", "").replace(",", ".")  # 9.236.412,5
    elif kept.count(",") and kept.count("."):
        kept = kept.replace(",", "")
    elif kept.count(".") > 1 or kept.count(",") > 1:
        kept = re.sub(r"[.,]", "", kept)
    if not re.fullmatch(r"[+-]?\d{1,17}(\.\d*)?|[+-]?\.\d+", kept):
        raise NoPosition(_("“%(text)s” is no number.", text=text[:40]))
    return -float(kept) if south else float(kept)


def _within(found: Position, box: Box) -> bool:
    west, south, east, north = box
    return (
        west - MARGIN <= found.lon <= east + MARGIN
        and south - MARGIN <= found.lat <= north + MARGIN
    )


def _guesses(x: float, y: float, lat: str, lon: str, box: Box) -> Iterator[Position]:
    """What may have been meant, the likeliest first."""
    yield Position(y, x, _("latitude and longitude were interchanged"))
    yield Position(x, -y, _("the minus sign of the latitude was missing"))
    yield Position(y, -x, _("latitude and longitude were interchanged, without a minus sign"))
    zone, south = _zone(box)
    x, y = (_thousands(n, said) for n, said in ((x, lon), (y, lat)))
    for east, north in ((x, y), (y, x)):
        if 100_000 <= east < 1_000_000 and 0 < north < 10_000_000:
            note = _("given in metres (UTM zone %(zone)s)", zone=f"{zone}{'S' if south else 'N'}")
            a, b = utm(east, north, zone, south)
            yield Position(round(a, 7), round(b, 7), note)
    point = _("the decimal point was in the wrong place")
    for first, second in ((lon, lat), (lat, lon)):
        for a in _pointed(first):
            for b in _pointed(second):
                yield Position(a, b, point)


def _thousands(number: float, said: str) -> float:
    """“789.386” is no number of metres; 789,386 is."""
    return number * 1000 if re.fullmatch(r"\d{3}[.,]\d{3}", said.strip()) else number


def _pointed(text: str) -> Iterator[float]:
    """The same digits with the point after the first three, two or one."""
    digits = re.sub(r"\D", "", text)
    sign = -1 if text.strip().startswith(("-", "\u2212")) else 1
    if len(digits) >= 6:
        for place in (3, 2, 1):
            yield sign * float(f"{digits[:place]}.{digits[place:]}")


def _zone(box: Box) -> tuple[int, bool]:
    """The UTM zone of the city, and whether it lies south of the equator."""
    return int((box[0] + box[2]) / 2 + 180) // 6 + 1, (box[1] + box[3]) / 2 < 0


def utm(east: float, north: float, zone: int, south: bool) -> tuple[float, float]:
    """lon, lat in degrees (WGS 84) of UTM metres, by Krüger's series: right to a millimetre."""
    n = 1 / 298.257223563 / (2 - 1 / 298.257223563)
    radius = 6_378_137.0 / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    xi = (north - (10_000_000 if south else 0)) / (0.9996 * radius)
    eta = (east - 500_000) / (0.9996 * radius)
    beta = (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96,
        n**2 / 48 + n**3 / 15,
        17 * n**3 / 480,
    )
    wave = [(2 * j, b) for j, b in enumerate(beta, 1)]
    xi_, eta_ = (
        xi - sum(b * sin(j * xi) * cosh(j * eta) for j, b in wave),
        eta - sum(b * cos(j * xi) * sinh(j * eta) for j, b in wave),
    )
    lon = atan2(sinh(eta_), cos(xi_))
    lat = _geographic(asin(sin(xi_) / cosh(eta_)), 2 * sqrt(n) / (1 + n))
    return degrees(lon) + zone * 6 - 183, degrees(lat)


def _geographic(conformal: float, eccentricity: float) -> float:
    """The latitude (radians) whose conformal latitude is given: Newton's method on its tangent."""
    wanted = tan(conformal)
    t = wanted
    e = eccentricity
    for _round in range(5):
        root = sqrt(1 + t * t)
        sigma = sinh(e * atanh(e * t / root))
        value = t * sqrt(1 + sigma**2) - sigma * root
        slope = (sqrt((1 + value**2) * (1 + t * t)) * (1 - e**2)) / (1 + (1 - e**2) * t * t)
        t += (wanted - value) / slope
    return asin(t / sqrt(1 + t * t))
