"""The account pages, as browsers and mischief send them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.services import accounts
from models import User, db
from tests import factories
from tests.factories import PASSWORD

GOOD = "sepeda tua di Cikapundung"
NASTY = ["\0", "x" * 100_000, "\u202egnihtemos\u202c", "'; DROP TABLE person; --"]
For = Callable[..., FlaskClient]


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    """Send the sign-in form."""
    return client.post("/masuk", data={"email": email, "password": password, **more})


def is_signed_in(client: FlaskClient) -> bool:
    """Does the profile open?"""
    return client.get("/profil").status_code == 200


def test_signing_in_leads_to_what_is_mine(client: FlaskClient):
    user = factories.user()
    response = sign_in(client, user.email)
    assert response.status_code == 302
    assert response.location == "/saya"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/saya/kotak-masuk?sebelum=3", "/saya/kotak-masuk?sebelum=3"),
        ("/", "/"),
        ("/keluar", "/saya"),
        ("/lapor/L-2026-0000001-0/dukung", "/lapor/L-2026-0000001-0"),
        ("https://jahat.example/", "/saya"),
        ("//jahat.example/", "/saya"),
        ("/\\jahat.example", "/saya"),
        ("\\\\jahat.example", "/saya"),
        ("/\tjahat", "/saya"),
        ("http:jahat.example", "/saya"),
        ("javascript:alert(1)", "/saya"),
        ("/tak/ada/halaman", "/saya"),
        ("/%0d%0aSet-Cookie:x=1", "/saya"),
        ("/" + "x" * 5000, "/saya"),
        ("", "/saya"),
    ],
)
def test_only_pages_of_this_site_are_gone_on_to(client: FlaskClient, wanted: str, reached: str):
    user = factories.user()
    assert sign_in(client, user.email, lanjut=wanted).location == reached


def test_the_wanted_page_is_kept_through_a_mistyped_password(client: FlaskClient):
    page = sign_in(client, factories.user().email, "salah sama sekali", lanjut="/profil")
    assert page.status_code == 422
    assert 'name="lanjut" value="/profil"' in page.text
    assert "salah sama sekali" not in page.text


def test_an_unknown_address_and_a_wrong_password_look_the_same(client: FlaskClient):
    factories.user("ada@contoh.id")
    known = sign_in(client, "ada@contoh.id", "salah sama sekali")
    unknown = sign_in(client, "tak@contoh.id", "salah sama sekali")
    assert known.status_code == unknown.status_code == 422
    assert known.text == unknown.text.replace("tak@contoh.id", "ada@contoh.id")


def test_failed_tries_are_counted_though_signing_in_fails(client: FlaskClient):
    user = factories.user()
    for _ in range(accounts.TRIES):
        assert sign_in(client, user.email, "salah sama sekali").status_code == 422
    assert sign_in(client, user.email).status_code == 422
    assert not is_signed_in(client)


def test_registering_looks_the_same_for_a_known_address(client: FlaskClient):
    factories.user("ada@contoh.id")
    form = {"name": "Ani", "password": GOOD, "agree": "y"}
    pages = [
        client.post("/daftar", data=form | {"email": email})
        for email in ("ada@contoh.id", "baru@contoh.id")
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text.replace("ada@", "baru@") == pages[1].text
    assert accounts.find("baru@contoh.id") is not None
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "bukan-alamat"},
        {"name": ""},
        {"name": "123"},
        {"password": "pendek"},
        {"password": "ani@contoh.id"},
        {"agree": ""},
        *({field: nasty} for field in ("name", "email", "password") for nasty in NASTY[:3]),
    ],
)
def test_a_wrong_registration_keeps_what_was_typed(client: FlaskClient, changed: dict[str, str]):
    form = {"name": "Ani Suryani", "email": "ani@contoh.id", "password": GOOD, "agree": "y"}
    page = client.post("/daftar", data=form | changed)
    kept = {"ani@contoh.id", "Ani Suryani"} - ({"Ani Suryani"} if "name" in changed else set())
    kept -= {"ani@contoh.id"} if "email" in changed else set()
    if page.status_code == 200:  # direction marks are taken away, a long password is a password
        assert "\u202e" not in page.text
        return
    assert page.status_code == 422
    assert "\0" not in page.text
    for words in kept:
        assert words in page.text
    assert GOOD not in page.text


def confirmation(user: User) -> str:
    """The path of the link in the letter."""
    return "/" + accounts.link_for(user, "confirm").split("/", 3)[3]


def test_confirming_asks_strangers_for_the_password_and_signs_them_in(client: FlaskClient):
    user = factories.user(level=0)
    path = confirmation(user)
    assert client.get(path).status_code == 200
    assert user.confirmed_at is None
    assert client.post(path, data={"password": "salah sama sekali"}).status_code == 422
    assert user.confirmed_at is None
    assert client.post(path, data={"password": PASSWORD}).status_code == 302
    assert user.person.level == 1
    assert is_signed_in(client)


def test_confirming_needs_one_press_of_a_button_when_signed_in(client_for: For):
    user = factories.user(level=0)
    client = client_for(user)
    assert client.post(confirmation(user)).status_code == 302
    assert user.confirmed_at is not None


def test_a_used_confirmation_signs_nobody_in(client: FlaskClient):
    user = factories.user()
    assert client.get(confirmation(user)).location == "/saya"
    assert not is_signed_in(client)


@pytest.mark.parametrize("path", ["/konfirmasi/x", "/sandi-baru/x", "/sandi-baru/" + "é" * 50])
def test_a_stale_link_says_what_to_do(client: FlaskClient, path: str):
    page = client.get(path)
    assert page.status_code == 410
    assert "href" in page.text


def test_the_letter_of_confirmation_can_be_sent_again(client_for: For):
    user = factories.user(level=0)
    assert "/konfirmasi" in client_for(user).get("/profil").text
    client_for(user).post("/konfirmasi")
    count = "SELECT count(*) FROM procrastinate_jobs WHERE args->>'template' = 'confirm'"
    assert db.session.scalar(text(count)) == 1


def test_asking_for_a_new_password_looks_the_same_for_everybody(client: FlaskClient):
    factories.user("ada@contoh.id")
    known = client.post("/lupa-sandi", data={"email": "ada@contoh.id"})
    unknown = client.post("/lupa-sandi", data={"email": "tak@contoh.id"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text.replace("tak@contoh.id", "ada@contoh.id")


def test_a_new_password_by_letter_ends_other_sessions_and_signs_in(
    client: FlaskClient, client_for: For
):
    user = factories.user()
    elsewhere = client_for(user)
    assert is_signed_in(elsewhere)
    path = "/" + accounts.link_for(user, "reset").split("/", 3)[3]
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "pendek"}).status_code == 422
    assert client.post(path, data={"password": GOOD}).location == "/saya"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert client.get(path).status_code == 410


def test_changing_the_password_keeps_this_session_and_ends_others(
    client: FlaskClient, client_for: For
):
    user = factories.user()
    sign_in(client, user.email)
    elsewhere = client_for(user)
    assert is_signed_in(elsewhere)
    wrong = client.post("/profil/sandi", data={"present": "salah", "password": GOOD})
    assert wrong.status_code == 422
    right = client.post("/profil/sandi", data={"present": PASSWORD, "password": GOOD})
    assert right.location == "/profil"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_signing_out_everywhere_ends_all_sessions(client: FlaskClient, client_for: For):
    user = factories.user()
    sign_in(client, user.email)
    elsewhere = client_for(user)
    client.post("/keluar-semua")
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_signing_out_leaves_nothing_in_the_browser(client: FlaskClient):
    user = factories.user()
    sign_in(client, user.email)
    client.post("/keluar")
    assert not is_signed_in(client)


def test_a_session_lasts_beyond_the_browser_only_when_asked_to(
    client: FlaskClient, client_for: For
):
    user = factories.user()
    assert "Expires" not in sign_in(client, user.email).headers["Set-Cookie"]
    assert "Expires" in sign_in(client_for(), user.email, stay="y").headers["Set-Cookie"]


PROFILE = {"name": "Euis Komala", "language": "id"}


@pytest.mark.parametrize(
    "path",
    ["/saya", "/saya/kotak-masuk", "/profil", "/profil/sandi", "/profil/tutup"],
)
def test_a_stranger_is_led_to_the_door_and_back(client: FlaskClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/masuk?lanjut=")
    user = factories.user()
    door = client.get(answer.location)
    assert door.status_code == 200
    wanted = door.text.partition('name="lanjut" value="')[2].partition('"')[0]
    assert sign_in(client, user.email, lanjut=wanted).location.rstrip("?") == path


@pytest.mark.parametrize("path", ["/masuk", "/daftar", "/lupa-sandi"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_doors_open_for_strangers(client: FlaskClient, path: str, method: str):
    page = getattr(client, method)(path)
    assert page.status_code == (200 if method == "get" else 422)


def test_somebody_signed_in_does_not_register(client_for: For):
    assert client_for(factories.user()).get("/daftar").location == "/saya"


@pytest.mark.parametrize(
    "path",
    [
        "/masuk",
        "/daftar",
        "/lupa-sandi",
        "/keluar",
        "/keluar-semua",
        "/profil",
        "/saya/kotak-masuk",
    ],
)
def test_every_form_needs_its_token(
    app: Flask, client_for: For, monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", True)
    client = client_for(factories.user())
    assert client.post(path, data={"email": "a@contoh.id"}).status_code == 400
    assert is_signed_in(client)
