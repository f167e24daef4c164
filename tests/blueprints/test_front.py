"""The front page and what every site must say about itself."""

from __future__ import annotations

from html import unescape

import pytest

from app.kinds import KINDS
from app.services import facets
from models import db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def text(response) -> str:
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def has(shown: str, *words: str) -> bool:
    return all(word in shown for word in words)


def test_the_front_page_has_a_door_for_every_kind(client):
    page = text(client.get("/"))
    assert has(page, *(f'href="/{kind}/baru"' for kind in KINDS))


def test_the_front_page_shows_what_is_new_and_what_is_done_and_hides_the_rest(client):
    new = make.item("badami", state="discussion")
    done = make.item("lapor", state="closed")
    hidden = [
        make.item("lapor", published=False),
        make.item("lapor", visibility="confidential", state="closed"),
    ]
    facets.refresh(db.session)
    db.session.commit()
    page = text(client.get("/"))
    assert has(page, new.title, done.title)
    for item in hidden:
        assert not has(page, item.title)


@pytest.mark.parametrize("address", ["/tentang", "/privasi", "/bantuan"])
def test_the_city_says_what_this_is_and_that_it_is_not_the_national_service(client, address, app):
    page = text(client.get(address))
    city = app.config["CITY"]
    assert has(page, city.name, "lapor.go.id", str(city.emergency["number"]))


def test_it_is_alive_and_ready(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert ready["status"] == "ready"
    assert ready["revision"]


def test_the_language_of_the_page_is_asked_for_and_remembered(client):
    assert has(text(client.get("/")), 'lang="id"')
    assert has(text(client.get("/?bahasa=en")), 'lang="en"')
    assert has(text(client.get("/tentang")), 'lang="en"')
    assert has(text(client.get("/?bahasa=xx")), 'lang="en"')
