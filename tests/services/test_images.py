"""What is a photo, and what is left of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import piexif
import pytest
from PIL import Image

from app.services import images
from tests.pictures import drawn, exif, saved

HEIC = Path(__file__).with_name("drawn.heic")


def chunks(webp: bytes) -> list[bytes]:
    found, at = [], 12
    while at < len(webp):
        found.append(webp[at : at + 4])
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return found


def png(width: int, height: int, data: bytes = b"") -> io.BytesIO:
    """A PNG that claims a size, whatever it holds."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(data))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b""))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_position_time_and_camera_are_gone_from_the_picture_and_kept_apart(form: str) -> None:
    picture = images.harmless(saved(drawn(), form, exif=exif()))
    for data in (picture.large, picture.small):
        assert chunks(data) == [b"VP8 "]
        assert b"Kamera" not in data
    assert (picture.width, picture.height) == (640, 400)
    assert picture.evidence == images.Evidence("2026-11-20T07:15:30", 107.61, -6.9075)


def test_a_heic_is_read() -> None:
    picture = images.harmless(io.BytesIO(HEIC.read_bytes()))
    assert (picture.width, picture.height) == (80, 120)
    assert picture.evidence == images.Evidence("2026-11-20T07:15:30+07:00", 107.61, -6.9075)


def test_the_second_picture_some_phones_put_into_a_jpeg_is_left_out() -> None:
    second = Image.new("RGB", (640, 400), (250, 0, 250))
    both = saved(drawn(), "MPO", save_all=True, append_images=[second], exif=exif())
    picture = images.harmless(both)
    assert (picture.width, picture.height, picture.evidence.lon) == (640, 400, 107.61)
    assert Image.open(io.BytesIO(picture.large)).getpixel((500, 300))[2] < 60  # not the second


def test_a_photo_held_sideways_stands_upright() -> None:
    picture = images.harmless(saved(drawn(), "JPEG", exif=exif(orientation=6)))
    assert (picture.width, picture.height) == (400, 640)
    upright = Image.open(io.BytesIO(picture.large))
    assert upright.getpixel((390, 5)) < (90, 90, 90)  # the dark corner went to the right


def test_pictures_are_made_small_enough() -> None:
    picture = images.harmless(saved(drawn((5000, 3000)), "JPEG"))
    assert (picture.width, picture.height) == (2048, 1229)
    assert max(Image.open(io.BytesIO(picture.small)).size) == 480


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_sort_of_colour_becomes_a_picture(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new(mode, (6200, 310)) if mode == "I;16" else drawn((6200, 310)).convert(mode)
    picture = images.harmless(saved(image, form))
    assert (picture.width, picture.height) == (2048, 102)


def test_what_was_transparent_becomes_white() -> None:
    image = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    picture = images.harmless(saved(image, "PNG"))
    assert min(Image.open(io.BytesIO(picture.large)).getpixel((25, 25))) > 250


def test_the_same_photo_gives_the_same_bytes() -> None:
    first = images.harmless(saved(drawn(), "JPEG"))
    assert images.harmless(saved(drawn(), "JPEG")) == first


def test_fifty_megapixels_are_taken_and_more_than_a_hundred_refused() -> None:
    fifty = saved(Image.new("RGB", (8165, 6124), (90, 120, 90)), "JPEG", quality=20)
    assert images.harmless(fifty).width == 2048
    over = saved(Image.new("L", (10001, 10000)), "JPEG", quality=5)
    with pytest.raises(images.TooManyPixels):
        images.check(over)


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 8_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_that_claims_to_be_huge_is_refused_undecoded(size: tuple[int, int]) -> None:
    with pytest.raises(images.PhotoProblem):
        images.check(png(*size))


def test_a_webp_that_claims_to_be_huge_is_refused_before_any_memory_is_taken() -> None:
    canvas = (16383 - 1).to_bytes(3, "little") * 2
    vp8x = b"VP8X" + (10).to_bytes(4, "little") + b"\0\0\0\0" + canvas
    riff = b"RIFF" + (4 + len(vp8x)).to_bytes(4, "little") + b"WEBP" + vp8x
    with pytest.raises(images.TooManyPixels):
        images.check(io.BytesIO(riff))
    assert images.webp_size(saved(drawn(), "WEBP").getvalue()) == (640, 400)
    assert images.webp_size(saved(drawn(), "WEBP", lossless=True).getvalue()) == (640, 400)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"%PDF-1.7 not a photo",
        SVG,
        b"<html><img src=x onerror=alert(1)>",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypheic",
        b"MZ\x90\0" + bytes(200),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(images.NotAPhoto):
        images.check(io.BytesIO(data))


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO", "PPM"])
def test_other_pictures_are_refused(form: str) -> None:
    with pytest.raises(images.NotAPhoto):
        images.check(saved(drawn((64, 64)), form))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(form: str) -> None:
    frames = [drawn(), Image.new("RGB", (640, 400), 0)]
    with pytest.raises(images.Moving):
        images.check(saved(frames[0], form, save_all=True, append_images=frames[1:]))


def test_a_photo_that_is_an_archive_too_is_refused() -> None:
    both = saved(drawn(), "JPEG")
    both.seek(0, io.SEEK_END)
    with zipfile.ZipFile(both, "a") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    both.seek(0)
    with pytest.raises(images.NotAPhoto):
        images.check(both)


def test_nothing_hidden_behind_or_inside_a_photo_survives() -> None:
    hidden = b"<script>alert(1)</script>"
    data = saved(drawn(), "JPEG", comment=hidden).getvalue() + hidden
    picture = images.harmless(io.BytesIO(data))
    assert hidden not in picture.large
    assert hidden not in picture.small


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_ends_too_early_is_said_to_be_damaged(form: str) -> None:
    noise = Image.effect_noise((640, 400), 80).convert("RGB")
    data = saved(noise, form).getvalue()
    with pytest.raises((images.Broken, images.NotAPhoto)):
        images.harmless(io.BytesIO(data[: len(data) // 2]))


def test_a_damaged_heic_is_refused() -> None:
    data = HEIC.read_bytes()
    with pytest.raises(images.PhotoProblem):
        images.harmless(io.BytesIO(data[: len(data) // 2]))


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"gps": {2: ((6, 0), (0, 1), (0, 1))}}, images.Evidence("2026-11-20T07:15:30")),
        ({"gps": {2: ((600, 1), (0, 1), (0, 1))}}, images.Evidence("2026-11-20T07:15:30")),
        (
            {"taken": {piexif.ExifIFD.DateTimeOriginal: b"0000:00:00 00:00:00"}},
            images.Evidence(None, 107.61, -6.9075),
        ),
    ],
)
def test_nonsense_from_the_camera_is_left_out(more: Any, wanted: images.Evidence) -> None:
    picture = images.harmless(saved(drawn(), "JPEG", exif=exif(**more)))
    assert picture.evidence == wanted


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_exif_does_not_cost_the_photo() -> None:
    for broken in (b"Exif\0\0no", b"Exif\0\0MM\0\x2a\xff\xff\xff\xff", exif()[:60]):
        data = saved(drawn(), "JPEG", exif=broken)
        assert not images.harmless(data).evidence
