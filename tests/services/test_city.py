"""A city's files come into the tables whole, again and again, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from app.config import ROOT
from app.queries import register
from app.queries.labels import hint, named
from app.services import city
from models import Area, Category, Department, PastRule, Place, RoutingRule, SlaPolicy
from tests import factories as make

BANDUNG = ROOT / "cities" / "bandung"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the city's files that a test may spoil."""
    for path in BANDUNG.glob("*.csv"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def count(session: Any, model: Any) -> int:
    return int(session.scalar(select(func.count()).select_from(model)))


def test_the_city_of_the_repository_has_no_mistakes() -> None:
    assert city.check(BANDUNG).problems == []


def test_loading_twice_changes_nothing(session: Any) -> None:
    models = (Area, Category, Department, Place, RoutingRule, SlaPolicy)
    city.load(BANDUNG)
    before = [count(session, model) for model in models]
    report = city.load(BANDUNG)
    assert [count(session, model) for model in models] == before
    assert not any(report.ended.values())
    assert not report.cells


def test_all_areas_stand_in_their_families(session: Any) -> None:
    rows = session.execute(select(Area.level, func.count()).group_by(Area.level)).all()
    levels = {row[0]: row[1] for row in rows}
    assert levels == {"kota": 1, "kecamatan": 30, "kelurahan": 151}


def test_a_changed_name_is_taken_over(session: Any, folder: Path) -> None:
    change(folder / "areas.csv", "kecamatan,Sukasari", "kecamatan,Sukasari Baru")
    city.load(folder)
    assert session.get(Area, "32.73.01").name == "Sukasari Baru"


def test_a_category_that_left_the_file_is_ended_not_deleted(session: Any, folder: Path) -> None:
    lines = (folder / "categories.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("ide-kebencanaan,")]
    (folder / "categories.csv").write_text("".join(kept), "utf-8")
    rules = (folder / "routing.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in rules if ",ide-kebencanaan," not in line]
    (folder / "routing.csv").write_text("".join(kept), "utf-8")
    report = city.load(folder)
    assert report.ended["categories"] == 1
    assert session.get(Category, "ide-kebencanaan").valid_to is not None
    city.load(BANDUNG)
    session.expire_all()
    assert session.get(Category, "ide-kebencanaan").valid_to is None


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("routing.csv", ",jasa-marga,", ",jasa-margo,", "line 2: department_code 'jasa-margo'"),
        ("areas.csv", "107.6403", "1O7.6403", "line 2: lon must be a number"),
        ("areas.csv", "107.6403,-6.9048", "-6.9048,107.6403", "lat must lie between -90 and 90"),
        ("areas.csv", "32.73.02,", "32.73.01,", "line 4: 32.73.01 stands already on line 3"),
        (
            "areas.csv",
            "kecamatan,Coblong,32.73",
            "kecamatan,Coblong,",
            "needs a kota as its parent",
        ),
        ("sla.csv", "informasi,,biasa,3", "informasi,,biasa,-3", "must not be negative"),
        ("categories.csv", ",name_en,", ",english,", "the column name_en is missing"),
        ("categories.csv", "jalan-berlubang,lapor", "jalan-berlubang,lapur", "must be one of"),
        ("questions.csv", ",mati=Completely dark", ",mata=Completely dark", "names 'mata'"),
        ("places.csv", "rumah_sakit,", "rumah_sakit,,", "number of columns differs"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_nothing_is_loaded(
    session: Any, folder: Path, file: str, old: str, new: str, sentence: str
) -> None:
    change(folder / file, old, new)
    change(folder / "departments.csv", "Dinas Perhubungan", "Dinas Perhubungan Baru")
    with pytest.raises(city.CityFileError) as error:
        city.load(folder)
    assert any(file in problem and sentence in problem for problem in error.value.problems)
    assert session.get(Department, "dishub").name == "Dinas Perhubungan"


def test_a_file_that_is_no_utf8_is_refused_with_a_sentence(folder: Path) -> None:
    (folder / "areas.csv").write_bytes(b"\xff\xfe\x00")
    assert any("cannot be read as UTF-8" in problem for problem in city.check(folder).problems)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    assert "There is no folder" in city.check(tmp_path / "none").problems[0]


def test_the_command_prints_what_it_loaded_and_fails_on_mistakes(
    app: Any, session: Any, folder: Path
) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["city", "load", str(folder), "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "areas: 182 rows" in done.output
    change(folder / "areas.csv", "107.6403", "east")
    failed = runner.invoke(args=["city", "check", str(folder)])
    assert failed.exit_code == 1
    assert "areas.csv, line 2" in failed.output


def test_what_the_administration_changed_stays_until_somebody_asks_for_the_files(
    session: Any,
) -> None:
    city.load(BANDUNG)
    lamp = session.scalars(select(RoutingRule).filter_by(keyword="lampu taman")).one()
    lamp.department_code, lamp.origin = "dsdabm", "admin"
    office = session.get(Department, "pln")
    office.name, office.origin = "PLN Bandung", "admin"
    session.flush()
    report = city.load(BANDUNG)
    assert session.get(Department, "pln").name == "PLN Bandung"
    kept = session.scalars(select(RoutingRule).filter_by(keyword="lampu taman")).one()
    assert kept.department_code == "dsdabm"
    said = "\n".join(report.lines())
    assert "departments: as the administration made them: pln" in said
    assert "routing: not taken" in said
    city.load(BANDUNG, over_admin=True)
    session.expire_all()
    assert session.get(Department, "pln").name != "PLN Bandung"
    back = session.scalars(select(RoutingRule).filter_by(keyword="lampu taman")).one()
    assert (back.department_code, back.origin) == ("dpkp", "city")
    assert "routing: not taken" not in "\n".join(city.load(BANDUNG).lines())


def test_a_rule_that_left_the_file_is_kept_as_it_was(session: Any, folder: Path) -> None:
    city.load(BANDUNG)
    rules = (folder / "routing.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in rules if "lampu taman" not in line]
    (folder / "routing.csv").write_text("".join(kept), "utf-8")
    city.load(folder)
    past = session.scalars(select(PastRule).filter_by(keyword="lampu taman")).one()
    assert (past.department_code, past.ended_by_id) == ("dpkp", None)
    assert count(session, RoutingRule) == len(kept) - 1


def test_what_was_exported_can_be_loaded_again_and_changes_nothing(
    session: Any, folder: Path
) -> None:
    city.load(BANDUNG)
    before = register.export(session, folder)
    assert before["routing"] == count(session, RoutingRule)
    assert city.check(folder).problems == []
    city.load(folder)
    assert count(session, PastRule) == 0
    assert (folder / "routing.csv").read_text("utf-8") == (BANDUNG / "routing.csv").read_text(
        "utf-8"
    )


def test_names_and_hints_of_categories_are_in_the_readers_language(app: Any, session: Any) -> None:
    known = session.scalars(select(Category)).all()
    for language, ending in (("en", "_en"), ("id", "")):
        with app.test_request_context("/"), force_locale(language):
            for category in known:
                assert named(category) == getattr(category, f"name{ending}") != ""
                assert hint(category) == getattr(category, f"help{ending}") != ""


def test_the_files_of_another_city_do_not_end_the_areas_of_one_in_use(
    folder: Path, session: Any
) -> None:
    for path in folder.glob("*.csv"):
        text = (
            path.read_text("utf-8").replace("32.73", "32.77").replace("Kota Bandung", "Kota Lain")
        )
        path.write_text(text, "utf-8")
    make.item("lapor")
    with pytest.raises(city.CityFileError) as refused:
        city.load(folder)
    (said,) = refused.value.problems
    assert "Kota Lain" in said and "Kota Bandung" in said
    ended = select(func.count()).select_from(Area).where(Area.valid_to.is_not(None))
    assert session.scalar(ended) == 0
