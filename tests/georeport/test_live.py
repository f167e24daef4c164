"""A foreign client reads and writes over a real connection; too many writes are stopped."""

from __future__ import annotations

import itertools
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from app.extensions import limiter
from app.services import georeport_keys
from models import db
from tests import factories as make
from tests.georeport.conftest import BASE, SERVICE
from tests.live import live_app
from tests.pictures import jpeg

itertools.ifilter = filter  # type: ignore[attr-defined]  # what three imports from Python 2


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, str, str]]:
    """A served application: its address, a key, and the number of a public report."""
    before = limiter.enabled  # one limiter serves every application of this process
    with live_app(RATELIMIT_ENABLED=True) as app:
        with app.app_context():
            item = make.item("lapor", state="verified", category_code=SERVICE)
            user = make.user(roles=("officer", "moderator"))
            _key, secret = georeport_keys.create("Uji langsung", 1000, user)
            db.session.commit()
            number = item.number
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{BASE}", secret, number
        server.shutdown()
        thread.join()
        server.server_close()
    limiter.enabled = before


@pytest.fixture
def three(address: tuple[str, str, str]) -> Iterator[Any]:
    """The client of three, for JSON."""
    with warnings.catch_warnings(action="ignore"):  # old ways of writing, seen when it is compiled
        from three import Three

    url, secret, _number = address
    client = Three(url, api_key=secret)
    yield client
    client.session.close()


def test_three_reads_discovery_services_and_requests(three, address):
    number = address[2]
    (endpoint,) = three.discovery()["endpoints"]
    assert endpoint["specification"].endswith("GeoReport_v2")
    assert SERVICE in {service["service_code"] for service in three.services()}
    assert three.services("pju-mati")["attributes"][0]["code"] == "keadaan"
    assert [r["service_request_id"] for r in three.requests(service_code=SERVICE)] == [number]
    assert [r["service_request_id"] for r in three.requests(SERVICE, count=1)] == [number]
    assert three.requests(between=["01-01-2020", "02-01-2020"]) == []
    assert three.request(number)[0]["status"] == "open"
    assert three.request("tidak-ada")[0]["code"] == "404"


def test_three_writes_with_a_photo_and_asks_for_a_token(three):
    sent = {"lat": -6.885, "long": 107.6137, "description": "Lubang é 漢", "name": "Asep Sunandar"}
    (got,) = three.post(SERVICE, media=jpeg(), **sent)
    assert got["service_request_id"].startswith("L-")
    (token,) = three.post(SERVICE, address="Gang tanpa nama, Dago", description="Gelap sekali")
    assert three.token(token["token"]) == [{"service_request_id": None, "token": token["token"]}]
    (wrong,) = three.post("tidak-ada", **sent)
    assert wrong["code"] == "404"


def test_too_often_is_an_error_in_the_format_asked_for(address):
    import requests

    with requests.Session() as client:
        codes = {client.get(f"{address[0]}/bulk.csv").status_code for _ in range(60)}
        last = client.get(f"{address[0]}/bulk.csv")
    assert codes == {200}
    assert last.status_code == 429
    assert "<errors><error><code>429</code>" in last.text
    assert last.headers["Content-Type"] == "text/xml; charset=utf-8"
