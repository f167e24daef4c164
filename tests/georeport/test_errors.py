"""Every error below /georeport/ has a body in the format asked for, and nothing sets a cookie."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests import factories as make
from tests.georeport.conftest import BASE

pytestmark = pytest.mark.usefixtures("session")


def said(response):
    """Code and description, from either format."""
    if "json" in response.headers["Content-Type"]:
        (error,) = response.get_json()
        return error["code"], error["description"]
    root = ElementTree.fromstring(response.get_data())
    assert root.tag == "errors"
    return root.findtext("error/code"), root.findtext("error/description")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "services.csv", 404),
        ("GET", "requests.csv", 404),
        ("GET", "", 404),
        ("GET", "tidak-ada.json", 404),
        ("GET", "requests/x.json", 404),
        ("GET", "services/x.xml", 404),
        ("PUT", "requests.json", 405),
        ("DELETE", "requests/x.xml", 405),
        ("POST", "services.json", 405),
        ("GET", "requests.json?lat=1", 400),
        ("GET", "requests.xml?bbox=1,2", 400),
        ("POST", "requests.xml", 403),
        ("POST", "servicerequestupdates.json", 403),
        ("GET", "requests.json?service_request_id=%00", 404),
        ("GET", "tokens/%00.xml", 404),
    ],
)
def test_errors_are_bodies(client, method, path, status):
    response = client.open(f"{BASE}/{path}", method=method)
    assert response.status_code == status
    code, description = said(response)
    assert code == str(status)
    assert description
    assert ("json" in response.headers["Content-Type"]) is path.partition("?")[0].endswith(".json")
    assert "Set-Cookie" not in response.headers
    assert response.headers.get("Access-Control-Allow-Origin") == ("*" if method == "GET" else None)


def test_errors_speak_to_programs_and_not_to_somebody_at_a_page(client):
    assert "PUT" in said(client.put(f"{BASE}/requests.json"))[1]
    assert ".json" in said(client.get(f"{BASE}/requests.csv"))[1]


def test_json_is_no_form(client):
    response = client.post(f"{BASE}/requests.json", json={"service_code": "x"})
    assert response.status_code == 415
    assert said(response)[0] == "415"


def test_too_much_is_said_in_the_format_too(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    response = client.post(f"{BASE}/requests.json", data={"description": "x" * 2000})
    assert response.status_code == 413
    assert said(response)[0] == "413"


def test_what_breaks_is_said_without_a_trace(client, app, monkeypatch):
    def broken(*_words):
        raise RuntimeError("a secret")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("app.queries.georeport_services.services", broken)
    response = client.get(f"{BASE}/services.json")
    assert response.status_code == 500
    assert "secret" not in said(response)[1]


def test_nobody_is_signed_in_and_no_cookie_is_ever_set(client_for):
    user = make.user(roles=("coordinator",))
    hidden = make.item("lapor", state="verified", visibility="confidential")
    client = client_for(user)
    with client.session_transaction() as session:
        session.permanent = True
    for path in ("services.json", f"requests/{hidden.number}.json", "requests.xml?bahasa=en"):
        response = client.get(f"{BASE}/{path}")
        assert response.status_code == (404 if hidden.number in path else 200)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


def test_what_was_kept_is_asked_for_by_its_mark(client):
    item = make.item("lapor", state="verified")
    for path in (f"requests/{item.number}.xml", "requests.json", "services.xml", "discovery.json"):
        first = client.get(f"{BASE}/{path}")
        assert "public" in first.headers["Cache-Control"]
        mark = {"If-None-Match": first.headers["ETag"]}
        assert client.get(f"{BASE}/{path}", headers=mark).status_code == 304
    one = client.get(f"{BASE}/requests/{item.number}.json")
    since = {"If-Modified-Since": one.headers["Last-Modified"]}
    assert client.get(f"{BASE}/requests/{item.number}.json", headers=since).status_code == 304
