"""Before filing: call 112, or the owner outside; and the way on for whoever knows better."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.queries import roads, routing
from app.services import items
from models import Complaint, Department, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
LON, LAT = 107.6142, -6.8818


@pytest.fixture
def filed(client_for: Any) -> Any:
    """Type a report up to the last page; gives the browser and the addresses of its pages."""
    client = client_for(make.user())

    def type_in(title: str, body: str, category: str = "lainnya", **more: Any) -> Any:
        where = f"/lapor/baru/{uuid.uuid4()}"
        client.post(f"{where}/lokasi", data={"lon": str(LON), "lat": str(LAT), "address": ""})
        told = {"title": title, "body": body, "category_code": category, "visibility": "anonymous"}
        sent = client.post(f"{where}/isi", data=told | {"road_class": "tidak_tahu"} | more)
        assert sent.status_code == 302, sent.text[-1500:]
        return client, where

    return type_in


def main_of(client: Any, url: str) -> str:
    """The main part of a page, without the foot that is on every page."""
    text: str = client.get(url).text
    return text.split("<main")[1].split("</main")[0]


def test_an_emergency_in_words_names_112_and_lets_on_who_says_nobody_is_in_danger(filed):
    client, where = filed("Rumah terbakar", "Api besar di gang kami, tolong.")
    page = client.get(f"{where}/periksa").text
    assert "tel:112" in page
    assert "aman=1" in page
    assert "tel:112" not in main_of(client, f"{where}/periksa?aman=1")
    assert "Rumah terbakar" in client.get(f"{where}/isi").text


def test_a_category_of_emergencies_stops_whatever_is_said(filed):
    client, where = filed("Ada api kecil", "Sudah tidak ada orang di sana.", "kebakaran")
    page = client.get(f"{where}/periksa?aman=1").text
    assert "tel:112" in page
    assert "aman=1" not in page.split("<main")[1].split("</main")[0]


def test_what_is_over_stops_nothing(filed):
    client, where = filed("Puing bekas kebakaran", "Puing kebakaran bulan lalu belum diangkut.")
    assert "tel:112" not in main_of(client, f"{where}/periksa")


def test_the_owner_outside_is_named_with_how_to_reach_them_before_filing(filed):
    told = "Tiang milik PLN miring di depan rumah.", "Tiang listrik PLN miring dan hampir jatuh."
    client, where = filed(*told, "tiang-utilitas")
    page = client.get(f"{where}/periksa").text
    owner = db.session.scalar(select(Department).filter_by(code="pln"))
    assert owner is not None
    assert owner.name in page
    assert "tel:123" in page
    assert owner.advice[:40] in page
    on = client.get(f"{where}/periksa?tetap=1").text
    assert "tel:123" not in on.split("<main")[1].split("</main")[0]
    assert "Tiang milik PLN" in on


def test_a_place_in_another_city_is_pointed_out_and_may_be_insisted_on(filed):
    client, where = filed("Jalan rusak di Lembang", "Banyak lubang di Lembang dekat pasar.")
    assert "lapor.go.id" in main_of(client, f"{where}/periksa")
    assert "lapor.go.id" not in main_of(client, f"{where}/periksa?tetap=1")


def test_a_street_named_after_another_city_stops_nothing(filed):
    client, where = filed("Lampu mati di Jalan Garut", "Lampu jalan di Jl. Garut nomor 4 padam.")
    assert "lapor.go.id" not in main_of(client, f"{where}/periksa")


# -- roads --------------------------------------------------------------------------------


def layer(path: Path, road_class: str = "nasional", **more: Any) -> Path:
    line = {"type": "LineString", "coordinates": [[LON - 0.01, LAT], [LON + 0.01, LAT]]}
    features = [
        {
            "type": "Feature",
            "properties": {"kelas": road_class, "nama": "Jl. Uji"},
            "geometry": line,
        },
        {"type": "Feature", "properties": {"kelas": "entah"}, "geometry": line},
        {"type": "Feature", "properties": {"kelas": "tol"}, "geometry": None},
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | more), "utf-8")
    return path


def load(app: Any, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["road", "import", *arguments])


def report(category: str = "jalan-berlubang", **more: Any) -> Complaint:
    author = make.user()
    told = {
        "title": "Lubang besar", "body": "Lubang besar di tengah jalan.", "lon": LON, "lat": LAT,
        "category_code": category, "visibility": "anonymous", "area_code": make.KELURAHAN,
        "area_basis": "exact", "road_class": "gang",
    }  # fmt: skip
    from app.kinds import KINDS

    return items.file(KINDS["lapor"], make.actor(author), uuid.uuid4(), told | more)  # type: ignore[return-value]


def test_an_imported_road_answers_instead_of_the_resident_and_says_so(app, session, tmp_path):
    assert load(app, str(layer(tmp_path / "ruas.geojson"))).exit_code == 0
    item = report()
    assert (item.road_class, item.road_name) == ("nasional", "Jl. Uji")
    found = routing.suggest(session, item)
    assert found is not None
    assert found.department_code == "bbpjn"
    with app.test_request_context("/?bahasa=en"):
        assert "the pin lies on Jl. Uji (national road)" in found.why()
    assert routing.coverage(session).gaps == ()


def test_far_from_the_road_without_a_pin_or_about_a_lamp_the_answer_stands(app, tmp_path):
    load(app, str(layer(tmp_path / "ruas.geojson")))
    assert report(lat=LAT + 0.001).road_class == "gang"
    assert report(area_basis="area").road_class == "gang"
    assert report("sampah-menumpuk").road_class == "gang"


def test_the_report_says_what_was_taken_and_what_not_and_a_second_import_replaces(
    app, session, tmp_path
):
    path = str(layer(tmp_path / "ruas.geojson"))
    said = load(app, path)
    assert "1  nasional, 2.2 km" in said.output
    assert "entah: 1 features left out" in said.output
    assert "feature 3: no line" in said.output
    again = load(app, path)
    assert "Replaced: 1 roads" in again.output
    assert roads.near(session, LON, LAT) is not None


def test_a_dry_run_keeps_nothing(app, session, tmp_path):
    assert "nothing was kept" in load(app, str(layer(tmp_path / "a.geojson")), "--dry-run").output
    assert roads.near(session, LON, LAT) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not GeoJSON"),
        ('{"type":"FeatureCollection","features":[]}', "no features"),
        ('{"type":"FeatureCollection","features":[{"properties":{"a":1}}]}', "--class-field"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(app, tmp_path, text, sentence):
    path = tmp_path / "rusak.geojson"
    path.write_text(text, "utf-8")
    result = load(app, str(path))
    assert result.exit_code == 1
    assert sentence in result.output


def test_swapped_coordinates_are_refused(app, tmp_path):
    path = layer(tmp_path / "a.geojson")
    path.write_text(
        path.read_text("utf-8").replace(f"{LON - 0.01}, {LAT}", f"{LAT}, {LON}"), "utf-8"
    )
    result = load(app, str(path))
    assert result.exit_code == 1
    assert "latitude before longitude" in result.output or "degrees" in result.output


def test_the_command_that_explains_uses_the_imported_roads(app, session, tmp_path):
    load(app, str(layer(tmp_path / "ruas.geojson", "tol")))
    where = ["--lon", str(LON), "--lat", str(LAT), "--road-class", "gang"]
    arguments = ["routing", "explain", "--category", "jalan-berlubang", *where]
    said = app.test_cli_runner().invoke(args=arguments).output
    assert "Road: Jl. Uji, tol, as imported" in said
    assert "jasa-marga" in said
