"""Ranked lists, ceilings and forums as tables for a spreadsheet: the same in CSV and in XLSX.

Money is whole rupiah as a number; text is guarded, so that no cell is taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import current_app

from app.cells import guarded
from app.queries.ceiling_table import Group
from app.queries.labels import area_label
from app.queries.ranking import RankedList, Row
from models import CatalogueEntry, CeilingVersion, Forum

RANKED = ("peringkat", "nomor", "judul", "keadaan", "tingkat", "kode_wilayah", "wilayah", "rw",
          "opd", "biaya", "jumlah_berjalan", "pagu", "garis", "dukungan", "nilai")  # fmt: skip
SIDES = {True: "di atas", False: "di bawah", None: ""}
Rows = Iterable[Sequence[Any]]


def ranked(found: RankedList, scores: Mapping[int, Decimal]) -> Iterator[Sequence[Any]]:
    """The rows of a list in their order, then those without a rank."""
    for row in found.rows:
        yield _ranked(row, found.ceiling, scores.get(row.id))
    for row in found.unranked:
        yield _ranked(row._replace(running=0), None, scores.get(row.id))


def _ranked(row: Row, ceiling: int | None, score: Decimal | None) -> Sequence[Any]:
    placed = row.rank is not None
    return (
        row.rank,
        row.number,
        row.title,
        row.state,
        row.level,
        row.area_code,
        area_label(row.area_code),
        row.rw,
        row.department_code,
        row.cost,
        row.running if placed else None,
        ceiling if placed else None,
        SIDES[row.above] if placed else "",
        row.support_count,
        score,
    )


CATALOGUE = ("kode", "nama", "satuan", "harga satuan", "bidang", "opd", "kategori", "catatan",
             "volume terbesar", "foto", "kata kunci", "contoh")  # fmt: skip


def catalogue(rows: Iterable[tuple[CatalogueEntry, int]]) -> Iterator[Sequence[Any]]:
    """The lines of the catalogue with their prices of today, as the import takes them again."""
    for entry, price in rows:
        yield (entry.code, entry.name, entry.unit, price, entry.bidang, entry.department_code,
               entry.category_code, entry.note, entry.largest, entry.photos_wanted,
               entry.keywords, entry.example)  # fmt: skip


FORUMS = ("tahun", "tingkat", "tema", "kode_wilayah", "wilayah", "rw", "opd", "mulai", "tempat",
          "keadaan", "diundang", "hadir", "perempuan", "disepakati", "belum_disepakati",
          "sha256")  # fmt: skip


def forums(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Forums with how many came and what was agreed; no names."""
    zone = current_app.config["CITY"].zone
    for forum, *counts, sha256 in rows:
        begins = forum.starts_at.astimezone(zone)
        yield (forum.plan_year, forum.level, forum.theme, forum.area_code,
               area_label(forum.area_code), forum.rw, forum.department_code,
               f"{begins:%Y-%m-%d %H:%M}", forum.venue, _stands(forum), *counts,
               sha256.hex() if sha256 else "")  # fmt: skip


def _stands(forum: Forum) -> str:
    if forum.cancelled_at is not None:
        return "batal"
    return "ditutup" if forum.closed_at is not None else "terbuka"


def ceilings_head(versions: Sequence[CeilingVersion]) -> tuple[str, ...]:
    """The columns of the ceilings of a year: one for each version."""
    named = (f"versi_{one.number}_{one.kind}" for one in versions)
    return ("jenis", "kode", "nama", *named)


def ceilings(groups: Sequence[Group]) -> Iterator[Sequence[Any]]:
    """Every area and department that has a ceiling, with its amount in each version."""
    for group in groups:
        for line in group.lines:
            if line.now is None:
                continue
            code = line.whose.area_code or line.whose.department_code
            amounts = (cell.amount if cell else None for cell in line.cells)
            yield line.level or "opd", code, line.name, *amounts


def as_csv(names: Sequence[str], rows: Rows) -> bytes:
    """The table as CSV, UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(names)
    for row in rows:
        table.writerow([_cell(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, int) else guarded(value)


def as_xlsx(title: str, names: Sequence[str], rows: Rows) -> bytes:
    """The table as a workbook of one sheet."""
    from .sheets import written  # heavy: loaded by whoever wants a workbook

    return written([(title, names, rows)])
