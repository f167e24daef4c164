"""Every role at every address, for items of every sort: who gets in, and what never gets out.

``tests/tables.py`` is the rule; an endpoint that stands in none of them fails the last test.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select

from app.services import facets
from app.services.files import media
from models import RoutingRule, User, db
from tests import factories as make
from tests.live import one_transaction
from tests.tables import (
    EVERYBODY,
    ITEM_PAGES,
    ITEMS,
    KNOCKING,
    LED_ON,
    NAMELESS,
    OPEN_TO_TALK,
    PAGES,
    PEOPLE,
    READERS,
    SAME_FOR_ALL,
    SIGNED_IN,
)


@dataclass(frozen=True)
class Made:
    """What the test needs to know of an item it made."""

    id: int
    number: str
    title: str
    author: str
    author_user: int
    photo: str
    comment: int
    secrets: tuple[str, ...]


@dataclass
class House:
    """The application, the people and the items."""

    app: Flask
    users: dict[str, int]
    items: dict[str, Made]
    key: uuid.UUID
    mandate: int

    def client(self, who: str, sort: str = "confidential") -> Any:
        """Somebody's browser; the author is that of an item of this sort."""
        if who == "stranger":
            return self.app.test_client()
        number = self.items[sort].author_user if who == "author" else self.users[who]
        return self.app.test_client(user=db.session.get_one(User, number))

    def url(self, endpoint: str, sort: str = "public", key: uuid.UUID | None = None) -> str:
        """An address of the endpoint, about that item where it is about one."""
        made = self.items[sort]
        values = {
            "kind": "lapor",
            "number": made.number,
            "step": "reject",
            "key": key or uuid.uuid4(),
            "page": "isi",
            "form": "json",
            "token": "tidak-ada",
            "name": made.photo,
            "filename": "css/account.css",
            "comment_id": made.comment,
            "notification_id": 1,
            "user_id": self.users["resident"],
            "mandate_id": self.mandate,
            **dict.fromkeys(("filter_id", "bulk_id", "template_id", "sheet_id"), 10**9),
            "department_code": make.DEPARTMENT,
            "category_code": "pju-mati",
            "rule_id": db.session.scalar(select(func.min(RoutingRule.id))),
            "area_code": make.KELURAHAN,
            "export_id": 1,
            "batch_id": 1,
        }
        with self.app.test_request_context():
            names = next(self.app.url_map.iter_rules(endpoint)).arguments
            return url_for(endpoint, **{name: values[name] for name in names})


def _make(sort: str, values: dict[str, Any]) -> Made:
    mark = uuid.uuid4().hex[:8]
    name, title = f"Pelapor Rahasia {mark}", f"Perkara {mark} di gang itu"
    author = make.user(name=name)
    values = {"department_code": make.DEPARTMENT} | values
    step = list(ITEMS).index(sort) / 2000  # each a street apart, so that the map shows each
    values |= {"lon": 107.610 + step, "lat": -6.885 - step}
    item = make.item("lapor", author, title=title, body=f"Isi perkara {mark}.", **values)
    files = [uuid.uuid4().hex * 2 for _ in range(2)]
    make.photo(item, media_name=files[0], thumb_name=files[1])
    for file in files:
        media().put(file, b"RIFF....WEBP")
    comment = make.comment(item, make.user(), body=f"Ucapan {mark}")
    make.comment(item, author, body=f"Pelapor bicara {mark}")
    secrets = (mark, title, item.number, files[0])
    return Made(item.id, item.number, title, name, author.id, files[0], comment.id, secrets)


@pytest.fixture(scope="module")
def house(app):
    """People of every role, items of every sort, all at one place."""
    with one_transaction(app) as session:
        users = {who: make.user(**facts) for who, facts in PEOPLE.items()}
        items = {sort: _make(sort, facts) for sort, facts in ITEMS.items()}
        mandate = make.give(make.user(), "planner").id
        facets.refresh(session)
        session.commit()
        yield House(app, {w: u.id for w, u in users.items()}, items, uuid.uuid4(), mandate)


def _send(client: Any, method: str, url: str, data: Any = None) -> Any:
    if method == "POST":
        return client.post(url, data=data or {})
    return client.get(url, buffered=True)


def _leads_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and response.location.startswith("/masuk")


