"""Pictures from elsewhere: fetched by a job, made harmless like all others."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from PIL import Image
from sqlalchemy import select

from app.exchange.fetch import Fetcher, Forbidden, NotFetched
from app.jobs import georeport, photos
from app.services.files import media
from models import Photo, db
from tests import factories as make
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")
FIRST = SimpleNamespace(job=SimpleNamespace(attempts=0))


def fetched(monkeypatch, data):
    def get(_self, _url):
        if isinstance(data, Exception):
            raise data
        return data

    monkeypatch.setattr(Fetcher, "get", get)  # there is no internet in a test


def camera():
    """A JPEG that says where it was taken."""
    image, out = Image.open(jpeg()), io.BytesIO()
    exif = image.getexif()
    exif[0x010F] = "Kamera Rahasia"
    exif.get_ifd(0x8825)[1] = "S"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_picture_from_elsewhere_carries_nothing_of_its_camera(monkeypatch):
    item = make.item("lapor", state="verified")
    data = camera()
    assert b"Kamera Rahasia" in data
    fetched(monkeypatch, data)
    georeport.media.func(FIRST, item.id, "https://contoh.id/a.jpg")
    photo = db.session.scalars(select(Photo).where(Photo.item_id == item.id)).one()
    photos.process.func(photo.id)
    db.session.refresh(photo)
    served = media().read(photo.media_name)
    assert b"Kamera Rahasia" not in served
    assert not Image.open(io.BytesIO(served)).getexif()


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"", Forbidden("inside"), b"x" * 11_000_000])
def test_what_can_never_be_a_picture_ends_the_job(monkeypatch, data):
    item = make.item("lapor", state="verified")
    fetched(monkeypatch, data)
    georeport.media.func(FIRST, item.id, "https://contoh.id/a.jpg")
    assert not db.session.scalars(select(Photo).where(Photo.item_id == item.id)).all()


def test_a_server_that_is_away_is_asked_again(monkeypatch):
    item = make.item("lapor", state="verified")
    fetched(monkeypatch, NotFetched("the server answered 503"))
    with pytest.raises(NotFetched):
        georeport.media.func(FIRST, item.id, "https://contoh.id/a.jpg")


def test_an_item_that_is_gone_needs_no_picture(monkeypatch):
    fetched(monkeypatch, jpeg().getvalue())
    georeport.media.func(FIRST, 10**12, "https://contoh.id/a.jpg")
    assert not db.session.scalars(select(Photo)).all()
