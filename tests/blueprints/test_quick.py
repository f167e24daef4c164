"""Queued reports: however often a phone sends one, it is one item, and nothing typed is lost."""

from __future__ import annotations

import io
import json
import re
import uuid
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.services import tracking
from models import Consent, Draft, Item, Photo, db
from tests import factories as make
from tests.blueprints.test_filing import DAGO, content
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")


def begin(client, key=""):
    response = client.get(f"/antrean/mulai?kunci={key}")
    assert response.headers["Cache-Control"] == "private, no-store"
    return response.json


def photo(client, key, photo_key, account="", shade=0):
    form = {"account": account, "photo": (jpeg(shade), "lubang.jpg")}
    return client.post(f"/lapor/cepat/{key}/foto/{photo_key}", data=form)


def send(client, key, photos=(), account="", **changes):
    form = content() | DAGO | {"account": account, "photos": ",".join(map(str, photos))} | changes
    return client.post(f"/lapor/cepat/{key}", data=form)


def items_of(key):
    return db.session.scalars(select(Item).where(Item.filing_key == key)).all()


def photos_of(item):
    return db.session.scalars(select(Photo).where(Photo.item_id == item.id)).all()


def test_photo_and_words_sent_again_and_again_make_one_item_with_one_photo(client_for):
    user, key, picture = make.user(), uuid.uuid4(), uuid.uuid4()
    client = client_for(user)
    account = begin(client, key)["account"]
    for _ in range(3):
        assert photo(client, key, picture, account).status_code == 200
    first = send(client, key, [picture], account).json
    again = send(client, key, [picture], account, title="Sudah diubah sesudahnya").json
    assert photo(client, key, picture, account).json["number"] == first["number"]
    (item,) = items_of(key)
    assert (first["number"], first["earlier"]) == (item.number, False)
    assert (again["number"], again["earlier"]) == (item.number, True)
    assert (item.title, item.author_id) == ("Lampu mati di gang", user.person_id)
    assert len(photos_of(item)) == 1


def test_without_an_account_a_lost_answer_is_given_again_with_a_code_that_opens(client):
    key = uuid.uuid4()
    assert begin(client, key)["account"] == ""
    first = send(client, key).json
    second = send(client, key).json
    (item,) = items_of(key)
    assert first["number"] == second["number"] == item.number
    assert first["code"] != second["code"]
    assert tracking.find(item.number, second["code"]).item_id == item.id
    assert item.filed_by_id is None


def test_another_browser_learns_of_a_sent_key_that_it_arrived_and_nothing_else(client, client_for):
    key = uuid.uuid4()
    begin(client, key)
    send(client, key)
    assert send(client_for(), key).json == {"number": "", "earlier": True}
    assert len(items_of(key)) == 1


def test_another_browser_cannot_touch_what_somebody_has_begun(client, client_for):
    key = uuid.uuid4()
    begin(client, key)
    photo(client, key, uuid.uuid4())
    other = client_for()
    begin(other, key)
    headers = {"Accept": "application/json"}
    form = content() | DAGO | {"account": ""}
    assert other.post(f"/lapor/cepat/{key}", data=form, headers=headers).status_code == 404
    assert items_of(key) == []


def test_a_queue_never_goes_under_another_name_than_it_was_written_for(client_for):
    key, mine, other = uuid.uuid4(), client_for(make.user()), client_for(make.user())
    account = begin(mine, key)["account"]
    assert begin(other)["account"] not in ("", account)
    assert send(other, key, account=account).status_code == 401
    assert send(client_for(), key, account=account).status_code == 401
    assert photo(other, key, uuid.uuid4(), account).status_code == 401
    assert send(mine, key, account="").status_code == 401, "written without an account"
    assert items_of(key) == []


def test_a_photo_taken_out_again_does_not_go_along(client):
    key, kept, gone = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    begin(client, key)
    photo(client, key, gone, shade=40)
    photo(client, key, kept)
    send(client, key, [kept])
    (item,) = items_of(key)
    assert len(photos_of(item)) == 1


def test_a_photo_that_did_not_arrive_is_asked_for_before_anything_is_filed(client):
    key, missing = uuid.uuid4(), uuid.uuid4()
    begin(client, key)
    assert send(client, key, [missing]).status_code == 409
    assert items_of(key) == []
    photo(client, key, missing)
    assert send(client, key, [missing]).status_code == 200


def test_what_is_no_photo_is_refused_by_name_and_the_words_are_kept(client):
    key = uuid.uuid4()
    begin(client, key)
    form = {"account": "", "photo": (io.BytesIO(b"bukan gambar"), "catatan.jpg")}
    refused = client.post(f"/lapor/cepat/{key}/foto/{uuid.uuid4()}", data=form)
    assert refused.status_code == 422
    assert refused.json["errors"]


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        ({"title": "x"}, "isi"),
        ({"category_code": ""}, "isi"),
        ({"lon": "95.0", "lat": "5.0"}, "lokasi"),
        ({"lon": "", "lat": ""}, "lokasi"),
    ],
)
def test_what_cannot_be_filed_says_why_and_waits_on_the_usual_page(client, changes, page):
    key = uuid.uuid4()
    begin(client, key)
    refused = send(client, key, **changes)
    assert refused.status_code == 422
    assert refused.json["errors"]
    assert refused.json["edit"] == f"/lapor/baru/{key}/{page}"
    assert db.session.get_one(Draft, key).data["isi"]["body"] == content()["body"]
    assert "Sudah tiga malam" in unescape(client.get(f"/lapor/baru/{key}/isi").text)
    assert send(client, key).json["number"], "put right, it goes"


