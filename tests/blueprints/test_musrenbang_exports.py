"""Ranked lists and ceilings taken along: the same numbers as on the page, and nothing that runs."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from app.queries.ranking import ListKey
from app.services import ceilings, ranking
from app.services import forum_decisions as decisions
from models import Whose, db
from tests import factories as make
from tests import forums

pytestmark = pytest.mark.usefixtures("session")
YEAR = 2031
LIST = f"/musrenbang/prioritas/{make.KELURAHAN}/unduh"
EVIL = '=HYPERLINK("http://contoh.id")'


def proposal(title, cost, **more):
    one = make.item("musrenbang", title=title, rw=3, **more)
    one.plan_year, one.level, one.cost = YEAR, "kelurahan", cost
    db.session.flush()
    return one


@pytest.fixture
def listed():
    """Two in order with a ceiling between them, one without a rank, one that is confidential."""
    first, second = proposal(EVIL, 60_000_000), proposal("Taman", 50_000_000)
    waiting = proposal("Posyandu", 25_000_000)
    hidden = proposal("Rahasia sekali", 1_000_000, visibility="confidential")
    planner = make.actor(make.user(roles=("planner", "moderator")))
    key = ListKey(YEAR, "kelurahan", make.KELURAHAN)
    ranking.reorder(planner, key, [first.id, second.id])
    decree = ceilings.Decree("indikatif", "Kep. 1", None, "Awal tahun.")
    amounts = {"32.73": 10**12, make.KECAMATAN: 10**9, make.KELURAHAN: 100_000_000}
    ceilings.save(planner, YEAR, {Whose(o): a for o, a in amounts.items()}, decree)
    ceilings.publish(planner, YEAR)
    return [one.number for one in (first, second, waiting, hidden)]


def rows_of(answer):
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_list_is_taken_along_as_it_stands_on_the_page(client, listed):
    first, second, waiting = rows_of(client.get(f"{LIST}.csv?tahun={YEAR}"))
    assert [first["nomor"], second["nomor"], waiting["nomor"]] == listed[:3]
    assert (first["judul"], first["garis"], first["biaya"]) == (f"'{EVIL}", "di atas", "60000000")
    assert (second["jumlah_berjalan"], second["garis"]) == ("110000000", "di bawah")
    assert (second["pagu"], second["peringkat"]) == ("100000000", "2")
    assert (waiting["peringkat"], waiting["jumlah_berjalan"], waiting["garis"]) == ("", "", "")


def test_what_is_confidential_is_on_no_table(client, listed):
    assert "Rahasia" not in client.get(f"{LIST}.csv?tahun={YEAR}").text


def test_the_workbook_says_the_same_with_numbers_and_without_formulas(client, listed):
    answer = client.get(f"{LIST}.xlsx?tahun={YEAR}")
    assert f"prioritas-{YEAR}-{make.KELURAHAN}.xlsx" in answer.headers["Content-Disposition"]
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.data))
    table = list(sheet.iter_rows(min_row=2, values_only=True))
    assert table[0][2] == f"'{EVIL}"
    assert table[0][9] == 60_000_000
    assert {type(table[0][n]) for n in (0, 9, 10, 11, 13)} == {int}
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


def test_the_ceilings_of_a_year_are_taken_along(client, listed):
    rows = rows_of(client.get(f"/musrenbang/pagu/unduh.csv?tahun={YEAR}"))
    found = {row["kode"]: row["versi_1_indikatif"] for row in rows}
    assert found == {"32.73": str(10**12), make.KECAMATAN: str(10**9), make.KELURAHAN: "100000000"}
    assert client.get(f"/musrenbang/pagu/unduh.xlsx?tahun={YEAR}").data.startswith(b"PK")
    assert client.get("/musrenbang/pagu/unduh.csv?tahun=2099").status_code == 404


def test_the_forums_of_a_year_are_taken_along_without_names(client):
    chair = make.actor(forums.lurah())
    held = forums.called(chair, venue=EVIL)
    forums.came(held, chair, 3)
    forums.came(held, chair, 1, sex="P")
    decisions.decide(held, chair, forums.proposal(), {"way": "mufakat", "outcome": "agreed"})
    off = forums.called(chair, theme="anak")
    off.cancelled_at, off.cancelled_for = off.created_at, "Hujan deras"
    db.session.flush()
    address = f"/musrenbang/forum/unduh.csv?tahun={forums.YEAR}"
    answer = client.get(address)
    one, other = rows_of(answer)
    assert (one["diundang"], one["hadir"], one["perempuan"]) == ("0", "4", "1")
    assert (one["disepakati"], one["belum_disepakati"], one["keadaan"]) == ("1", "0", "terbuka")
    assert one["tempat"] == f"'{EVIL}"
    assert (other["tema"], other["keadaan"], other["hadir"]) == ("anak", "batal", "0")
    assert "Hadirin" not in answer.text
    assert client.get(address.replace("csv", "xlsx")).data.startswith(b"PK")
    assert address in client.get(f"/musrenbang/forum?tahun={forums.YEAR}").text


@pytest.mark.parametrize("address", [f"{LIST}.pdf", "/musrenbang/prioritas/tidak-ada/unduh.csv",
                                     "/musrenbang/pagu/unduh.exe"])  # fmt: skip
def test_what_there_is_not_is_not_found(client, session, address):
    assert client.get(address).status_code == 404


def test_pages_lead_to_their_tables(client, listed):
    page = client.get(f"/musrenbang/prioritas/{make.KELURAHAN}?tahun={YEAR}").text
    assert f"{LIST}.csv?tahun={YEAR}" in page
    page = client.get(f"/musrenbang/pagu?tahun={YEAR}").text
    assert f"/musrenbang/pagu/unduh.xlsx?tahun={YEAR}" in page


def test_owners_outside_the_city_have_no_list_to_choose(client, listed):
    page = client.get("/musrenbang/prioritas").text
    assert f'<option value="{make.DEPARTMENT}">' in page
    assert '<option value="pln">' not in page
