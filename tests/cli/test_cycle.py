"""The calendar from a table: the same file for every year, twice the same, wrong lines named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.queries import cycles as queries
from models import CycleWindow, db

pytestmark = pytest.mark.usefixtures("session")
HEAD = "stage,area,opens,closes,spread,days\n"


def run(app, *words):
    return app.test_cli_runner().invoke(args=["cycle", *map(str, words)])


def count():
    return db.session.scalar(select(func.count()).select_from(CycleWindow))


@pytest.fixture
def table(tmp_path):
    def write(*lines: str) -> Path:
        path = tmp_path / "siklus.csv"
        path.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
        return path

    return write


def test_the_city_s_own_table_fits_any_year_and_twice_changes_nothing(app):
    path = app.config["CITY"].folder / "cycles.csv"
    first = run(app, "load", path, "--plan-year", 2031)
    assert first.exit_code == 0, first.output
    made = count()
    again = run(app, "load", path, "--plan-year", 2031)
    assert again.output.startswith("0 windows set")
    assert count() == made
    shown = run(app, "show", "--plan-year", 2031).output
    assert "Works of 2031, held in 2030" in shown
    assert "2031-01-02 08:00 to 2031-12-31 23:59" in shown


def test_kecamatan_follow_one_another_by_the_days_of_the_table(app, table):
    path = table("kecamatan,kota,02-04 08:00,02-05 16:00,kecamatan,2")
    run(app, "load", path, "--plan-year", 2031)
    found = queries.standing(db.session)
    assert len(found) == 30
    assert (max(w.opens_at for w in found) - min(w.opens_at for w in found)).days == 58


def test_a_rehearsal_keeps_nothing(app, table):
    path = table("kota,kota,2030-03-29,2030-04-05,,")
    assert "1 windows set" in run(app, "load", path, "--plan-year", 2031, "--dry-run").output
    assert count() == 0


@pytest.mark.parametrize(
    "line",
    [
        "nanti,kota,01-04,01-18,,",
        "rembug_warga,32.73.99,01-04,01-18,,",
        "rembug_warga,kota,besok,01-18,,",
        "rembug_warga,kota,02-30,03-18,,",
        "rembug_warga,kota,01-18,01-04,,",
        "rembug_warga,kota,01-04,01-18,rw,1",
        "forum_opd,32.73.02,01-04,01-18,,",
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_kept(app, table, line):
    path = table("kelurahan,kota,01-19,02-03,,", line)
    result = run(app, "load", path, "--plan-year", 2031)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert count() == 0


def test_a_table_without_its_columns_is_refused(app, tmp_path):
    path = tmp_path / "lain.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    assert "lacks the columns" in run(app, "load", path, "--plan-year", 2031).output


def test_there_is_nothing_to_show_without_a_cycle(app):
    assert run(app, "show").exit_code == 1
