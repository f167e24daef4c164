"""Pages about oneself: profile, my items, inbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.services import drafts, privacy
from models import Draft, Notification, User, db
from tests import factories
from tests.factories import PASSWORD

NASTY = ["\0", "x" * 100_000, "\u202egnihtemos\u202c", "'; DROP TABLE person; --"]
For = Callable[..., FlaskClient]
PROFILE = {"name": "Euis Komala", "language": "id"}


def test_the_profile_is_kept_and_shown_again(client_for: For):
    user = factories.user()
    told = PROFILE | {
        "phone": "0812 3456 7890",
        "area_code": factories.KELURAHAN,
        "rw": "3",
        "rt": "5",
        "address": "Jl. Ir. H. Juanda 12",
        "resident_since": "2012-05-01",
        "nik": "3273014501900003",
        "wants_email": "y",
    }
    client = client_for(user)
    assert client.post("/profil", data=told).location == "/profil"
    page = client.get("/profil").text
    for words in ("Euis Komala", "0812 3456 7890", "Juanda 12", "2012-05-01", "0003"):
        assert words in page
    assert "3273014501900003" not in page
    assert f'selected value="{factories.KELURAHAN}"' in page


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"phone": "telepon"},
        {"area_code": "99.99"},
        {"area_code": factories.KECAMATAN},
        {"rw": "0"},
        {"rw": "9" * 5000},
        {"rt": "tiga"},
        {"resident_since": "1899-12-31"},
        {"resident_since": "2999-01-01"},
        {"resident_since": "31-12-2000"},
        {"nik": "123"},
        {"language": "xx"},
        {"name": "x" * 100_000},
        {"address": "x" * 100_000},
        {"nik": "\u202e3273014501900003"[:10]},
    ],
)
def test_a_wrong_profile_is_explained_and_not_kept(client_for: For, changed: dict[str, str]):
    user = factories.user(name="Nama Lama")
    page = client_for(user).post("/profil", data=PROFILE | {"address": "Jl. Baru 9"} | changed)
    assert page.status_code == 422
    assert "error-summary" in page.text
    if "address" not in changed:
        assert "Jl. Baru 9" in page.text
    db.session.refresh(user.person)
    assert user.person.name == "Nama Lama"


@pytest.mark.parametrize("nasty", [NASTY[0], NASTY[2], NASTY[3]])
def test_invisible_marks_are_taken_out_of_the_profile(client_for: For, nasty: str):
    user = factories.user()
    client_for(user).post("/profil", data=PROFILE | {"address": f"Jl. {nasty} Dago"})
    db.session.refresh(user.person)
    assert "Dago" in user.person.address
    assert not {"\0", "\u202e"} & set(user.person.address)


@pytest.mark.parametrize("changed", [{"rw": "tiga"}, {"resident_since": "x"}, {"area_code": "x"}])
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_wrong_is_said_in_our_words(
    client_for: For, changed: dict[str, str], language: str
):
    answer = client_for(factories.user()).post(f"/profil?bahasa={language}", data=PROFILE | changed)
    assert answer.status_code == 422
    assert "Not a valid" not in answer.text


def test_a_nik_of_somebody_else_is_refused(client_for: For):
    first, second = factories.user(), factories.user()
    for user, status in ((first, 302), (second, 422)):
        answer = client_for(user).post("/profil", data=PROFILE | {"nik": "3273014501900003"})
        assert answer.status_code == status


def test_the_language_of_the_profile_holds(client_for: For):
    user = factories.user()
    client = client_for(user)
    client.get("/profil?bahasa=id")
    client.post("/profil", data=PROFILE | {"language": "en"})
    assert '<html lang="en"' in client.get("/profil").text


def test_closing_an_account_needs_password_and_consent(client_for: For):
    user = factories.user()
    client = client_for(user)
    for form in ({"password": PASSWORD}, {"sure": "y", "password": "salah"}, {"sure": "y"}):
        assert client.post("/profil/tutup", data=form).status_code == 422
    asked = client.post("/profil/tutup", data={"sure": "y", "password": PASSWORD})
    assert asked.location == "/profil/tutup"
    assert privacy.delete_due(datetime.now(UTC) + timedelta(days=8)) == 1
    db.session.commit()
    db.session.refresh(user)
    assert user.closed_at is not None
    assert client.get("/profil").status_code == 302


def test_my_items_show_every_state_and_nobody_elses(client_for: For):
    user = factories.user()
    mine = factories.item("lapor", user, published=False)
    secret = factories.item("lapor", user, visibility="confidential")
    noise = factories.item("lapor")
    page = client_for(user).get("/saya").text
    assert mine.title in page
    assert secret.title in page
    assert noise.title not in page


def test_my_items_go_on_after_a_page(client_for: For):
    user = factories.user()
    titles = [factories.item("badami", user).title for _ in range(22)]
    client = client_for(user)
    first = client.get("/saya").text
    assert titles[-1] in first
    assert f">{titles[0]}<" not in first
    onward = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert f">{titles[0]}<" in client.get(onward).text


@pytest.mark.parametrize("before", ["0", "-1", "9" * 40, "x", "\0", "1e5", ""])
@pytest.mark.parametrize("path", ["/saya", "/saya/kotak-masuk"])
def test_a_nonsense_page_begins_at_the_top(client_for: For, path: str, before: str):
    user = factories.user()
    answer = client_for(user).get(path, query_string={"sebelum": before})
    assert answer.status_code == 200


def test_a_draft_leads_back_to_its_form(client_for: For):
    from models import Draft

    user = factories.user()
    item = factories.item("lapor")
    data = {"isi": {"title": "Lampu mati di gang"}}
    db.session.add(Draft(key=item.filing_key, kind="lapor", user_id=user.id, data=data))
    db.session.flush()
    page = client_for(user).get("/saya").text
    assert "Lampu mati di gang" in page
    assert f"/lapor/baru/{item.filing_key}" in page


def told(user: User, item: Any, event: str = "step") -> Notification:
    """A line in somebody's inbox."""
    line = Notification(user_id=user.id, event=event, item_id=item.id, source_id=item.id)
    db.session.add(line)
    db.session.flush()
    return line


