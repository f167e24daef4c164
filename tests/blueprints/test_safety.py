"""What every response carries, and what a page may cost."""

from __future__ import annotations

import pytest

from app.services import facets
from blueprints.safety import is_local, policy
from models import db
from tests import factories as make
from tests.statements import Statements

PUBLIC = ("/", "/lapor/", "/cari", "/peta", "/tentang", "/privasi", "/bantuan")


@pytest.fixture
def city(session):
    """Enough items for pages to be full, one of them busy."""
    author = make.user()
    for n in range(24):
        kind = ("lapor", "musrenbang", "badami")[n % 3]
        make.photo(make.item(kind, author, support_count=n))
    busy = make.item("lapor", author, "verified", department_code=make.DEPARTMENT)
    for n in range(12):
        make.photo(busy) if n < 5 else None
        comment = make.comment(busy)
        make.comment(busy, parent_id=comment.id)
    facets.refresh(session)
    session.commit()
    return busy


def cost(client, address: str) -> tuple[int, list[str]]:
    """How many statements a page takes once the names are known."""
    client.get(address)
    with Statements() as sent:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(sent), sent


MOST = {
    "/": 4,
    "/lapor/": 4,
    "/lapor/?q=lubang": 4,
    f"/lapor/?area={make.KELURAHAN}&phase=new&overdue=1": 4,
    "/cari": 4,
    "/peta": 4,
    "/peta/klaster.json?z=12&bbox=107.5,-7,107.8,-6.8": 2,
    "/peta/klaster.json?z=18&bbox=107.60,-6.90,107.63,-6.87": 2,
    "/peta/wilayah.json": 3,
    "/tentang": 1,
    "/healthz": 0,
}


def test_public_pages_take_few_statements_however_much_they_show(client, city):
    for address, most in MOST.items():
        number, sent = cost(client, address)
        assert number <= most, "\n---\n".join([address, *sent])


def test_an_items_page_takes_the_same_few_statements_with_much_on_it(client, client_for, city):
    quiet = make.item("lapor", state="verified")
    db.session.commit()
    few, _sent = cost(client, f"/lapor/{quiet.number}")
    many, sent = cost(client, f"/lapor/{city.number}")
    assert many <= few + 1, "\n---\n".join(sent)
    assert many <= 12, "\n---\n".join(sent)
    moderator, sent = cost(client_for(make.user(roles=("moderator",))), f"/lapor/{city.number}")
    assert moderator <= 20, "\n---\n".join(sent)


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("moderator", "/kerja/kelurahan"),
        ("officer", "/kerja/opd"),
        ("planner", "/kerja/perencanaan"),
    ],
)
def test_a_queue_takes_few_statements(client_for, city, role, address):
    number, sent = cost(client_for(make.user(roles=(role,))), address)
    assert number <= 10, "\n---\n".join(sent)


@pytest.mark.parametrize("address", ["/saya", "/saya/kotak-masuk"])
def test_what_is_mine_takes_few_statements(client_for, city, address):
    number, sent = cost(client_for(city.filed_by), address)
    assert number <= 8, "\n---\n".join(sent)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_for_anybody_sets_no_cookie_and_is_asked_for_again_by_its_mark(
    client, session, address
):
    first = client.get(address)
    assert "Set-Cookie" not in first.headers
    assert "csrf_token" not in first.get_data(as_text=True)
    assert first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Cookie" in first.headers["Vary"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.get_data()
    assert "Set-Cookie" not in again.headers


def test_an_items_page_for_anybody_sets_no_cookie_and_has_a_mark_that_changes(
    client, client_for, city
):
    address = f"/lapor/{city.number}"
    first = client.get(address)
    assert "Set-Cookie" not in first.headers
    mark = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=mark).status_code == 304
    client_for(make.user()).post(f"{address}/komentar", data={"body": "Saya juga."})
    assert client.get(address, headers=mark).status_code == 200


def test_a_page_for_one_is_kept_by_nobody(client_for, city):
    client = client_for(make.user())
    for address in (*PUBLIC, "/saya", f"/lapor/{city.number}"):
        response = client.get(address)
        assert response.headers["Cache-Control"] == "private, no-store", address
        assert "ETag" not in response.headers


def test_every_answer_forbids_what_we_never_use(client, session):
    for address in (*PUBLIC, "/tidak/ada", "/healthz", "/masuk"):
        headers = client.get(address).headers
        rule = headers["Content-Security-Policy"]
        assert "script-src 'self';" in rule, address
        assert "unsafe" not in rule, address
        assert "frame-ancestors 'none'" in rule
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers


def test_over_https_browsers_are_told_to_stay_there(app, client, session, monkeypatch):
    monkeypatch.setitem(app.config, "HTTPS", True)
    assert "max-age=31536000" in client.get("/tentang").headers["Strict-Transport-Security"]


def test_only_the_street_map_of_the_settings_is_let_in():
    assert "https://*.peta.example" in policy("https://{s}.peta.example/{z}/{x}/{y}.png")
    assert "http" not in policy("")


@pytest.mark.parametrize(
    ("target", "ours"),
    [
        ("/", True),
        ("/saya?x=1", True),
        ("", False),
        ("//jahat.example", False),
        ("/\\jahat.example", False),
        ("https://jahat.example", False),
        ("javascript:alert(1)", False),
        ("/a\r\nSet-Cookie: x", False),
        ("saya", False),
    ],
)
def test_redirects_stay_at_home(target, ours):
    assert is_local(target) is ours


def test_other_hosts_in_the_header_are_refused_where_the_settings_name_ours(
    app, client, session, monkeypatch
):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["rembuk.example"])
    assert client.get("/tentang", headers={"Host": "jahat.example"}).status_code == 400
    assert client.get("/tentang", headers={"Host": "rembuk.example"}).status_code == 200


def test_what_breaks_is_told_with_a_number_and_without_a_trace(app, client, session, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("rahasia di dalam")

    monkeypatch.setattr("app.queries.front.fresh", broken)
    response = client.get("/")
    text = response.get_data(as_text=True)
    assert response.status_code == 500
    told = "rahasia" in text or "Traceback" in text
    assert not told
    assert 'class="tabular"' in text
