"""What a photo looks like: perceptual hashes, taken by the job worker alone.

ImageHash brings SciPy along, so nothing the web imports may import this module.
"""

from __future__ import annotations

import io

import imagehash
from PIL import Image

from models import PhotoHash, db

# The whole picture, its four corners (a twentieth cut off two sides), and its middle.
CORNER, MIDDLE = 0.05, 0.04
SIDE = 512  # pixels of the longest side from which the hashes are taken


def keep(photo_id: int, picture: bytes) -> None:
    """Store what a photo made harmless looks like; doing it twice changes nothing."""
    for view, (phash, dhash) in enumerate(hashes(picture)):
        found = PhotoHash(photo_id=photo_id, view=view, phash=phash, dhash=dhash)
        db.session.merge(found)
    db.session.flush()


def hashes(picture: bytes) -> list[tuple[int, int]]:
    """(phash, dhash) of each view of a picture, as signed 64-bit integers; the whole first."""
    image = Image.open(io.BytesIO(picture))
    image.draft("L", (SIDE, SIDE))
    grey = image.convert("L")
    grey.thumbnail((SIDE, SIDE))
    return [(_bits(imagehash.phash(part)), _bits(imagehash.dhash(part))) for part in _views(grey)]


def _views(image: Image.Image) -> list[Image.Image]:
    wide, high = image.size
    dx, dy = round(wide * CORNER), round(high * CORNER)
    mx, my = round(wide * MIDDLE), round(high * MIDDLE)
    boxes = [
        (0, 0, wide - dx, high - dy),
        (dx, 0, wide, high - dy),
        (0, dy, wide - dx, high),
        (dx, dy, wide, high),
        (mx, my, wide - mx, high - my),
    ]
    whole = [box for box in boxes if box[2] > box[0] and box[3] > box[1]]
    return [image, *(image.crop(box) for box in whole)]


def _bits(hashed: imagehash.ImageHash) -> int:
    """The hash as PostgreSQL keeps it: a signed integer of 64 bits."""
    return int.from_bytes(int(str(hashed), 16).to_bytes(8, "big"), "big", signed=True)
