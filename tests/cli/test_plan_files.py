"""Files with planning systems from the command line."""

from __future__ import annotations

import openpyxl
import pytest
from sqlalchemy import select

from models import PlanFile, Proposal, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def run(app, *words):
    db.session.commit()
    return app.test_cli_runner().invoke(args=list(map(str, words)))


def table(tmp_path, *lines):
    path = tmp_path / "masuk.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_out_ids_back_and_out_again_is_quiet(app, tmp_path):
    item = make.item("musrenbang")
    file = tmp_path / "usulan.xlsx"
    year = ("--year", item.plan_year)
    first = run(app, "sipd", "export", file, *year)
    assert first.exit_code == 0, first.output
    assert [row[1] for row in openpyxl.load_workbook(file).active.values][1:] == [item.number]
    path = table(tmp_path, "nomor_usulan,id_usulan", f"{item.number},12", "U-1999-000001,13")
    dry = run(app, "sipd", "ids", path, "--dry-run")
    assert "Dry run" in dry.output
    assert db.session.get_one(Proposal, item.id).sipd_id is None
    report = tmp_path / "laporan.csv"
    done = run(app, "sipd", "ids", path, "--report", report)
    assert done.exit_code == 0, done.output
    assert "U-1999-000001" in report.read_text("utf-8-sig")
    assert "0 proposals" in run(app, "sipd", "export", file, *year).output
    assert "1 proposals" in run(app, "sipd", "export", file, *year, "--all").output
    assert (
        db.session.scalars(select(PlanFile).where(PlanFile.sort == "sipd_ids")).one().refused == 1
    )


def test_a_budget_needs_a_planner_s_login(app, tmp_path):
    item = make.walk(make.item("musrenbang"), "in_rkpd")
    path = table(tmp_path, "nomor usulan;anggaran apbd", f"{item.number};75.000.000")
    make.user("kelurahan@contoh.id", roles=["moderator"])
    make.user("bapperida@contoh.id", roles=["planner"])
    assert run(app, "budget", "import", path, "--as", "kelurahan@contoh.id").exit_code == 1
    done = run(app, "budget", "import", path, "--as", "Bapperida@contoh.id")
    assert done.exit_code == 0, done.output
    assert db.session.get_one(Proposal, item.id).budget == 75_000_000


def test_catalogue_and_ceilings(app, tmp_path):
    path = table(tmp_path, "kode;nama;satuan;harga", "Z09;Pos ronda;unit;1.000.000")
    done = run(app, "catalogue", "import", path)
    assert (done.exit_code, "1  " in done.output) == (0, True), done.output
    path = table(tmp_path, "nama;pagu", "Kecamatan Coblong;5 miliar")
    done = run(app, "pagu", "import", path, "--year", 2031, "--version", "final")
    assert done.exit_code == 0, done.output
    assert "Error" in run(app, "pagu", "import", table(tmp_path, "a,b", "1,2")).output