# -- the tests ------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "endpoint"), PAGES)
def test_pages_open_for_whom_they_are_meant_and_for_nobody_else(house, method, endpoint):
    allowed, status = PAGES[method, endpoint]
    for who in _some(endpoint) if allowed == EVERYBODY else sorted(EVERYBODY):
        client = house.client(who)
        response = _send(client, method, house.url(endpoint) + _query(endpoint))
        if who in allowed:
            expected = response.status_code == status
        elif who == "stranger":
            expected = _leads_to_sign_in(response)
        elif endpoint in LED_ON:
            expected = (response.status_code, response.location) == (302, "/saya")
        else:
            expected = response.status_code == 403
        assert expected, (who, method, endpoint, response.status)
        _check_headers(response, who)


def _some(endpoint: str) -> list[str]:
    """The stranger and four others, in turn, for pages that are the same for everybody."""
    people = sorted(SIGNED_IN)
    first = 4 * [endpoint for _method, endpoint in PAGES].index(endpoint)
    return ["stranger", *(people[(first + n) % len(people)] for n in range(4))]


def _query(endpoint: str) -> str:
    return {
        "map.clusters": "?z=11&bbox=107.5,-7.0,107.8,-6.8",
        "map.locate": "?lon=107.61&lat=-6.89",
    }.get(endpoint, "")


def _check_headers(response: Any, who: str) -> None:
    if not response.request.path.startswith("/static"):
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if who != "stranger" and not response.request.path.startswith(PUBLIC_TO_KEEP):
        kept = response.headers.get("Cache-Control", "")
        assert "public" not in kept, response.request.path


PUBLIC_TO_KEEP = (
    "/static",
    "/lokasi",
    "/healthz",
    "/readyz",
    "/foto",
    "/georeport",
    "/peta/klaster.json",
    "/peta/wilayah.json",
)


@pytest.mark.parametrize("sort", ITEMS)
@pytest.mark.parametrize(("method", "endpoint"), ITEM_PAGES)
def test_pages_of_an_item_open_for_its_readers_and_do_not_exist_for_others(
    house, method, endpoint, sort
):
    for who in sorted(EVERYBODY):
        response = _send(
            house.client(who, sort),
            method,
            house.url(endpoint, sort),
            {"body": "Sama, di sini juga.", "key": uuid.uuid4()} if "add" in endpoint else None,
        )
        _check_status(response, method, endpoint, sort, who)
        _check_headers(response, who)
        if who not in READERS[sort]:
            assert not _said(response, house.items[sort]), (who, endpoint, sort)
        if who != "author" and sort in NAMELESS:
            assert not _named(response, house.items[sort]), (who, endpoint, sort)


def _check_status(response: Any, method: str, endpoint: str, sort: str, who: str) -> None:
    meant, status = ITEM_PAGES[method, endpoint]
    meant = meant[sort] if isinstance(meant, dict) else meant
    got = response.status_code
    if endpoint in SAME_FOR_ALL:
        assert got == (status if "stranger" in READERS[sort] else 404), (who, endpoint, sort, got)
    elif who == "stranger" and "stranger" not in meant:
        assert _leads_to_sign_in(response), (endpoint, got)
    elif who not in KNOCKING.get(endpoint, EVERYBODY):
        assert got == 403, (who, endpoint, sort, got)
    elif who not in READERS[sort]:
        assert got == 404, (who, endpoint, sort, got)
    elif endpoint == "comments.add" and sort not in OPEN_TO_TALK:
        assert got == 409, (who, endpoint, sort, got)
    elif who in meant:
        assert got == status, (who, endpoint, sort, got)
    else:
        assert got in (400, 403), (who, endpoint, sort, got)


def _said(response: Any, made: Made) -> list[str]:
    """Which secrets of an item stand anywhere in a response (its own address apart)."""
    text = f"{response.headers}\n{response.get_data(as_text=True)}"
    asked = response.request.path
    return [s for s in made.secrets if s in text.replace(asked, "").replace(_quoted(asked), "")]


def _named(response: Any, made: Made) -> bool:
    """Does a response tell who filed an item?  Staff, too, handle it without the name."""
    return made.author in response.get_data(as_text=True)


def _quoted(path: str) -> str:
    return path.replace("/", "%2F")


