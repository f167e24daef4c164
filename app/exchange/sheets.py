"""Workbooks as we hand them out: a head row, numbers as numbers, no formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from app.cells import guarded

Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
HEAD = PatternFill("solid", fgColor="ECEAE4")
WIDEST, NARROWEST = 60, 8


def written(sheets: Iterable[Sheet]) -> bytes:
    """The file: each sheet is its title, the names of its columns, and its rows.

    Text that a spreadsheet would take for a formula is guarded.
    """
    book = Workbook()
    book.remove(book.active)
    for title, names, rows in sheets:
        _sheet(book, title, names, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, title: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(names))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
    for row in rows:
        sheet.append([_cell(value) for value in row])
    sheet.freeze_panes = "A2"
    for n, column in enumerate(sheet.iter_cols(values_only=True), 1):
        longest = max((len(str(value)) for value in column if value is not None), default=0)
        width = min(max(longest + 2, NARROWEST), WIDEST)
        sheet.column_dimensions[get_column_letter(n)].width = width
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(cell.value, int) and cell.value >= 10_000:
                cell.number_format = "#,##0"
            elif isinstance(cell.value, Decimal):
                whole = cell.value == cell.value.to_integral_value()
                cell.number_format = "#,##0" if whole else "#,##0.######"


def _cell(value: Any) -> Any:
    """Numbers and days stay what they are; text stays text, whatever it begins with."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return guarded(value)
