"""Photos for tests, drawn here: nobody's, with all a camera writes down."""

from __future__ import annotations

import io
import random
import uuid
from pathlib import Path
from typing import Any

import piexif
from PIL import Image, ImageDraw, ImageFilter

from app.access import Actor
from models import Draft


def drawn(size: tuple[int, int] = (640, 400), mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, size, 200)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=0)
    return image


def exif(orientation: int = 1, **more: Any) -> bytes:
    gps = {
        piexif.GPSIFD.GPSLatitudeRef: b"S",
        piexif.GPSIFD.GPSLatitude: ((6, 1), (54, 1), (2700, 100)),
        piexif.GPSIFD.GPSLongitudeRef: b"E",
        piexif.GPSIFD.GPSLongitude: ((107, 1), (36, 1), (3600, 100)),
    }
    taken = {piexif.ExifIFD.DateTimeOriginal: b"2026:11:20 07:15:30"}
    return bytes(
        piexif.dump(
            {
                "0th": {piexif.ImageIFD.Orientation: orientation, piexif.ImageIFD.Make: b"Kamera"},
                "Exif": taken | more.get("taken", {}),
                "GPS": gps | more.get("gps", {}),
            }
        )
    )


def saved(image: Image.Image, form: str, **how: Any) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, form, **how)
    out.seek(0)
    return out


def jpeg(shade: int = 0) -> io.BytesIO:
    image = drawn()
    image.putpixel((300, 300), (shade, shade, shade))
    image.paste((shade, 10, 10), (300, 200, 400, 300))
    return saved(image, "JPEG", exif=exif())


def draft_of(session: Any, actor: Actor) -> Draft:
    draft = Draft(key=uuid.uuid4(), kind="lapor", user_id=actor.user_id, data={})
    session.add(draft)
    session.flush()
    return draft


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def scenery(seed: int, size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A picture like no other with another seed: shapes on a ground, a little out of focus."""
    rng, (wide, high) = random.Random(seed), size
    image = Image.new("RGB", size, tuple(rng.randrange(60, 230) for _ in "rgb"))
    pen = ImageDraw.Draw(image)
    for _shape in range(25):
        left, top = rng.randrange(wide), rng.randrange(high)
        box = (left, top, left + rng.randrange(20, 260), top + rng.randrange(20, 260))
        rng.choice([pen.rectangle, pen.ellipse])(box, fill=tuple(rng.randrange(255) for _ in "rgb"))
    return image.filter(ImageFilter.GaussianBlur(1))
