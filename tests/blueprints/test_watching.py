"""The pages of watches, the feeds, and the way out of letters."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from app.queries import watching as read
from app.services import watching
from models import User, Watch, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
ATOM = "{http://www.w3.org/2005/Atom}"


def form(**changes):
    return {
        "where": "area",
        "area_code": make.KELURAHAN,
        "pace": "daily",
        "finished": "y",
    } | changes


def test_an_area_is_watched_and_the_watch_can_be_removed(client_for):
    user = make.user()
    client = client_for(user)
    assert client.get("/ikuti").status_code == 200
    assert client.post("/ikuti", data=form()).status_code == 302
    (made,) = read.mine(db.session(), user.id)
    assert made.area_code == make.KELURAHAN
    assert made.name in client.get("/ikuti").get_data(as_text=True)
    assert client.post(f"/ikuti/{made.id}/hapus").status_code == 302
    assert read.mine(db.session(), user.id) == []


@pytest.mark.parametrize(
    "typed",
    [
        {"where": "circle", "area_code": "", "lon": "107.61", "lat": "-6.89", "metres": "400"},
        {"where": "circle", "area_code": "", "place": "Dago", "metres": "800"},
        {"where": "outline", "area_code": "",
         "corners": "107.60,-6.90 107.62,-6.90 107.61,-6.88"},
    ],
)  # fmt: skip
def test_a_circle_and_an_outline_are_watched(client_for, typed):
    user = make.user()
    assert client_for(user).post("/ikuti", data=form(**typed)).status_code == 302
    (made,) = read.mine(db.session(), user.id)
    assert made.outline is not None
    assert made.area_code is None


@pytest.mark.parametrize(
    "typed",
    [
        {"area_code": ""},
        {"area_code": "99"},
        {"where": "circle", "place": ""},
        {"where": "circle", "place": "tidak ada tempat begini"},
        {"where": "circle", "place": "Dago", "metres": "9999999999999999999999"},
        {"where": "circle", "lon": "nan", "lat": "inf", "place": ""},
        {"where": "outline", "corners": "107.6,-6.9 107.6,-6.9"},
        {"where": "outline", "corners": "a,b c,d e,f"},
        {"where": "outline", "corners": "nan,nan nan,nan nan,nan"},
        {"where": "outline", "corners": "107.6,-6.9 " * 200},
        {"pace": "hourly"},
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(client_for, typed):
    response = client_for(make.user()).post("/ikuti", data=form(name="Rumah nenek", **typed))
    assert response.status_code == 422
    kept = "Rumah nenek" in response.get_data(as_text=True)
    assert kept


def test_feeds_show_public_items_and_no_others(client):
    shown = make.item("lapor", state="verified", visibility="anonymous")
    hidden = [make.item("lapor", published=False), make.item(visibility="confidential")]
    response = client.get("/umpan.atom?kind=lapor")
    assert response.mimetype == "application/atom+xml"
    feed = ET.fromstring(response.data)
    said = [entry.find(f"{ATOM}id").text for entry in feed.iter(f"{ATOM}entry")]
    assert any(shown.number in url for url in said)
    text = response.get_data(as_text=True)
    assert not any(item.number in text or item.title in text for item in hidden)
    assert shown.author.name not in text


def test_a_feed_that_has_not_changed_is_not_sent_again(client):
    make.item("lapor", state="verified")
    first = client.get("/umpan.atom")
    again = client.get("/umpan.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_feed_of_an_item_tells_its_steps_and_strangers_find_none_of_a_hidden_one(client):
    item = make.item("lapor", state="routed")
    feed = ET.fromstring(client.get(f"/lapor/{item.number}/umpan.atom").data)
    assert len(list(feed.iter(f"{ATOM}entry"))) == 3
    hidden = make.item("lapor", visibility="confidential", state="routed")
    assert client.get(f"/lapor/{hidden.number}/umpan.atom").status_code == 404


def test_the_feed_of_a_watch_opens_by_its_mark_alone(client):
    made = watching.add(
        make.actor(make.user()),
        {"name": "Rumah", "kind": None, "category_code": None, "area_code": make.KELURAHAN,
         "metres": None, "pace": "daily", "finished": True},
    )  # fmt: skip
    item = make.item("lapor", state="verified")
    db.session.commit()
    assert item.number in client.get(f"/umpan/{made.mark}.atom").get_data(as_text=True)
    assert client.get("/umpan/tidak-ada.atom").status_code == 404


def test_a_letters_link_asks_first_and_a_tap_stops_without_signing_in(client):
    user = make.user()
    address = f"/berhenti/{watching.stop_token(user, 'mail')}"
    assert client.get(address).status_code == 200
    assert db.session.get_one(User, user.id).wants_email
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    db.session.expire_all()
    assert not db.session.get_one(User, user.id).wants_email


def test_how_often_letters_come_is_chosen(client_for):
    user = make.user()
    client_for(user).post("/ikuti/surel", data={"mail_pace": "daily"})
    assert db.session.get_one(User, user.id).mail_pace == "daily"


def test_a_watch_is_nobody_elses(client_for):
    mine = make.user()
    client_for(mine).post("/ikuti", data=form())
    made = db.session.scalars(Watch.__table__.select()).first()
    assert client_for(make.user()).post(f"/ikuti/{made}/hapus").status_code == 404


def test_lists_and_items_name_their_feeds_and_an_area_can_be_followed_from_its_list(client):
    item = make.item("lapor", state="verified")
    page = unescape(client.get(f"/lapor/?area={item.area_code}").get_data(as_text=True))
    feed = re.search(r'type="application/atom\+xml"[^>]+href="([^"]+)"', page)
    assert feed and client.get(feed[1]).mimetype == "application/atom+xml"
    assert item.number in client.get(feed[1]).get_data(as_text=True)
    assert f"/ikuti?wilayah={item.area_code}&jenis=lapor" in page
    shown = client.get(f"/lapor/{item.number}").get_data(as_text=True)
    assert f"/lapor/{item.number}/umpan.atom" in shown
    hidden = make.item("lapor", published=False)
    mine = client.get(f"/lapor/{hidden.number}")
    assert mine.status_code == 404
