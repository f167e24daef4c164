"""What may be a photo, and how it is made harmless: read the header, decode small, encode anew.

Nothing of the original's bytes survives: no EXIF, no position, no colour profile, no second file
hidden behind the first.
"""

from __future__ import annotations

import io
import math
import threading
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import pi_heif
from flask_babel import lazy_gettext as _
from PIL import Image, ImageFile, ImageOps

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 100_000_000
# A JPEG is decoded small; the others as they are, WebP with three copies of itself.
MAX_DECODED = {"PNG": 60_000_000, "HEIF": 60_000_000, "WEBP": 30_000_000}
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LARGE, SMALL = 2048, 480  # longest side of the picture and of its thumbnail, pixels
STRIP = 4_000_000  # pixels in hand at a time while a picture is made smaller
ORIENTATION = 0x0112

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # looked at below, before anything is decoded
_one_at_a_time = threading.Lock()  # a big picture takes memory: never two in one worker


class PhotoProblem(Exception):
    """The picture cannot be taken; ``str()`` says why, for people."""

    text = _("This photo cannot be used.")

    def __str__(self) -> str:
        return str(self.text)


class TooLarge(PhotoProblem):
    """More bytes than MAX_BYTES."""

    text = _("This photo is larger than 10 MB. Please choose a smaller one.")


class TooManyPixels(PhotoProblem):
    """More pixels than MAX_PIXELS or MAX_DECODED, by its header."""

    text = _("Too many pixels: a JPEG may have 100 million, PNG and HEIC 60, WebP 30.")


class NotAPhoto(PhotoProblem):
    """Not a JPEG, PNG, WebP or HEIC by its content, or something else at the same time."""

    text = _("This file is not a photo we can read. Please choose a JPEG, PNG, WebP or HEIC.")


class Moving(PhotoProblem):
    """An animation."""

    text = _("This is a moving picture. Please choose a still photo.")


class Broken(PhotoProblem):
    """Begins like a photo but cannot be decoded to its end."""

    text = _("This photo is damaged. Please take or choose it again.")


@dataclass(frozen=True)
class Evidence:
    """What the camera wrote down: its own time (ISO 8601) and position (degrees, EPSG:4326)."""

    taken_at: str | None = None
    lon: float | None = None
    lat: float | None = None

    def __bool__(self) -> bool:
        return self.taken_at is not None or self.lon is not None


@dataclass(frozen=True)
class Picture:
    """A photo made harmless: two WebP files, the large one's size, and the camera's words."""

    large: bytes
    small: bytes
    width: int
    height: int
    evidence: Evidence


def check(file: BinaryIO) -> tuple[int, int]:
    """Width and height of a photo, from its header alone.  Raises PhotoProblem."""
    image = _opened(file)
    return image.size


def _opened(file: BinaryIO) -> Image.Image:
    """The picture, not yet decoded, when it is one we take.  Raises PhotoProblem."""
    head = file.read(1024)
    if b"%PDF-" in head or zipfile.is_zipfile(file):
        raise NotAPhoto
    # Pillow reserves a WebP's memory when it opens it, so its size is read here.
    if math.prod(webp_size(head)) > MAX_DECODED["WEBP"]:
        raise TooManyPixels
    file.seek(0)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, in the same worker, lets them pass
    try:
        image = Image.open(file, formats=FORMATS)
    except Exception as error:  # a damaged header fails in many ways
        raise NotAPhoto from error
    if math.prod(image.size) > MAX_DECODED.get(image.format or "", MAX_PIXELS):
        raise TooManyPixels
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise Moving
    return image


def webp_size(head: bytes) -> tuple[int, int]:
    """Width and height a WebP's first bytes declare; (0, 0) when it is none."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return 0, 0
    match head[12:16]:
        case b"VP8X":
            return _int(head[24:27]) + 1, _int(head[27:30]) + 1
        case b"VP8L":
            bits = _int(head[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _int(head[26:28]) & 0x3FFF, _int(head[28:30]) & 0x3FFF
    return 0, 0


def _int(data: bytes) -> int:
    return int.from_bytes(data, "little")


def harmless(file: BinaryIO) -> Picture:
    """Decode a photo and encode it anew.  Raises PhotoProblem.

    A JPEG is decoded at a half, a quarter or an eighth of its size when that is still enough, so
    that 50 megapixels fit into modest memory.
    """
    image = _opened(file)
    with _one_at_a_time:
        try:
            image.draft("RGB", (LARGE, LARGE))
            image.load()
            evidence = _evidence(image)
            large = ImageOps.exif_transpose(_shrunk(image))
        except Exception as error:  # decoders fail in as many ways as there are broken files
            raise Broken from error
    small = large.copy()
    small.thumbnail((SMALL, SMALL))
    return Picture(_webp(large, 80), _webp(small, 75), large.width, large.height, evidence)


def _shrunk(image: Image.Image) -> Image.Image:
    """Opaque RGB, at most LARGE on its longest side; keeps the orientation mark."""
    orientation = image.getexif().get(ORIENTATION, 1)
    by = max(1, min(max(image.size) * 2 // (3 * LARGE), min(image.size)))
    small = image if by == 1 and image.mode == "RGB" else _reduced(image, by)
    small.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    small.info.clear()
    small.getexif()[ORIENTATION] = orientation
    return small


def _reduced(image: Image.Image, by: int) -> Image.Image:
    """A picture ``by`` times smaller, made strip by strip: no second copy of the whole."""
    width, height = image.size
    small = Image.new("RGB", (-(-width // by), -(-height // by)))
    rows = by * max(1, STRIP // (width * by))
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        small.paste(_flat(strip).reduce(by), (0, top // by))
    return small


def _flat(image: Image.Image) -> Image.Image:
    """Opaque RGB; what was transparent becomes white."""
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return out.getvalue()


def _evidence(image: Image.Image) -> Evidence:
    """Time and place by EXIF; nothing when the camera wrote none, or nonsense."""
    try:
        exif = image.getexif()
        details, gps = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
        lon, lat = _degrees(gps, 3, "W"), _degrees(gps, 1, "S")
    except Exception:  # whatever stands there is not worth a photo
        return Evidence()
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
        lon = lat = None
    return Evidence(_taken_at(details), lon, lat)


def _taken_at(details: dict[int, object]) -> str | None:
    """The camera's clock; with its offset from UTC when the camera knew it."""
    words = str(details.get(0x9003, "")).strip("\0 ")
    offset = str(details.get(0x9011, "")).strip("\0 ")
    try:
        moment = datetime.strptime(words, "%Y:%m:%d %H:%M:%S")
        return datetime.fromisoformat(f"{moment.isoformat()}{offset}").isoformat()
    except ValueError:
        return None


def _degrees(gps: dict[int, object], tag: int, negative: str) -> float | None:
    """A coordinate in degrees; ``tag`` holds the hemisphere, the next one three numbers."""
    parts = gps.get(tag + 1)
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    degrees, minutes, seconds = map(float, parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    hemisphere = str(gps.get(tag, "")).strip("\0 ").upper()
    return round(-value if hemisphere == negative else value, 6)
