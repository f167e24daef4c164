"""Writing: keys and quotas, what a request needs, places, attributes, photos, retries, tokens."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.services import georeport_keys, georeport_requests
from app.services.files import staging
from models import Draft, GeoreportRequest, Item, Person, Photo, db
from tests import factories as make
from tests.georeport.conftest import ASKING, BASE, HERE, SERVICE
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")


def filed(response):
    """The complaint behind an answer."""
    assert response.status_code == 200, response.get_data(as_text=True)
    (body,) = response.get_json()
    assert "token" not in body
    number = body["service_request_id"]
    return db.session.scalars(select(Item).where(Item.number == number)).one()


def jobs(name):
    query = text("SELECT args FROM procrastinate_jobs WHERE task_name = :name")
    return db.session.scalars(query, {"name": name}).all()


# -- 5: keys ------------------------------------------------------------------------------


def test_without_a_key_or_with_a_wrong_one_nothing_is_written(api):
    for key in (None, "", "rgr_wrong", "\0"):
        assert "api_key" in api.problem(api.post(api_key=key), 403)
    assert not db.session.scalars(select(Item)).all()


def test_the_key_may_stand_in_the_address_or_in_the_body(api):
    assert filed(api.post())
    assert filed(api.post(f"requests.json?api_key={api.key}", api_key=None, description="Lain"))


def test_a_revoked_key_opens_nothing(api):
    georeport_keys.revoke(georeport_keys.find(api.key).id)
    db.session.commit()
    assert api.problem(api.post(), 403)


def test_a_key_writes_as_often_a_day_as_it_may(partner):
    api = partner(daily=2)
    for n in range(2):
        assert filed(api.post(description=f"Lubang nomor {n}"))
    assert api.problem(api.post(description="Satu lagi"), 429)
    assert filed(api.post(description="Lubang nomor 1"))  # a retry costs nothing


def test_what_is_refused_is_not_counted(partner):
    api = partner(daily=1)
    assert api.problem(api.post(lat="abc"), 400)
    assert filed(api.post())


# -- 6 to 10: what a request needs ---------------------------------------------------------


def test_a_request_becomes_a_complaint_that_waits_for_the_kelurahan(api):
    item = filed(api.post(description="Cikapundung é 漢\nmeluap <b>tinggi</b>"))
    assert (item.kind, item.state, item.channel) == ("lapor", "received", "open311")
    assert (item.title, item.visibility) == ("Cikapundung é 漢", "anonymous")
    assert item.body == "Cikapundung é 漢\nmeluap <b>tinggi</b>"
    assert item.published_at is None
    assert item.area_code.startswith("32.73.02")
    assert api.problem(api.get(f"requests/{item.number}.json"), 404)
    assert api.json("requests") == []


def test_the_receipt_says_when_it_is_looked_at_and_repeats_the_account(api):
    (body,) = api.post(account_id="warga-7").get_json()
    assert set(body) == {"service_request_id", "service_notice", "account_id"}
    assert body["account_id"] == "warga-7"
    assert "2" in body["service_notice"]
    answer = api.post("requests.xml", description="Yang kedua")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert b"<service_requests><request><service_request_id>L-" in answer.get_data()


def test_a_service_is_needed_and_has_to_be_known(api):
    assert "service_code" in api.problem(api.post(service_code=None), 400)
    assert "service_code" in api.problem(api.post(service_code="tidak-ada"), 404)
    assert api.problem(api.post(service_code=make.category("badami").code), 404)
    assert "112" in api.problem(api.post(service_code="kebakaran"), 400)


PLACES = [
    ({"lat": None, "long": None}, "lat"),
    ({"long": None}, "long"),
    ({"lat": "abc"}, "lat"),
    ({"lat": "nan"}, "lat"),
    ({"lat": "91"}, "lat"),
    ({"lat": "-6.8", "long": "107.1"}, "Cianjur"),
    ({"lat": HERE["long"][:2], "long": HERE["lat"]}, ""),
    ({"lat": None, "long": None, "address_id": "32.73"}, "address_id"),
]


@pytest.mark.parametrize(("place", "word"), PLACES)
def test_a_place_is_needed_and_has_to_be_in_the_city(api, place, word):
    assert word in api.problem(api.post(**place), 400)


def test_everything_that_is_wrong_is_said_at_once(api):
    wrong = {"description": "x" * 4001, "lat": None, "long": None, "media_url": "http://a/b.jpg"}
    said = api.problem(api.post(**wrong), 400)
    assert said.count("\n") == 2
    assert "4000" in said
    assert "media_url" in said


def test_four_thousand_characters_are_enough(api):
    item = filed(api.post(description="kata " * 800))
    assert len(item.title) <= 140
    assert item.title.endswith("…")
    long = api.post(description="x" * 4000)
    assert len(filed(long).body) == 4000


def test_without_a_description_the_service_says_what_it_is(api):
    item = filed(api.post(description=None))
    assert (item.title, item.body) == (make.category(code=SERVICE).name, "")


def test_attributes_are_asked_for_by_their_code(api):
    assert "attribute[keadaan]" in api.problem(api.post(service_code=ASKING), 400)
    wrong = {"attribute[keadaan]": "Mati total", "attribute[jumlah]": "banyak"}
    said = api.problem(api.post(service_code=ASKING, **wrong), 400)
    assert "attribute[keadaan]" in said
    assert "attribute[jumlah]" in said
    good = {"attribute[keadaan]": "mati", "attribute[jumlah]": "2", "attribute[x]": "y"}
    assert filed(api.post(service_code=ASKING, **good)).answers == {"keadaan": "mati", "jumlah": 2}


def test_several_values_of_an_attribute_are_kept(api):
    sent = {"attribute[keluhan][]": ["bocor", "mati"]}
    item = filed(api.post(service_code="air-bersih", **sent))
    assert item.answers == {"keluhan": ["mati", "bocor"]}
    item.published_at, item.state = item.created_at, "verified"
    db.session.commit()
    (told,) = api.json(f"requests/{item.number}", extensions="true")
    (attribute,) = told["attributes"]
    assert attribute["code"] == "keluhan"
    assert [value["key"] for value in attribute["values"]] == ["mati", "bocor"]


def test_who_reports_is_kept_for_the_officers_alone(api):
    who = {"first_name": "Asep", "last_name": "Sunandar", "phone": "0812", "email": "a@contoh.id"}
    one, two = filed(api.post(**who)), filed(api.post(**who, description="Yang lain"))
    assert one.author_id == two.author_id
    person = db.session.get(Person, one.author_id)
    assert (person.name, person.phone) == ("Asep Sunandar", "0812")
    other = filed(api.post(description="Tanpa nama"))
    assert other.author_id != one.author_id
    assert "Aplikasi Warga" in other.author.name
    kept = db.session.execute(text("SELECT georeport_request::text FROM georeport_request")).all()
    assert "contoh.id" not in str(kept)


def test_what_is_about_officials_is_taken_and_stays_hidden(api):
    item = filed(api.post(service_code="pungli"))
    assert item.visibility == "confidential"
    assert item.oversight
    assert api.problem(api.get(f"requests/{item.number}.json"), 404)


def test_words_of_an_emergency_are_answered_with_the_number_to_call(api):
    (body,) = api.post(description="Ada kebakaran di dekat sini").get_json()
    assert body["service_request_id"]
    assert "112" in body["service_notice"]


# -- 8: addresses and tokens ----------------------------------------------------------------


def nowhere(**more):
    return {"lat": None, "long": None} | more


def test_an_address_that_names_a_place_is_found_at_once(api):
    item = filed(api.post(**nowhere(address_string="Gasibu, Jl. Diponegoro")))
    assert item.address == "Gasibu, Jl. Diponegoro"
    assert item.area_basis in ("exact", "approximate")


def test_the_code_of_a_kelurahan_is_an_address(api):
    item = filed(api.post(**nowhere(address_id=make.KELURAHAN)))
    assert (item.area_code, item.area_basis) == (make.KELURAHAN, "area")


def test_an_address_that_has_to_be_searched_gets_a_token_first(api):
    (body,) = api.post(**nowhere(address_string="Gang Tilil 3 no. 5, Dago")).get_json()
    assert "service_request_id" not in body
    token = body["token"]
    assert api.json(f"tokens/{token}") == [{"service_request_id": None, "token": token}]
    (args,) = jobs("georeport_place")
    georeport_requests.place(args["request_id"])
    georeport_requests.place(args["request_id"])  # a second time it finds its work done
    db.session.commit()
    (told,) = api.json(f"tokens/{token}")
    item = db.session.scalars(select(Item).where(Item.number == told["service_request_id"])).one()
    assert item.area_code == make.KELURAHAN
    assert db.session.scalars(select(GeoreportRequest.payload)).one() is None
    root = api.xml(f"tokens/{token}")
    assert root.findtext("request/token") == token


def test_an_address_nobody_knows_is_the_whole_citys_and_nothing_is_lost(api):
    (body,) = api.post(**nowhere(address_string="Xyzzy qqq 12")).get_json()
    georeport_requests.place(jobs("georeport_place")[0]["request_id"])
    (told,) = api.json(f"tokens/{body['token']}")
    item = db.session.scalars(select(Item).where(Item.number == told["service_request_id"])).one()
    assert (item.area_code, item.address) == ("32.73", "Xyzzy qqq 12")


def test_an_unknown_token_is_not_found(api):
    assert "token" in api.problem(api.get("tokens/tidak-ada.json"), 404)


# -- 21, 24: pictures -----------------------------------------------------------------------


def test_photos_come_along_and_wait_in_private(api):
    sent = {"media": [(jpeg(1), "a.jpg"), (jpeg(2), "b.jpg")]}
    item = filed(api.post(**sent))
    photos = db.session.scalars(select(Photo).where(Photo.item_id == item.id)).all()
    assert [photo.status for photo in photos] == ["staged", "staged"]
    assert all(photo.change_id for photo in photos)
    assert all(staging().read(photo.staged_name) for photo in photos)
    assert not db.session.scalars(select(Draft)).all()


def test_what_is_no_photo_refuses_the_request(api):
    assert "media" in api.problem(api.post(media=(io.BytesIO(b"%PDF-1.7"), "a.pdf")), 400)
    assert not db.session.scalars(select(Item)).all()


def test_a_picture_elsewhere_is_left_to_a_job(api):
    item = filed(api.post(media_url="https://contoh.id/foto.jpg"))
    assert jobs("georeport_media") == [{"item_id": item.id, "url": "https://contoh.id/foto.jpg"}]


BAD = ["http://contoh.id/a.jpg", "https://", "https://a:b@contoh.id/", "https://contoh.id:22/a",
       "ftp://contoh.id/a.jpg", "file:///etc/passwd", "https://[::1", "x" * 3000]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_other_addresses_of_pictures_are_refused(api, url):
    assert "media_url" in api.problem(api.post(media_url=url), 400)


# -- 22: retries ----------------------------------------------------------------------------


def test_a_retry_gets_the_same_number(api, session):
    sent = {"device_id": "hp-1", "description": "Lubang di depan sekolah"}
    one = filed(api.post(**sent))
    assert filed(api.post(**sent, email="lain@contoh.id")).id == one.id
    assert filed(api.post(**sent | {"device_id": "hp-2"})).id != one.id
    later = "UPDATE georeport_request SET created_at = created_at - interval '61 seconds'"
    session.execute(text(later))
    session.commit()
    assert filed(api.post(**sent)).id != one.id


def test_without_a_device_all_has_to_be_the_same(api):
    one = filed(api.post())
    assert filed(api.post()).id == one.id
    assert filed(api.post(phone="0813")).id != one.id


def test_a_named_retry_holds_for_a_day(api, session):
    def send(words):
        data = {"api_key": api.key, "service_code": SERVICE, "description": words} | HERE
        head = {"Idempotency-Key": "7f0c"}
        return filed(api.client.post(f"{BASE}/requests.json", data=data, headers=head))

    one = send("Pertama")
    hour = timedelta(hours=1)
    session.execute(
        text("UPDATE georeport_request SET created_at = created_at - CAST(:h AS interval)"),
        {"h": hour},
    )
    session.commit()
    assert send("Pertama, lagi").id == one.id


def test_the_retry_of_another_partner_is_another_report(api, partner):
    sent = {"device_id": "hp-1", "description": "Lubang di depan sekolah"}
    assert filed(api.post(**sent)).id != filed(partner().post(**sent)).id