def test_the_inbox_shows_what_one_was_told_and_marks_it_read(client_for: For):
    user, other = factories.user(), factories.user()
    item = factories.item("lapor")
    line, theirs = told(user, item, "answer"), told(other, item, "answer")
    client = client_for(user)
    assert item.title in client.get("/saya/kotak-masuk").text
    assert client.post(f"/saya/kotak-masuk/{theirs.id}").location == "/saya/kotak-masuk"
    assert item.number in client.post(f"/saya/kotak-masuk/{line.id}").location
    db.session.expire_all()
    assert line.read_at is not None
    assert theirs.read_at is None
    again = told(user, item, "comment")
    client.post("/saya/kotak-masuk")
    db.session.expire_all()
    assert again.read_at is not None
    assert theirs.read_at is None


def test_the_inbox_hides_what_one_may_no_longer_read(client_for: For):
    user = factories.user()
    item = factories.item("lapor", visibility="confidential")
    told(user, item)
    line = told(user, item, "comment")
    client = client_for(user)
    page = client.get("/saya/kotak-masuk")
    assert page.status_code == 200
    assert client.post(f"/saya/kotak-masuk/{line.id}").location == "/saya/kotak-masuk"
    assert item.title not in page.text
    assert item.number not in page.text


def test_a_line_that_does_not_exist_is_no_error(client_for: For):
    client = client_for(factories.user())
    assert client.post(f"/saya/kotak-masuk/{2**70}").status_code in (302, 404)
    assert client.post("/saya/kotak-masuk/999999").status_code == 302


def test_a_draft_with_nothing_in_it_is_not_listed_and_one_of_mine_can_be_thrown_away(
    client_for: For, session: Any
):
    me, other = factories.user(), factories.user()
    empty, begun, theirs = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    drafts.save(empty, "lapor", factories.actor(me), "foto", {})
    drafts.save(begun, "lapor", factories.actor(me), "isi", {"title": "Lampu padam"})
    drafts.save(theirs, "lapor", factories.actor(other), "isi", {"title": "Punya orang"})
    client = client_for(me)
    page = client.get("/saya").text
    assert "Lampu padam" in page
    assert str(empty) not in page
    for key in (begun, theirs):
        assert client.post(f"/lapor/baru/{key}/buang").location == "/saya"
    session.expire_all()
    assert session.get(Draft, begun) is None
    assert session.get(Draft, theirs) is not None
