"""Workbooks as we hand them out: a head row, numbers as numbers, no formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from app.cells import guarded

Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
HEAD = PatternFill("solid", fgColor="ECEAE4")
TOP = Alignment(vertical="top", wrap_text=True)
WIDEST, NARROWEST = 60, 8


def written(sheets: Iterable[Sheet]) -> bytes:
    """The file: each sheet is its title, the names of its columns, and its rows.

    Text that a spreadsheet would take for a formula is guarded.  Rows are written as they come,
    never held as cells: a table of thousands is made in seconds.
    """
    book = Workbook(write_only=True)
    for title, names, rows in sheets:
        _sheet(book, title, names, [[_cell(value) for value in row] for row in rows])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, title: str, names: Sequence[str], rows: list[list[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for n, column in enumerate(zip_longest(names, *rows), 1):
        longest = max((len(str(value)) for value in column if value is not None), default=0)
        width = min(max(longest + 2, NARROWEST), WIDEST)
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.append([_head(sheet, name) for name in names])
    looks: dict[str, Any] = {}
    for row in rows:
        sheet.append([_styled(sheet, value, looks) for value in row])


def _head(sheet: Any, name: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, name)
    cell.font, cell.fill = Font(bold=True), HEAD
    return cell


def _styled(sheet: Any, value: Any, looks: dict[str, Any]) -> WriteOnlyCell | None:
    """The cell; what it looks like is made once for each form of number and kept in ``looks``."""
    if value is None or value == "":
        return None
    cell, form = WriteOnlyCell(sheet, value), _form(value)
    if form not in looks:
        cell.alignment, cell.number_format = TOP, form
        looks[form] = cell._style
    cell._style = looks[form]
    return cell


def _form(value: Any) -> str:
    """How a spreadsheet writes the value."""
    if isinstance(value, Decimal):
        return "#,##0" if value == value.to_integral_value() else "#,##0.######"
    if isinstance(value, date):
        return "yyyy-mm-dd"
    return "#,##0" if isinstance(value, int) and value >= 10_000 else "General"


def _cell(value: Any) -> Any:
    """Numbers and days stay what they are; text stays text, whatever it begins with."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", guarded(value))
