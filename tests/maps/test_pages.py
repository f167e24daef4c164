"""The map's pages and answers, as a stranger gets them."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from app.queries import areas, facets
from app.services.facets import refresh
from models import Area
from tests import factories

VIEW = {"z": "12", "bbox": "107.5,-7.0,107.8,-6.8"}
DAGO = factories.KELURAHAN


@pytest.fixture(autouse=True)
def nothing_remembered(app: Any, session: Any) -> Any:
    """Each test counts for itself."""

    def forget() -> None:
        facets.forget()
        areas.forget()
        app.extensions.pop("rembuk_reports", None)

    forget()
    yield
    forget()


@pytest.fixture
def items(session: Any) -> None:
    """Two that are open in Dago, one that is over, one elsewhere, two nobody may see."""
    factories.item("lapor")
    factories.item("badami")
    factories.item("lapor", None, "rejected")
    factories.item("lapor", area_code=factories.OTHER_KELURAHAN)
    factories.item("lapor", published=False)
    factories.item("lapor", visibility="confidential")
    refresh(session)


def test_the_map_says_what_it_shows_without_javascript(client: Any, items: None) -> None:
    page = client.get("/peta").get_data(as_text=True)
    row = re.search(rf'area={re.escape(DAGO)}">Dago</a></th><td>Coblong</td><td[^>]*>(\d+)', page)
    assert row is not None
    assert row[1] == "3"
    assert 'data-clusters-url="/peta/klaster.json"' in page


def test_filters_of_the_map_are_in_its_address(client: Any, items: None) -> None:
    page = client.get("/peta?kind=badami").get_data(as_text=True)
    assert 'data-filters="kind=badami"' in page
    row = re.search(r'">Dago</a></th><td>Coblong</td><td[^>]*>(\d+)', page)
    assert row is not None
    assert row[1] == "1"


@pytest.mark.parametrize(
    ("args", "total"),
    [
        ({}, 4),
        ({"kind": "lapor"}, 3),
        ({"phase": "closed"}, 1),
        ({"area": DAGO}, 3),
        ({"area": "32.73.02"}, 3),
        ({"area": "32.73"}, 4),
        ({"since": "2000-01-01", "until": "2000-12-31"}, 0),
        ({"overdue": "1"}, 0),
        ({"state": "rejected"}, 1),
        ({"category": "tak-ada"}, 0),
        ({"kind": "nonsense", "phase": "nonsense", "since": "gestern"}, 4),
    ],
)
def test_the_clusters_are_those_of_the_filters(
    client: Any, items: None, args: dict[str, str], total: int
) -> None:
    answer = client.get("/peta/klaster.json", query_string=VIEW | args)
    assert answer.status_code == 200
    assert answer.json["total"] == total


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"z": "12"},
        {"z": "x", "bbox": VIEW["bbox"]},
        {"z": "nan", "bbox": VIEW["bbox"]},
        {"z": "1e9", "bbox": VIEW["bbox"]},
        {"z": "12", "bbox": "1,2,3"},
        {"z": "12", "bbox": "nan,nan,nan,nan"},
        {"z": "12", "bbox": "107.8,-7.0,107.5,-6.8"},
        {"z": "12", "bbox": "inf,-inf,inf,-inf"},
    ],
)
def test_a_view_that_makes_no_sense_is_answered_with_a_sentence(
    client: Any, args: dict[str, str]
) -> None:
    answer = client.get("/peta/klaster.json", query_string=args)
    assert answer.status_code == 400
    assert answer.json["error"]


def test_an_item_on_the_map_leads_to_its_page(client: Any, items: None) -> None:
    marks = client.get("/peta/klaster.json", query_string=VIEW | {"kind": "badami"}).json["items"]
    (mark,) = marks
    assert client.get(mark["url"]).status_code == 200


def test_outlines_are_compressed_kept_and_asked_for_again_by_mark(client: Any, items: None) -> None:
    answer = client.get("/peta/wilayah.json", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= 25_000
    assert answer.headers["Content-Encoding"] == "gzip"
    shapes = {f["id"]: f for f in json.loads(gzip.decompress(answer.data))["features"]}
    assert len(shapes) == 151
    assert shapes[DAGO]["properties"] == {
        "name": "Dago",
        "district": "Coblong",
        "open": 2,
        "approximate": True,
    }
    again = client.get(
        "/peta/wilayah.json",
        headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_outlines_come_plain_for_those_who_cannot_unpack(client: Any) -> None:
    answer = client.get("/peta/wilayah.json", headers={"Accept-Encoding": ""})
    assert "Content-Encoding" not in answer.headers
    assert len(answer.json["features"]) == 151


def test_the_report_says_the_same_in_its_map_and_its_table(client: Any, items: None) -> None:
    page = client.get("/peta/laporan").get_data(as_text=True)
    drawn = {
        (name, int(count))
        for name, count in re.findall(r'"name": "([^"]+)", "open": (\d+)', page)
        if int(count)
    }
    table = {
        (name, int(count))
        for name, count in re.findall(r'">([^<]+)</a></th><td>[^<]*</td><td[^>]*>(\d+)', page)
        if int(count)
    }
    assert drawn == table
    assert ("Dago", 2) in drawn
    assert sum(count for _name, count in drawn) == 3


def test_the_report_runs_only_what_carries_its_nonce(client: Any) -> None:
    answer = client.get("/peta/laporan")
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
    page = answer.get_data(as_text=True)
    assert "'strict-dynamic'" in policy
    assert "unsafe" not in policy
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", page):
        assert f'nonce="{nonce}"' in tag
    assert page.count('name="viewport"') == 1
    assert "user-scalable" not in page
    assert not re.search(r"\sstyle=|\son\w+=", page.split("<body")[1].split("<script")[0])
    assert nonce not in client.get("/peta/laporan").get_data(as_text=True)


def test_a_name_that_would_run_stays_text_on_the_page(client: Any, session: Any) -> None:
    session.get_one(Area, DAGO).name = "${alert(1)}`</script><img src=x onerror=alert(1)>"
    session.flush()
    page = client.get("/peta/laporan").get_data(as_text=True)
    assert "<img src=x" not in page
    assert "${alert" not in page.split("<script nonce")[-1]


def test_a_pin_is_answered_with_its_kelurahan(client: Any) -> None:
    found = client.get("/lokasi/wilayah?lon=107.616&lat=-6.8747").json
    assert found["code"] == DAGO
    assert found["approximate"]
    assert found["candidates"][0] == {
        "code": DAGO,
        "name": "Dago",
        "district": "Coblong",
        "distance_m": 0,
    }
    assert found["message"]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("", ""), ("x", "y"), ("nan", "1"), ("1e400", "1"), ("500", "500"), ("107.6", None)],
)
def test_a_pin_that_is_none_is_answered_with_a_sentence(client: Any, lon: str, lat: Any) -> None:
    args = {"lon": lon} if lat is None else {"lon": lon, "lat": lat}
    answer = client.get("/lokasi/wilayah", query_string=args)
    assert answer.status_code == 400


def test_a_pin_outside_is_told_whose_area_it_is(client: Any) -> None:
    found = client.get("/lokasi/wilayah?lon=107.52&lat=-7.03").json
    assert found["code"] is None
    assert found["candidates"] == []
    assert "Kabupaten Bandung" in found["message"]


def test_places_are_found_by_name(client: Any) -> None:
    first = client.get("/lokasi/cari?q=dago").json[0]
    assert first["name"] == "Dago"
    assert first["kind"].endswith("Coblong")
    assert client.get("/lokasi/cari?q=").json == []


def test_pages_of_the_map_set_no_cookie(client: Any) -> None:
    for path in ("/peta", "/peta/laporan", "/peta/wilayah.json", "/lokasi/cari?q=dago"):
        assert "Set-Cookie" not in client.get(path).headers
