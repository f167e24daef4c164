"""What may be a document, by its content, and how what it tells of its maker is taken out.

Nothing here opens a file as a reader would: a PDF is looked through as bytes and keeps its length
(so that its table of offsets stays right), a JPEG loses every segment that is no picture.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator

from flask_babel import lazy_gettext as _
from PIL import Image, UnidentifiedImageError

from models import DOCUMENT_LARGEST

PDF, JPEG = "application/pdf", "image/jpeg"
MAX_PIXELS = 60_000_000
MOST_INFLATED = 40 * 1024 * 1024
ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
TELLING = (b"Author", b"Creator", b"Producer", b"Title", b"Subject", b"Keywords", b"Company")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_NAME_END = rb"(?=[\s/<>\[\]()%]|$)"
_ACTIVE = re.compile(b"(?:" + b"|".join(map(re.escape, ACTIVE)) + b")" + _NAME_END)
_TOLD = re.compile(
    rb"/(?:" + b"|".join(TELLING) + rb")\s*(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)", re.S
)
_XMP = re.compile(rb"(<x:xmpmeta[^>]*>)(.*?)(</x:xmpmeta>)", re.S)


class DocumentProblem(Exception):
    """The file cannot be taken; ``str()`` says why, for people."""

    text = _("This file cannot be used.")

    def __str__(self) -> str:
        return str(self.text)


class TooLarge(DocumentProblem):
    """More bytes than a document may have."""

    text = _("This file is larger than 10 MB. Please choose a smaller one.")


class Empty(DocumentProblem):
    """No bytes came."""

    text = _("This file is empty.")


class NoDocument(DocumentProblem):
    """Neither a PDF nor a JPEG by its content."""

    text = _("Please choose a PDF, or a photo of the sheet as JPEG.")


class Broken(DocumentProblem):
    """Begins like one but does not end like one."""

    text = _("This file is damaged. Please make or photograph it again.")


class Locked(DocumentProblem):
    """A PDF with a password."""

    text = _("This PDF asks for a password. Please save it without one.")


class Active(DocumentProblem):
    """A PDF that holds a program or another file."""

    text = _("This PDF holds a program or another file. Please print it into a new PDF.")


def harmless(data: bytes) -> tuple[bytes, str]:
    """The document without what tells of its maker, and its media type.

    Raises DocumentProblem.
    """
    if not data:
        raise Empty
    if len(data) > DOCUMENT_LARGEST:
        raise TooLarge
    if data.startswith(b"%PDF-"):
        return _pdf(data), PDF
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data), JPEG
    raise NoDocument


def _pdf(data: bytes) -> bytes:
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
        raise Broken
    for part in (data, *_inflated(data)):
        plain = _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), part)
        if part is data and re.search(rb"/Encrypt" + _NAME_END, plain):
            raise Locked
        if _ACTIVE.search(plain):
            raise Active
    data = _TOLD.sub(_blank, data)
    return _XMP.sub(lambda found: found[1] + b" " * len(found[2]) + found[3], data)


def _blank(found: re.Match[bytes]) -> bytes:
    """The same length, with nothing between the brackets."""
    whole, value = found[0], found[1]
    return whole[: len(whole) - len(value)] + value[:1] + b" " * (len(value) - 2) + value[-1:]


def _inflated(data: bytes) -> Iterator[bytes]:
    """What objects hidden in compressed streams say; only those that may hold objects."""
    left = MOST_INFLATED
    for begin in _STREAM.finditer(data):
        head = data[max(0, begin.start() - 400) : begin.start()]
        if b"/ObjStm" not in head[head.rfind(b"obj") :]:
            continue
        end = data.find(b"endstream", begin.end())
        try:
            part = zlib.decompressobj().decompress(data[begin.end() : end], left)
        except zlib.error:
            continue
        left -= len(part)
        if left <= 0:
            raise Broken
        yield part


def _jpeg(data: bytes) -> bytes:
    """The picture alone; how it is to be turned is all that stays of its notes."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooLarge
            turned = image.getexif().get(0x0112, 1)
            image.draft("L", (64, 64))
            image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Broken from None
    return b"\xff\xd8" + _turned(turned) + b"".join(_segments(data))


def _turned(orientation: object) -> bytes:
    """An EXIF segment with the orientation and nothing else; b"" for the usual one."""
    if not isinstance(orientation, int) or not 2 <= orientation <= 8:
        return b""
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes((orientation,)) + b"\0" * 6
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


def _segments(data: bytes) -> Iterator[bytes]:
    """The segments of a JPEG that are picture; what lies behind its end goes."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:  # from here on the picture itself
            end = data.rfind(b"\xff\xd9")
            if end < at:
                raise Broken
            yield data[at : end + 2]
            return
        notes = marker in range(0xE1, 0xF0) and marker != 0xEE or marker == 0xFE
        if not notes:
            yield data[at : at + 2 + length]
        at += 2 + length
    raise Broken
