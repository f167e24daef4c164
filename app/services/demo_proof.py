"""Photos of finished work for the demo: drawn, with what a camera writes, at the place or not."""

from __future__ import annotations

import io
import random
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from geoalchemy2.shape import to_shape
from PIL import Image

from .demo_scenes import SHOWN, paint

AWAY, BLIND = 0.15, 0.12  # share of photos taken elsewhere, and by a camera that says nothing
METRE = 1 / 111_320  # degrees
EXPLAINED = {
    "time": "Kamera kantor tidak mencatat waktu; foto diambil petugas begitu pekerjaan selesai.",
    "distance": "Foto diambil dari ujung jalan supaya seluruh ruas yang dikerjakan terlihat.",
    "report": "Sudut pengambilan kami samakan dengan foto pelapor supaya mudah dibandingkan.",
    "city": "Satu pekerjaan menyelesaikan beberapa laporan di titik yang sama.",
}


def taken(category: str, item: Any, at: datetime) -> io.BytesIO:
    """A JPEG of the finished work, different for every item and time."""
    rng = random.Random(f"proof {item.id} {at.isoformat()}")
    drawn = paint(SHOWN.get(category, "works"), rng.randrange(1000, 10**9), True)
    if rng.random() < BLIND:
        return io.BytesIO(drawn)
    point: Any = to_shape(item.place)
    metres = rng.uniform(180, 600) if rng.random() < AWAY else rng.uniform(2, 40)
    lon, lat = point.x + metres * METRE, point.y + metres * METRE / 4
    out = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as image:
        written = camera(at - timedelta(minutes=rng.uniform(20, 90)), lon, lat)
        image.save(out, "JPEG", quality=84, exif=written)
    out.seek(0)
    return out


def camera(at: datetime, lon: float, lat: float) -> Image.Exif:
    """What a camera writes: its time with the offset, and its position (degrees, EPSG:4326)."""
    exif = Image.Exif()
    offset = at.strftime("%z")
    exif.get_ifd(0x8769).update(
        {0x9003: at.strftime("%Y:%m:%d %H:%M:%S"), 0x9011: f"{offset[:3]}:{offset[3:]}"}
    )
    exif.get_ifd(0x8825).update(
        {1: "S" if lat < 0 else "N", 2: _parts(lat), 3: "W" if lon < 0 else "E", 4: _parts(lon)}
    )
    return exif


def _parts(degrees: float) -> tuple[Any, ...]:
    """Degrees, minutes and seconds as EXIF keeps them."""
    seconds = round(abs(degrees) * 3600, 2)
    whole, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return Fraction(int(whole)), Fraction(int(minutes)), Fraction(round(left * 100), 100)
