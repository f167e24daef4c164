"""The filing form under bad input: a clear message, nothing typed lost."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from sqlalchemy import func, select

from models import Draft, Item
from tests import factories as make
from tests.nasty import NASTY, WORST, check

pytestmark = pytest.mark.usefixtures("session")


def page(key, name, kind="lapor"):
    return f"/{kind}/baru/{key}/{name}"


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize("kind", ["lapor", "musrenbang", "badami"])
def test_nothing_typed_into_the_form_breaks_it_and_all_of_it_is_still_there(client, kind, what):
    key, value = uuid.uuid4(), NASTY[what]
    form = {"title": value, "body": "Isi yang panjangnya cukup.", "unit_price": value,
            "volume": value, "happened_on": value, "visibility": value, "benefit": value,
            "category_code": value, "beneficiaries": value, "road_class": value}  # fmt: skip
    text = check(client.post(page(key, "isi", kind), data=form), 422)
    kept = "Isi yang panjangnya cukup." in text
    assert kept
    if what in ("sql", "template", "markup", "huge"):
        title = value in unescape(text)
        assert title
    check(client.get(page(key, "isi", kind)), 200)


@pytest.mark.parametrize("what", WORST)
def test_nothing_typed_as_a_place_breaks_it(client, what):
    key, value = uuid.uuid4(), NASTY[what]
    for name in ("lon", "lat", "area_code", "address", "rw", "rt", "tempat", "pilih", "cari"):
        form = {"lon": "107.61", "lat": "-6.89", "address": "Dekat masjid"} | {name: value}
        text = check(client.post(page(key, "lokasi"), data=form), 200, 302, 422)
        if name != "address" and "<form" in text:
            kept = "Dekat masjid" in text
            assert kept, name
    check(client.get(page(key, "lokasi")), 200)
    check(client.post(f"/lapor/baru/{key}/simpan/isi", data={"title": value, value[:50]: "x"}))


def test_a_title_of_a_hundred_thousand_letters_is_refused_where_it_was_typed(client):
    key = uuid.uuid4()
    form = {"title": "a" * 100_000, "body": "Isi yang panjangnya cukup."}
    text = check(client.post(page(key, "isi"), data=form), 422)
    told = 'id="title-error"' in text and "a" * 100_000 in text
    assert told


def test_longitude_and_latitude_the_wrong_way_round_are_noticed(client):
    form = {"lon": "-6.89", "lat": "107.61"}
    text = check(client.post(page(uuid.uuid4(), "lokasi"), data=form), 422)
    kept = "107.61" in text and "field-error" in text
    assert kept


@pytest.mark.parametrize(("lon", "lat"), [("106.85", "-6.21"), ("107.90", "-6.92"), ("0", "0")])
def test_a_place_outside_the_city_is_refused_with_words(client, lon, lat):
    text = check(client.post(page(uuid.uuid4(), "lokasi"), data={"lon": lon, "lat": lat}), 422)
    told = "field-error" in text
    assert told


@pytest.mark.parametrize("day", ["1900-01-01", "2999-01-01", "0001-01-01", "kemarin", "2026-13-45"])
def test_days_nobody_can_have_seen_are_refused_beside_the_field(client, day):
    text = check(client.post(page(uuid.uuid4(), "isi"), data={"happened_on": day}), 422)
    told = 'id="happened_on-error"' in text and day in text
    assert told


def test_a_key_that_is_no_key_and_one_that_is_somebody_elses(client_for, session):
    mine, other = make.user(), make.user()
    key = uuid.uuid4()
    client_for(mine).post(page(key, "isi"), data={"title": "Rahasia saya"})
    for somebody, told in ((client_for(other), 404), (client_for(), 302)):
        for address in (page(key, "isi"), page(key, "periksa"), f"/lapor/baru/{key}"):
            check(somebody.get(address), told)
        for name in ("isi", "lokasi", "foto"):
            check(somebody.post(page(key, name), data={"title": "Ditimpa"}), told)
    assert session.get_one(Draft, key).data["isi"]["title"] == "Rahasia saya"


def complete(client, key, **changes):
    client.post(page(key, "foto"))
    place = {"lon": "107.6137", "lat": "-6.8850", "area_code": ""}
    check(client.post(page(key, "lokasi"), data=place), 302)
    form = {"title": "Lampu mati di gang", "body": "Sudah tiga malam gelap sekali.",
            "category_code": make.category("lapor").code, "visibility": "public",
            "road_class": "gang"} | changes  # fmt: skip
    check(client.post(page(key, "isi"), data=form), 302)


def test_a_form_sent_twice_and_the_back_button_give_one_item(client_for, session):
    client, key = client_for(make.user()), uuid.uuid4()
    complete(client, key)
    first = client.post(page(key, "periksa"))
    again = client.post(page(key, "periksa"))
    check(first, 302)
    check(again, 302)
    assert session.scalar(select(func.count(Item.id)).where(Item.filing_key == key)) == 1
    for name in ("foto", "isi", "lokasi", "periksa"):
        back = client.get(page(key, name))
        assert "/lapor/L-" in back.location


def test_whoever_is_not_signed_in_any_more_comes_back_to_what_was_typed(client_for, session):
    stranger, key = client_for(), uuid.uuid4()
    complete(stranger, key)
    sent = stranger.post(page(key, "periksa"))
    check(sent, 302)
    assert sent.location.startswith("/masuk?lanjut=")
    user = make.user()
    stranger.post("/masuk", data={"email": user.email, "password": make.PASSWORD})
    text = check(stranger.get(page(key, "periksa")), 200)
    kept = "Lampu mati di gang" in text
    assert kept
    check(stranger.post(page(key, "periksa")), 302)
    assert session.scalar(select(Item.author_id).where(Item.filing_key == key)) == user.person_id


def test_sending_an_empty_draft_leads_to_the_page_that_lacks_something(client_for):
    client = client_for(make.user())
    sent = client.post(page(uuid.uuid4(), "periksa"))
    check(sent, 302)
    assert "/lokasi" in sent.location


def test_a_page_without_its_token_says_what_to_do(app, client_for, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client = client_for(make.user())
    check(client.post(page(uuid.uuid4(), "isi"), data={"title": "Halo"}), 400)