LISTS = (
    "/",
    "/lapor/",
    "/lapor/?q=perkara",
    f"/lapor/?area={make.KELURAHAN}",
    f"/lapor/?area={make.KECAMATAN}&department={make.DEPARTMENT}",
    "/lapor/?phase=new",
    "/lapor/?overdue=1",
    "/cari",
    "/cari?q=perkara+gang",
    "/cari?q=perkar",
    "/cari?q=Pelapor+Rahasia",
    "/cari?kind=lapor&state=verified",
    "/peta",
    "/peta/laporan",
    "/peta/laporan?kind=lapor",
    "/peta/wilayah.json",
    "/peta/klaster.json?z=18&bbox=107.609,-6.889,107.614,-6.884",
    "/peta/klaster.json?z=20&bbox=107.609,-6.889,107.614,-6.884&kind=lapor",
    "/lokasi/cari?q=perkara",
    "/saya",
    "/saya/kotak-masuk",
    "/kerja/kelurahan",
    "/kerja/kelurahan?tab=semua",
    "/kerja/opd?tab=semua",
    "/kerja/perencanaan?tab=semua",
    "/kerja/kelurahan?tab=semua&q=perkara",
    "/kerja/opd?tab=berjalan&urut=baru",
    "/kerja/lapangan",
    "/kerja/serah-terima",
    "/kerja/sekaligus/daftar",
    "/profil",
    "/masuk",
    "/georeport/v2/requests.xml?extensions=true",
    "/georeport/v2/servicerequestupdates.json",
    "/georeport/v2/bulk.csv",
    "/pengembang/georeport",
)


PUBLIC_LISTS = ("/lapor/", "/lapor/?q=perkara", "/cari", "/cari?q=perkara+gang", LISTS[17])


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_no_list_map_or_queue_tells_of_an_item_hidden_from_its_reader(house, who):
    client = house.client(who)
    for address in LISTS:
        response = client.get(address)
        assert response.status_code in (200, 302, 403), (address, response.status)
        for sort, made in house.items.items():
            if who not in READERS[sort]:
                assert not _said(response, made), (who, address, sort)
            if who != "author" and sort in NAMELESS:
                assert not _named(response, made), (who, address, sort)


def test_public_lists_hold_what_is_public_and_nothing_else_whoever_asks(house):
    for who in ("stranger", "moderator", "coordinator", "auditor"):
        client = house.client(who)
        for address in PUBLIC_LISTS:
            response = client.get(address)
            shown = {sort for sort, made in house.items.items() if _said(response, made)}
            assert shown == {"public", "anonymous"}, (who, address)


def test_the_reporters_own_words_stand_under_an_item_without_their_name(house):
    text = house.client("stranger").get(house.url("items.show", "anonymous")).get_data(as_text=True)
    told = "Pelapor bicara" in text
    assert told


def test_the_number_a_public_item_was_joined_with_is_not_said_to_those_who_may_not_read_it(house):
    one, hidden = make.item("lapor", state="verified"), house.items["unpublished"]
    one.state, one.merged_into_id = "merged", hidden.id
    db.session.commit()
    address = f"/lapor/{one.number}"
    for who in sorted(EVERYBODY):
        response = house.client(who, "unpublished").get(address)
        assert response.status_code == 200
        reads = who in READERS["unpublished"]
        assert bool(_said(response, hidden)) is reads, who


def test_a_number_that_was_never_given_and_one_that_is_hidden_look_the_same(house):
    client = house.client("stranger")
    hidden = client.get(house.url("items.show", "confidential"))
    never = client.get("/lapor/L-2026-9999999-9")

    def bare(response):
        text = response.get_data(as_text=True).replace(response.request.path, "")
        return re.sub(r"\b[0-9A-F]{8}\b", "", text)

    assert hidden.status_code == never.status_code == 404
    alike = bare(hidden) == bare(never)
    assert alike
    names = {"Content-Length", "ETag"}
    assert {k: v for k, v in hidden.headers if k not in names} == {
        k: v for k, v in never.headers if k not in names
    }


def test_the_pages_of_another_kind_do_not_show_an_item(house):
    number = house.items["public"].number
    for kind in ("musrenbang", "badami"):
        assert house.client("stranger").get(f"/{kind}/{number}").status_code == 404


def test_every_endpoint_stands_in_a_table(house):
    known = set(PAGES) | set(ITEM_PAGES)
    methods = {"GET", "POST"}
    served = {
        (method, rule.endpoint)
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) & methods
    }
    assert served == known
