"""What is public goes out compressed; what is one person's does not."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from flask.testing import FlaskClient

from tests import factories

For = Callable[..., FlaskClient]
ASKS = {"Accept-Encoding": "gzip"}


def test_a_public_page_is_packed_for_those_who_can_unpack_it(client: FlaskClient):
    plain = client.get("/tentang")
    packed = client.get("/tentang", headers=ASKS)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.vary
    assert "Content-Encoding" not in plain.headers


def test_a_packed_page_is_asked_for_again_by_its_etag(client: FlaskClient):
    first = client.get("/tentang", headers=ASKS)
    again = client.get("/tentang", headers={**ASKS, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data


def test_a_style_sheet_is_packed(client: FlaskClient):
    with client.get("/static/css/base.css") as response:
        plain = response.data
    packed = client.get("/static/css/base.css", headers=ASKS)
    assert gzip.decompress(packed.data) == plain
    assert len(packed.data) < len(plain) / 2


def test_a_missing_static_file_is_not_found(client: FlaskClient):
    assert client.get("/static/css/none.css", headers=ASKS).status_code == 404


def test_a_page_with_a_secret_in_it_is_not_packed(client_for: For):
    page = client_for(factories.user()).get("/profil", headers=ASKS)
    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers
