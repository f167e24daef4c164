"""A session ends, somebody is quicker, a page was open too long: nothing that was typed is lost."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.services import drafts
from models import Comment, Item, User
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
OURS = {"Origin": "http://localhost"}
WORDS = "Sudah dua minggu begini, <b>tolong</b> dilihat."


@pytest.fixture
def item() -> Item:
    return make.item("lapor", state="verified")


@pytest.fixture
def email() -> str:
    return str(make.user("sari@contoh.id").email)


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes there."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"(.*?)</form>', page, re.S)
    assert form, page
    hidden = [tag for tag in re.findall(r"<input[^>]*>", form[1]) if 'type="hidden"' in tag]
    return {_of(tag, "name"): _of(tag, "value") for tag in hidden}


def _of(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def parcel(client: FlaskClient, path: str, data: dict[str, Any], headers: Any = OURS) -> str:
    """What a signed-out browser gets to carry to the door; "" when it gets nothing."""
    answer = client.post(path, data=data, headers=headers)
    assert answer.status_code in (302, 401)
    page = answer.get_data(as_text=True)
    return fields(page, "/masuk").get("kept", "") if answer.status_code == 401 else ""


def sign_in(client: FlaskClient, email: str, kept: str, password: str = make.PASSWORD) -> Any:
    return client.post("/masuk", data={"email": email, "password": password, "kept": kept})


def test_a_comment_goes_through_the_door_with_whoever_wrote_it(client, item, email, session):
    path = f"/lapor/{item.number}/komentar"
    kept = parcel(client, path, {"body": WORDS, "key": str(uuid.uuid4())})
    page = sign_in(client, email, kept).get_data(as_text=True)
    assert "<b>tolong</b>" not in page
    sent = fields(page, path)
    assert sent["body"] == WORDS
    assert client.post(path, data=sent).status_code == 302
    assert session.scalar(select(Comment.body).where(Comment.item_id == item.id)) == WORDS


def test_a_comment_that_is_too_long_stays_in_its_field(client_for, item, session):
    client, long = client_for(make.user()), f"{WORDS} " * 100
    answer = client.post(f"/lapor/{item.number}/komentar", data={"body": long})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert long.strip() in page
    assert "antara 1 dan 3.000" in page
    assert session.scalar(select(Comment.id).where(Comment.item_id == item.id)) is None


def test_a_wrong_password_loses_nothing(client, item, email):
    path = f"/lapor/{item.number}/komentar"
    kept = parcel(client, path, {"body": WORDS})
    refused = sign_in(client, email, kept, "bukan sandi saya")
    assert refused.status_code == 422
    again = fields(refused.get_data(as_text=True), "/masuk")["kept"]
    assert fields(sign_in(client, email, again).get_data(as_text=True), path)["body"] == WORDS


def test_whoever_signed_in_in_another_window_goes_on_at_once(client, client_for, item):
    path = f"/lapor/{item.number}/komentar"
    kept = parcel(client, path, {"body": WORDS})
    page = client_for(make.user()).post("/masuk", data={"kept": kept}).get_data(as_text=True)
    assert fields(page, path)["body"] == WORDS


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://jahat.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        OURS | {"HX-Request": "true"},
        OURS | {"Sec-Fetch-Mode": "cors"},
    ],
)
def test_what_another_site_or_a_script_sends_is_not_carried(client, item, headers):
    assert not parcel(client, f"/lapor/{item.number}/komentar", {"body": WORDS}, headers)


def test_a_parcel_nobody_signed_opens_nothing(client, item, email):
    assert sign_in(client, email, "bukan.parsel").status_code == 302


def test_what_is_too_large_to_carry_leads_to_the_door_alone(client, item):
    words = "".join(uuid.uuid4().hex for _n in range(20_000))
    assert not parcel(client, f"/lapor/{item.number}/komentar", {"body": words})


@pytest.fixture
def guarded(app, monkeypatch) -> None:
    """Forms ask for their token, as they do in a city."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", True)


def test_whose_session_ended_comes_to_the_door_at_once(client, item, email, guarded):
    path = f"/lapor/{item.number}/komentar"
    door = client.post(path, data={"body": WORDS}, headers=OURS).get_data(as_text=True)
    form = fields(door, "/masuk") | {"email": email, "password": make.PASSWORD}
    sent = fields(client.post("/masuk", data=form).get_data(as_text=True), path)
    assert sent["body"] == WORDS
    assert client.post(path, data=sent).status_code == 302


def test_a_page_that_was_open_too_long_offers_to_send_again(client_for, item, guarded):
    path, client = f"/lapor/{item.number}/komentar", client_for(make.user())
    answer = client.post(path, data={"body": WORDS}, headers=OURS)
    assert answer.status_code == 400
    assert re.search(r"nomor ini:\s*<b[^>]*>[0-9A-F]{8}<", answer.get_data(as_text=True))
    sent = fields(answer.get_data(as_text=True), f"{path}?")
    assert sent["body"] == WORDS
    assert len(sent["csrf_token"]) > 20
    foreign = client.post(path, data={"body": WORDS}, headers={"Origin": "https://jahat.example"})
    assert "Kirim lagi" not in foreign.get_data(as_text=True)
    assert "dua minggu" not in foreign.get_data(as_text=True)


def test_no_password_is_ever_carried(client, guarded):
    data = {"name": "Sari Dewi", "email": "baru@contoh.id", "password": "rahasia sekali"}
    page = client.post("/daftar", data=data, headers=OURS).get_data(as_text=True)
    assert fields(page, "/daftar?")["name"] == "Sari Dewi"
    assert "rahasia" not in page


def test_a_draft_of_somebody_asks_who_is_not_signed_in_and_hides_from_others(client, client_for):
    key, owner = uuid.uuid4(), make.user()
    drafts.save(key, "lapor", make.actor(owner), "isi", {"title": "Lubang"})
    path = f"/lapor/baru/{key}/isi"
    kept = parcel(client, path, {"title": "Lubang di jalan", "body": WORDS})
    assert client.get(path).headers["Location"].startswith("/masuk?lanjut=/lapor/baru/")
    page = sign_in(client, owner.email, kept).get_data(as_text=True)
    assert fields(page, path)["body"] == WORDS
    assert client_for(make.user()).post(path, data={"body": WORDS}).status_code == 404


def _moved(client_for: Any, number: str) -> FlaskClient:
    """A moderator who has the page open while a colleague moves the item."""
    colleague: User = make.user(roles=("moderator",))
    other = client_for(colleague)
    assert other.post(f"/lapor/{number}/langkah/verify", data={"seen": "1"}).status_code == 302
    client: FlaskClient = client_for(make.user(roles=("moderator",)))
    return client


def test_a_step_that_is_open_still_is_asked_again_with_all_that_was_typed(client_for):
    item = make.item("lapor")
    client = _moved(client_for, item.number)
    path = f"/lapor/{item.number}/langkah/route"
    form = {"seen": "1", "department": make.DEPARTMENT, "note": WORDS, "key": str(uuid.uuid4())}
    answer = client.post(path, data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert WORDS in unescape(page)
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert seen and seen[1] == "2"
    assert client.post(path, data=form | {"seen": seen[1]}).status_code == 302


def test_a_step_that_is_over_shows_what_was_typed_and_where_it_stands(client_for):
    item = make.item("lapor")
    client = _moved(client_for, item.number)
    path = f"/lapor/{item.number}/langkah/verify"
    form = {"seen": "1", "note": WORDS, "key": str(uuid.uuid4())}
    answer = client.post(path, data=form, headers=OURS)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert WORDS in unescape(page)
    assert f'href="/lapor/{item.number}"' in page
