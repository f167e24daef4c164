"""A planner brings a file, sees what would happen, and has it taken over."""

from __future__ import annotations

import pytest

from models import db
from tests import factories as make

DESK = "/kerja/musrenbang/berkas"


@pytest.fixture
def table(site, tmp_path):
    """Ids for two proposals, and one row that fits nothing."""
    with site.app.app_context():
        numbers = [make.item("musrenbang").number for _n in range(2)]
        db.session.commit()
    path = tmp_path / "balik.csv"
    rows = [f"{number},90{n}" for n, number in enumerate(numbers)]
    path.write_text("\n".join(("nomor_usulan,id_usulan", *rows, "U-1999-000001,5")), "utf-8")
    return path


def test_a_planner_brings_ids_back(site, meet, table):
    planner = meet("planner", 1280)
    planner.known("planner@contoh.id")
    planner.go(DESK)
    planner.look("berkas")
    page = planner.page
    page.locator('input[name="sort"][value="sipd_ids"]').check()
    page.locator('input[name="table"]').set_input_files(str(table))
    planner.press('form[enctype="multipart/form-data"] button[type="submit"]')
    page.wait_for_selector("#berkas")
    site.work()
    page.reload()
    assert "U-1999-000001" in page.content()
    planner.look("berkas-dicoba")
    planner.press("#berkas form button")
    page.wait_for_selector("#berkas")
    site.work()
    page.reload()
    planner.look("berkas-selesai")
    planner.go(DESK)
    assert "balik.csv" in page.content()
