"""What is public goes out compressed; what is one person's does not."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from flask.testing import FlaskClient

from tests import factories

For = Callable[..., FlaskClient]
ASKS = {"Accept-Encoding": "gzip"}


def test_a_public_page_is_compressed_for_those_who_can_read_it(client: FlaskClient):
    plain = client.get("/tentang")
    packed = client.get("/tentang", headers=ASKS)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in ", ".join(packed.headers.getlist("Vary"))
    assert "Content-Encoding" not in plain.headers


def test_a_compressed_page_is_asked_for_again_by_its_etag(client: FlaskClient):
    first = client.get("/tentang", headers=ASKS)
    again = client.get("/tentang", headers={**ASKS, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data


def test_a_page_with_a_secret_in_it_is_not_compressed(client_for: For):
    page = client_for(factories.user()).get("/profil", headers=ASKS)
    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers
