"""Filing in four steps: what each page asks, keeps and says."""

from __future__ import annotations

import io
import uuid
from html import unescape

import pytest
from sqlalchemy import select

from app.kinds import KINDS
from models import Category, Draft, Item, Photo, db
from tests import factories as make
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")
every_kind = pytest.mark.parametrize("kind", KINDS)
DAGO = {"lon": "107.6137", "lat": "-6.8850"}


def page(key, name, kind="lapor"):
    return f"/{kind}/baru/{key}/{name}"


def text(response) -> str:
    assert response.status_code == 200, (response.status, response.headers.get("Location"))
    return unescape(response.get_data(as_text=True))


def has(shown: str, *words: str) -> bool:
    return all(word in shown for word in words)


def content(kind="lapor", **changes):
    form = {
        "title": "Lampu mati di gang",
        "body": "Sudah tiga malam gelap sekali.",
        "category_code": make.category(kind).code,
        "visibility": "public",
        "road_class": "gang",
        "benefit": "Semua yang lewat malam hari.",
        "land_status": "city",
        "catalogue_code": "luar",
        "volume": "12,5",
        "unit": "m",
    }
    return form | changes


def prepare(client, key, kind="lapor", place=None, **changes):
    """All pages but the last."""
    assert client.post(page(key, "foto", kind)).status_code == 302
    response = client.post(page(key, "lokasi", kind), data=place or DAGO)
    assert response.status_code == 302, response.status
    response = client.post(page(key, "isi", kind), data=content(kind, **changes))
    assert response.status_code == 302, unescape(response.get_data(as_text=True))[-3000:]


@every_kind
def test_a_resident_files_an_item_of_every_kind(client_for, kind):
    user, key = make.user(), uuid.uuid4()
    client = client_for(user)
    prepare(client, key, kind)
    assert has(text(client.get(page(key, "periksa", kind))), "Lampu mati di gang")
    sent = client.post(page(key, "periksa", kind))
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert sent.location == f"/{kind}/{item.number}/terima-kasih"
    assert has(text(client.get(sent.location)), item.number)
    assert (item.kind, item.author_id) == (kind, user.person_id)
    assert item.area_basis in ("exact", "approximate", "confirmed")


def test_a_photo_goes_along_with_what_is_filed(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    client.post(page(key, "foto"), data={"photos": (jpeg(), "lubang.jpg")})
    prepare(client, key)
    client.post(page(key, "periksa"))
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert db.session.scalars(select(Photo.item_id)).all() == [item.id]
    assert db.session.get(Draft, key) is None


def test_not_more_than_five_photos(client):
    key = uuid.uuid4()
    for shade in range(6):
        client.post(page(key, "foto"), data={"photos": (jpeg(shade), f"{shade}.jpg")})
    assert len(db.session.scalars(select(Photo).where(Photo.draft_key == key)).all()) == 5


def test_a_photo_can_be_taken_away_again(client):
    key = uuid.uuid4()
    client.post(page(key, "foto"), data={"photos": (jpeg(), "lubang.jpg")})
    photo = db.session.scalars(select(Photo).where(Photo.draft_key == key)).one()
    client.post(page(key, "foto"), data={"hapus": photo.id})
    assert not db.session.scalars(select(Photo).where(Photo.draft_key == key)).all()


def test_a_photo_of_another_draft_cannot_be_taken_away(client, client_for):
    key = uuid.uuid4()
    client_for(make.user()).post(page(key, "foto"), data={"photos": (jpeg(), "a.jpg")})
    photo = db.session.scalars(select(Photo).where(Photo.draft_key == key)).one()
    client.post(page(uuid.uuid4(), "foto"), data={"hapus": photo.id})
    assert db.session.scalars(select(Photo).where(Photo.draft_key == key)).one() is photo


def test_without_a_map_the_kelurahan_is_enough(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    prepare(client, key, place={"area_code": make.OTHER_KELURAHAN})
    client.post(page(key, "periksa"))
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert (item.area_code, item.area_basis) == (make.OTHER_KELURAHAN, "area")


def test_a_place_is_found_by_its_name_without_a_map(client):
    key = uuid.uuid4()
    response = client.post(page(key, "lokasi"), data={"tempat": "dago", "cari": "1"})
    assert has(text(response), 'name="pilih"', "Dago")
    client.post(page(key, "lokasi"), data={"pilih": "107.6137,-6.8850"})
    assert has(text(client.get(page(key, "lokasi"))), "107.6137", "-6.8850")


def test_a_kelurahan_far_from_the_pin_is_not_believed(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    prepare(client, key, place=DAGO | {"area_code": "32.73.27.1004"})
    client.post(page(key, "periksa"))
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert item.area_code.startswith("32.73.02")


def test_typing_is_kept_before_anything_is_sent(client):
    key = uuid.uuid4()
    client.post(f"/lapor/baru/{key}/simpan/isi", data={"title": "Baru setengah"})
    assert has(text(client.get(page(key, "isi"))), "Baru setengah")
    assert client.get(f"/lapor/baru/{key}").location.endswith("/foto")


def test_a_draft_goes_on_where_it_was_left(client_for):
    user, key = make.user(), uuid.uuid4()
    client = client_for(user)
    prepare(client, key)
    elsewhere = client_for(user)
    assert elsewhere.get(f"/lapor/baru/{key}").location.endswith("/periksa")
    assert has(text(elsewhere.get("/saya")), f"/lapor/baru/{key}")


def test_an_emergency_is_stopped_with_the_number_to_call(client_for):
    client = client_for(make.user())
    code = db.session.scalars(
        select(Category.code).where(Category.emergency != "", Category.kind == "lapor")
    ).first()
    key = uuid.uuid4()
    prepare(client, key, category_code=code)
    for response in (client.get(page(key, "periksa")), client.post(page(key, "periksa"))):
        assert has(text(response), "tel:112")
    assert db.session.scalar(select(Item).where(Item.filing_key == key)) is None


def test_words_of_danger_stop_the_form_until_somebody_says_all_is_safe(client_for):
    client, key = client_for(make.user()), uuid.uuid4()
    prepare(client, key, body="Ada kebakaran di rumah sebelah, api besar sekali.")
    assert has(text(client.get(page(key, "periksa"))), "tel:112")
    assert not has(text(client.get(page(key, "periksa") + "?aman=1")), 'tel:112">')


def test_similar_published_items_nearby_are_shown_before_sending(client_for):
    near = make.item("lapor", state="verified", lon=107.6137, lat=-6.8850)
    hidden = make.item("lapor", published=False, lon=107.6137, lat=-6.8850)
    client, key = client_for(make.user()), uuid.uuid4()
    prepare(client, key, category_code=near.category_code)
    shown = text(client.get(page(key, "periksa")))
    assert has(shown, near.title)
    assert not has(shown, hidden.title)
    assert not has(shown, hidden.number)


def test_a_profile_is_reused_by_the_form(client_for):
    user = make.user()
    user.person.area_code, user.person.rw = make.KELURAHAN, 7
    db.session.commit()
    shown = text(client_for(user).get(page(uuid.uuid4(), "lokasi")))
    assert has(shown, 'value="7"')


def test_a_wrong_file_is_named(client):
    key = uuid.uuid4()
    response = client.post(
        page(key, "foto"), data={"photos": (io.BytesIO(b"bukan gambar"), "catatan.txt")}
    )
    assert has(text(client.get(response.location)), "catatan.txt")


def test_going_back_on_a_shared_computer_does_not_write_into_anothers_report(client_for):
    one, other, key = client_for(make.user()), client_for(make.user()), uuid.uuid4()
    prepare(one, key)
    one.post(page(key, "periksa"))
    for somebody in (other, client_for()):
        for name in ("foto", "lokasi", "isi"):
            assert somebody.get(page(key, name)).status_code == 404
            assert somebody.post(page(key, name), data=content()).status_code == 404
    assert one.get(page(key, "isi")).status_code == 302
