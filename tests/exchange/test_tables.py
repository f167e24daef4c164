"""Tables as offices really save them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.cells import guarded, unguarded
from app.exchange import tables
from app.exchange.problems import TableProblem
from app.exchange.tables import parse

pytestmark = pytest.mark.usefixtures("app_context")
GOOD = "nomor,judul,kelurahan\n1,Lampu padam,Dago\n2,Jalan rusak,Coblong\n"


@pytest.fixture(scope="module")
def app_context(app: Flask) -> object:
    with app.app_context():
        yield


def _book(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_reads_the_same_however_it_was_saved(
    delimiter: str, encoding: str, end: str
) -> None:
    text = GOOD.replace(",", delimiter).replace("\n", end).replace("Dago", "Dagó")
    table = parse(text.encode(encoding))
    assert table.columns == ["nomor", "judul", "kelurahan"]
    assert [row.cells["kelurahan"] for row in table.rows] == ["Dagó", "Coblong"]


def test_a_file_of_an_old_office_program_keeps_its_letters() -> None:
    rows = list(parse(GOOD.replace("Dago", "Dagó – “atas”").encode("cp1252")).rows)
    assert rows[0].cells["kelurahan"] == "Dagó – “atas”"
    assert not rows[0].notes


def test_in_a_file_of_two_encodings_each_line_is_read_in_its_own() -> None:
    data = GOOD.encode() + "3,Café,Dago\n".encode() + "4,Café,Dago\n".encode("cp1252")
    rows = list(parse(data).rows)
    assert [row.cells["judul"] for row in rows[2:]] == ["Café", "Café"]
    assert [bool(row.notes) for row in rows] == [False, False, False, True]


def test_a_quote_that_is_never_closed_costs_only_its_own_row() -> None:
    broken = 'nomor,judul,kelurahan\n1,"Lampu padam,Dago\n2,"Jalan rusak",Coblong\n3,Pohon,Dago\n'
    rows = list(parse(broken.encode()).rows)
    assert [row.cells["nomor"] for row in rows] == ["1", "2", "3"]
    assert rows[0].cells["judul"] == "Lampu padam" and rows[0].notes
    assert not rows[1].notes and not rows[2].notes


def test_an_open_quote_at_the_end_of_the_file_does_not_lose_the_row() -> None:
    rows = list(parse((GOOD + '3,"Pohon tumbang,Dago').encode()).rows)
    assert rows[2].cells == {"nomor": "3", "judul": "Pohon tumbang", "kelurahan": "Dago"}


def test_a_cell_may_have_several_lines_and_doubled_quotes() -> None:
    text = 'nomor,judul,kelurahan\n1,"Lampu, ""padam""\nsejak Senin",Dago\n2,Jalan,Coblong\n'
    rows = list(parse(text.encode()).rows)
    assert rows[0].cells["judul"] == 'Lampu, "padam"\nsejak Senin'
    assert rows[1].number == 4  # as the person sees it in an editor


def test_a_row_with_too_many_cells_is_named_and_the_others_stay() -> None:
    rows = list(parse((GOOD + "3,Lampu, padam, lama,Dago\n4,Pohon,Dago\n").encode()).rows)
    assert [bool(row.problem) for row in rows] == [False, False, True, False]


def test_empty_rows_and_zero_bytes_do_no_harm() -> None:
    text = GOOD.replace("Lampu", "Lam\0pu") + "\n,,\n ; \n3,Pohon,Dago\n"
    rows = list(parse(text.encode()).rows)
    assert rows[0].cells["judul"] == "Lampu padam" and rows[0].notes
    assert rows[-1].cells["judul"] == "Pohon"
    assert [row.number for row in rows] == [2, 3, 6, 7]  # the line “ ; ” is a row with one cell


def test_titles_above_the_names_of_the_columns_are_passed_over() -> None:
    text = "REKAP ADUAN 2024,,\nDinas X,,\n" + GOOD
    table = parse(text.encode(), wanted=["Nomor", "Judul"])
    assert table.columns == ["nomor", "judul", "kelurahan"]
    assert len(list(table.rows)) == 2


def test_columns_of_one_name_are_told_apart() -> None:
    assert parse(b"a,a,,b,\n1,2,3,4,\n").columns == ["a", "a (2)", "kolom 3", "b"]


def test_the_sign_excel_writes_for_its_separator_is_understood() -> None:
    rows = list(parse(("sep=;\n" + GOOD.replace(",", ";")).encode()).rows)
    assert rows[0].cells["judul"] == "Lampu padam"


def test_a_workbook_gives_the_same_rows_with_days_as_days() -> None:
    data = _book(
        ["nomor", "judul", "tanggal", "nilai"],
        [1.0, "Lampu padam", datetime(2025, 3, 1), 0.5],
        [None, None, None, None],
        [2, "=1+1", date(2025, 3, 2), True],
    )
    rows = list(parse(data).rows)
    assert rows[0].cells == {
        "nomor": "1",
        "judul": "Lampu padam",
        "tanggal": "2025-03-01",
        "nilai": "0.5",
    }
    assert rows[1].number == 4 and rows[1].cells["nilai"] == "ya"


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n  \n",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"<html><table><tr><td>1</td></tr></table>",
        b"%PDF-1.7",
        b"PK\x03\x04 broken",
        _bomb(),
    ],
    ids=["nothing", "blank", "old excel", "a web page", "pdf", "broken zip", "zip bomb"],
)
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(TableProblem) as refused:
        list(parse(data).rows)
    assert len(str(refused.value)) > 10


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableProblem):
        tables.read(tmp_path / "tidak-ada.csv")


@given(st.binary(max_size=600))
def test_no_bytes_whatever_bring_anything_but_rows_or_a_sentence(data: bytes) -> None:
    try:
        for row in parse(data).rows:
            assert all("\0" not in cell for cell in row.cells.values())
    except TableProblem:
        pass


CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn")), max_size=20)


@pytest.mark.parametrize("text", ["=1+1", "+62", "-SUM(A1)", "@cmd", " =A1", "\t=A1", "\rx"])
def test_nothing_we_write_is_taken_for_a_formula(text: str) -> None:
    assert guarded(text).startswith("'") or guarded(text) == "+62"


def test_numbers_stay_numbers() -> None:
    assert guarded(-6.9147) == "-6.9147" and guarded("-6,91") == "-6,91" and guarded(None) == ""


@given(CELL)
def test_a_guarded_cell_comes_back_as_it_was(text: str) -> None:
    if not text.startswith("'"):
        assert unguarded(guarded(text)) == text
