"""The public lists taken along: what the page finds, nothing that is hidden, nothing that runs."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from html import unescape
from urllib.parse import urlencode

import openpyxl
import pytest

from app.kinds import KINDS
from app.queries import item_table, labels
from app.queries.items import PAGE
from models import db
from tests import factories as make
from tests.narrowed import NARROWED
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
EVIL = '=HYPERLINK("http://contoh.id")'


@pytest.fixture
def noise():
    """What no public list shows."""
    make.item("lapor", title="Rahasia yang belum terbit", published=False)
    make.item("lapor", title="Rahasia petugas", visibility="confidential")
    make.item("lapor", title="Rahasia pejabat", oversight=True, visibility="confidential")


def rows_of(answer):
    assert answer.status_code == 200, answer.status
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def sheet_of(answer):
    assert answer.status_code == 200, answer.status
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.data))
    return sheet


def on_the_pages(client, address):
    """The numbers a list shows, page after page."""
    numbers = []
    while address:
        page = client.get(address).text
        numbers += re.findall(r'<span class="number">([^<]+)</span>', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = unescape(following[1]) if following else None
    return numbers


def numbers_of(rows):
    return [row["nomor"] for row in rows]


@pytest.mark.parametrize(
    ("changes", "args"),
    [({}, {}), *NARROWED, ({"title": "Trotoar rusak di Dipatiukur"}, {"q": "trotoir"})],
)
@pytest.mark.parametrize("where", ["/lapor/", "/cari"])
def test_a_file_holds_what_its_page_shows_in_the_same_order(client, noise, where, changes, args):
    other, wanted = make.item("lapor"), make.item("lapor", **changes)
    asked = urlencode(args)
    shown = on_the_pages(client, f"{where}?{asked}")
    assert shown == ([wanted.number] if args else [wanted.number, other.number])
    for ending in item_table.MOST:
        assert f"{where.rstrip('/')}/unduh.{ending}" in client.get(f"{where}?{asked}").text
    under = f"{where.rstrip('/')}/unduh"
    assert numbers_of(rows_of(client.get(f"{under}.csv?{asked}"))) == shown
    sheet = sheet_of(client.get(f"{under}.xlsx?{asked}"))
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == shown


def test_all_pages_stand_in_one_file(client, noise):
    author = make.user()
    made = [make.item("badami", author).number for _n in range(PAGE + 3)]
    assert numbers_of(rows_of(client.get("/badami/unduh.csv"))) == made[::-1]
    assert on_the_pages(client, "/badami/") == made[::-1]


def test_the_link_under_a_list_keeps_its_filters(client):
    make.item("lapor", title="Kabel putus", state="verified")
    page = client.get("/lapor/?q=kabel&state=verified&area=32.73.02&sebelum=999999999").text
    assert 'href="/lapor/unduh.csv?state=verified&amp;area=32.73.02&amp;q=kabel"' in page
    page = client.get("/cari?kind=lapor&q=kabel").text
    (link,) = re.findall(r'href="(/cari/unduh.xlsx[^"]*)"', page)
    assert "kind=lapor" in link and "q=kabel" in link
    assert "unduh." not in client.get("/cari?q=tidakadaapapun").text


@pytest.mark.parametrize("asked", ["", "?q=rahasia", "?kind=lapor", "?overdue=0&area=32.73"])
@pytest.mark.parametrize("role", ["moderator", "coordinator", "auditor", None])
def test_what_is_hidden_is_in_no_file_whoever_asks(client, client_for, noise, role, asked):
    make.item("lapor", make.user(name="Pelapor Tersembunyi"), visibility="anonymous", title="Bau")
    asks = client_for(make.user(roles=(role,))) if role else client
    answer = asks.get(f"/cari/unduh.csv{asked}")
    told = answer.text
    assert "Rahasia" not in told and "Pelapor Tersembunyi" not in told
    assert answer.cache_control.no_store if role else answer.cache_control.public
    sheet = sheet_of(asks.get(f"/cari/unduh.xlsx{asked}"))
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in cells if "Rahasia" in cell or "Tersembunyi" in cell]


def test_a_proposal_stands_there_with_its_place_days_and_money(client):
    labels.forget()
    one = make.item("musrenbang", title="Taman RW", state="verified", rw=3, department_code="dlh")
    one.plan_year, one.volume, one.unit, one.cost = 2031, 120, "m2", 60_000_000
    one.created_at = datetime(2030, 1, 31, 18, tzinfo=UTC)  # the first of February in the city
    one.state_since, one.support_count = datetime(2030, 2, 3, 1, tzinfo=UTC), 7
    db.session.flush()
    for where in ("/musrenbang", "/cari"):
        (row,) = rows_of(client.get(f"{where}/unduh.csv"))
        assert (row["nomor"], row["judul"]) == (one.number, "Taman RW")
        assert row["layanan"] == KINDS["musrenbang"].label
        assert row["kategori"] == make.category("musrenbang").name
        assert row["keadaan"] == str(KINDS["musrenbang"].workflow["verified"].label)
        place = (row["kode_wilayah"], row["kelurahan"], row["kecamatan"], row["rw"], row["opd"])
        assert place == (make.KELURAHAN, "Dago", "Coblong", "3", "DLH")
        assert (row["masuk"], row["keadaan_sejak"]) == ("2030-02-01", "2030-02-03")
        assert (row["dukungan"], row["tahun"], row["tingkat"]) == ("7", "2031", one.level)
        assert (row["volume"], row["satuan"], row["biaya"]) == ("120", "m2", "60000000")
        head, cells = sheet_of(client.get(f"{where}/unduh.xlsx")).iter_rows(values_only=True)
        told = dict(zip(head, cells, strict=True))
        assert (told["biaya"], told["tahun"], told["rw"]) == (60_000_000, 2031, 3)
        assert told["masuk"].date() == date(2030, 2, 1)


def test_a_list_of_reports_has_no_columns_for_works(client):
    make.item("lapor", area_code="32.73", category_code="parkir-liar")
    (row,) = rows_of(client.get("/lapor/unduh.csv"))
    assert not {"biaya", "volume", "tahun"} & set(row)
    assert (row["kelurahan"], row["kecamatan"], row["kode_wilayah"]) == ("", "", "32.73")


def test_nothing_in_a_file_is_taken_for_a_formula(client):
    make.item("lapor", title=EVIL)
    make.item("lapor", title="Rusak\x0bberat")
    _broken, row = rows_of(client.get("/lapor/unduh.csv"))
    assert row["judul"] == f"'{EVIL}"
    sheet = sheet_of(client.get("/lapor/unduh.xlsx"))
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    assert [sheet["B2"].value, sheet["B3"].value] == ["Rusakberat", f"'{EVIL}"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("phase=entah", 2), ("since=kemarin", 2), ("until=9999-12-31", 2), ("overdue=ya", 2),
        ("sebelum=1", 2), ("kind=entah", 2), ("state=entah", 0), ("area=%00", 2),
        ("category=entah", 0), ("area=99.99", 0), ("q=tidakadaapapun", 0),
    ],
)  # fmt: skip
def test_nonsense_in_an_address_does_what_it_does_on_the_page(client, asked, found):
    for _n in range(2):
        make.item("lapor")
    made = rows_of(client.get(f"/lapor/unduh.csv?{asked}"))
    assert len(made) == found
    if "sebelum" not in asked:  # a file has no pages
        assert numbers_of(made) == on_the_pages(client, f"/lapor/?{asked}")


def test_a_number_leads_to_its_item_as_on_the_page(client):
    item = make.item("lapor")
    answer = client.get(f"/lapor/unduh.csv?q={item.number.lower()}")
    assert answer.location == f"/nomor/{item.number}"


@pytest.mark.parametrize("address", ["/lapor/unduh.pdf", "/entah/unduh.csv", "/cari/unduh.exe"])
def test_what_there_is_not_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_asks_the_database_the_same_however_long_the_list(client, ending):
    author, address = make.user(), f"/cari/unduh.{ending}?q=perkara"
    counts = []
    for more in (1, 30):
        for n in range(more):
            make.item(tuple(KINDS)[n % 3], author, title=f"Perkara {n}")
        client.get(address)  # names of areas and categories are read once a minute
        with Statements() as sent:
            client.get(address)
        counts.append(len(sent))
    assert counts == [1, 1]


def test_a_file_that_is_cut_keeps_the_newest_and_says_so_in_its_name(client, monkeypatch):
    monkeypatch.setattr(item_table, "MOST", {"csv": 2, "xlsx": 3})
    made = [make.item("lapor").number for _n in range(3)]
    cut, whole = client.get("/lapor/unduh.csv"), client.get("/lapor/unduh.xlsx")
    assert numbers_of(rows_of(cut)) == made[:0:-1]
    assert "-terbaru-2.csv" in cut.headers["Content-Disposition"]
    assert sheet_of(whole).max_row == 4
    assert "terbaru" not in whole.headers["Content-Disposition"]


def test_a_page_of_more_than_a_file_may_hold_says_how_many_it_holds(client, monkeypatch):
    make.item("lapor")
    said = "20.000 terbaru sebagai CSV dan 5.000 sebagai XLSX"
    assert said not in client.get("/lapor/").text
    monkeypatch.setattr("app.queries.items.public_count", lambda *_asked: 1001)
    assert said in client.get("/lapor/").text
