"""What the tests of GeoReport share: a key, a caller in both formats, a report that is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pytest

from app.services import georeport_keys
from models import db
from tests import factories as make

BASE = "/georeport/v2"
HERE = {"lat": "-6.8850", "long": "107.6137"}
SERVICE = "jalan-berlubang"  # asks nothing
ASKING = "pju-mati"  # asks something that must be answered


@dataclass
class Api:
    """A caller; ``get`` and ``post`` give the response, ``json`` and ``xml`` what it says."""

    client: Any
    key: str

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"{BASE}/{path}", query_string=params)

    def json(self, path: str, **params: Any) -> Any:
        return self.get(f"{path}.json", **params).get_json()

    def xml(self, path: str, **params: Any) -> ElementTree.Element:
        return ElementTree.fromstring(self.get(f"{path}.xml", **params).get_data())

    def post(self, path: str = "requests.json", **params: Any) -> Any:
        usual = {"api_key": self.key}
        if path.startswith("requests"):
            usual |= {"service_code": SERVICE, "description": "Lubang besar di depan pasar"} | HERE
        given = {name: value for name, value in (usual | params).items() if value is not None}
        return self.client.post(f"{BASE}/{path}", data=given)

    def problem(self, response: Any, status: int) -> str:
        """What an error says, after a look at its form."""
        assert response.status_code == status, response.get_data(as_text=True)
        (first, *_more) = body = response.get_json()
        assert all(set(error) == {"code", "description"} for error in body)
        assert first["code"] == str(status)
        return "\n".join(error["description"] for error in body)


@pytest.fixture
def secret(session: Any) -> str:
    """The secret of a key that may only file."""
    _key, secret = georeport_keys.create("Aplikasi Warga", 1000)
    db.session.commit()
    return secret


@pytest.fixture
def api(client: Any, secret: str) -> Api:
    """A partner's caller."""
    return Api(client, secret)


@pytest.fixture
def partner(client: Any, session: Any) -> Callable[..., Api]:
    """A caller whose key acts from a seat: ``partner("officer")``."""

    def with_seat(*roles: str, daily: int = 1000, **scope: Any) -> Api:
        user = make.user(roles=roles, **scope) if roles else None
        _key, secret = georeport_keys.create("Mitra", daily, user)
        db.session.commit()
        return Api(client, secret)

    return with_seat