def test_an_emergency_is_stopped_once_more_and_goes_when_nobody_is_in_danger(client):
    key, words = uuid.uuid4(), {"title": "Rumah sedang kebakaran"}
    begin(client, key)
    stopped = send(client, key, **words)
    assert (stopped.status_code, stopped.json["firm"]) == (422, False)
    assert "112" in stopped.json["stop"]
    assert items_of(key) == []
    assert send(client, key, aman="1", **words).status_code == 200


def test_what_others_reported_is_shown_only_when_somebody_is_there_to_look(client):
    place = {"lon": float(DAGO["lon"]), "lat": float(DAGO["lat"])}
    category = content()["category_code"]
    words = {"title": "Lampu mati di gang", "body": "Sudah tiga malam gelap sekali."}
    known = make.item("lapor", state="verified", category_code=category, **words, **place)
    key = uuid.uuid4()
    begin(client, key)
    looked = send(client, key, lihat="1")
    assert looked.status_code == 422
    assert [known.number in one["url"] for one in looked.json["near"]] == [True]
    assert send(client, key, lihat="1", tetap="1").status_code == 200
    later = uuid.uuid4()
    begin(client, later)
    assert send(client, later).status_code == 200, "sent from the background nobody is asked"


def test_only_reports_made_on_the_spot_fit_one_screen(client):
    assert client.get("/lapor/cepat").status_code == 200
    assert client.get("/musrenbang/cepat").status_code == 404
    assert client.post(f"/musrenbang/cepat/{uuid.uuid4()}", data={"account": ""}).status_code == 404


def test_the_pages_a_phone_keeps_are_the_same_for_every_stranger_and_set_no_cookie(client):
    for path in ("/lapor/cepat", "/antrean", "/luring"):
        response = client.get(path)
        assert response.cache_control.public, path
        assert "Set-Cookie" not in response.headers, path
        assert "csrf_token" not in response.text, path


def test_the_worker_keeps_only_files_named_by_their_content_and_is_told_by_a_mark(client):
    response = client.get("/sw.js")
    assert response.mimetype == "text/javascript"
    assert response.cache_control.no_cache
    files = json.loads(re.search(r"FILES = new Set\((\[.*?\])\)", response.text)[1])
    pages = json.loads(re.search(r"PAGES = (\[.*?\])", response.text)[1])
    assert all(client.get(a, buffered=True).status_code == 200 for a in [*files, *pages])
    assert all("v=" in name for name in files), "only what carries its content is kept"
    assert re.search(r'CACHE = "rembuk-[0-9a-f]{12}"', response.text)
    assert client.get("/sw.js").text == response.text


def test_the_manifest_names_the_city_and_pictures_of_their_size(client, app):
    told = client.get("/manifest.webmanifest").json
    assert app.config["CITY"].name in told["name"]
    sizes = set()
    for icon in told["icons"]:
        response = client.get(icon["src"], buffered=True)
        assert response.status_code == 200
        if icon["type"] == "image/png":
            image = Image.open(io.BytesIO(response.data))
            assert f"{image.width}x{image.height}" == icon["sizes"]
            assert len(image.getcolors(100_000)) > 4, "something is drawn"
            sizes.add((icon["sizes"], icon["purpose"]))
    assert ("512x512", "maskable") in sizes
    assert client.get("/ikon/13.png").status_code == 404


def test_drafts_that_hold_photos_of_a_step_are_no_drafts_of_a_report(client_for):
    user = make.user(roles=("officer",))
    db.session.add(Draft(key=uuid.uuid4(), kind="langkah", user_id=user.id, data={}))
    db.session.flush()
    assert client_for(user).get("/saya").status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 1


def test_a_guest_may_leave_a_number_with_the_consent_to_call(client):
    shown = client.get("/lapor/cepat").get_data(as_text=True)
    assert all(f'name="{name}"' in shown for name in ("name", "phone", "contact"))
    key, told = uuid.uuid4(), {"name": "Ibu Ratna", "phone": "0812 3333 4444"}
    begin(client, key)
    refused = send(client, key, **told)
    assert refused.status_code == 422
    assert refused.json["errors"]
    assert send(client, key, **told, contact="y").status_code == 200
    (item,) = items_of(key)
    assert (item.author.name, item.author.phone) == ("Ibu Ratna", "0812 3333 4444")
    agreed = db.session.scalars(select(Consent).where(Consent.item_id == item.id)).one()
    assert (agreed.purpose, agreed.how) == ("contact", "form")


def test_a_contact_is_kept_in_no_draft_and_nobody_must_leave_one(client, client_for):
    key = uuid.uuid4()
    begin(client, key)
    told = {"name": "Ibu Ratna", "phone": "0812 3333 4444", "contact": "y"}
    send(client, key, title="", **told)
    assert "Ratna" not in json.dumps(db.session.get_one(Draft, key).data)
    assert send(client, key).status_code == 200
    (item,) = items_of(key)
    assert (item.author.name, item.author.phone) == ("Warga", "")
    user, other = make.user(), uuid.uuid4()
    mine = client_for(user)
    account = begin(mine, other)["account"]
    assert send(mine, other, account=account, **told).status_code == 200
    assert items_of(other)[0].author_id == user.person_id
