"""Rows of an XLSX file as text, read without unpacking more than a city's table can need."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _

from .problems import TableProblem

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 250  # a real sheet packs to a thirtieth; a bomb to a thousandth
MOST_PARTS = 2_000
MOST_ROWS = 300_000


def refuse_others(data: bytes) -> None:
    """Say what to do with files that only look like tables.  Raises TableProblem."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if data.startswith(OLE):
        raise TableProblem(
            _("This is an old or locked Excel file. Please save it as .xlsx or CSV.")
        )
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise TableProblem(
            _("This is a web page that carries the name of a table. Open it in Excel and save it "
              "as .xlsx or CSV.")
        )  # fmt: skip
    if head.startswith((b"%pdf", b"\x89png", b"\xff\xd8")):
        raise TableProblem(_("This is no table. We read CSV and XLSX."))


def rows(data: bytes, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet (the first with something in it), each with its number.

    Raises TableProblem.
    """
    import openpyxl  # heavy: loaded by whoever brings a workbook

    _check(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # whatever a broken file makes of the library
        raise TableProblem(_("This Excel file is damaged.")) from error
    with_rows = [found for found in book.worksheets if not sheet or found.title == sheet]
    if not with_rows:
        raise TableProblem(_("There is no sheet “%(name)s”.", name=sheet))
    for found in with_rows:
        found.reset_dimensions()
        some = False
        for number, cells in enumerate(_safely(found), 1):
            if number > MOST_ROWS:
                raise TableProblem(_("The sheet has more than %(n)s rows.", n=MOST_ROWS))
            texts = [text(cell) for cell in cells]
            some = some or any(texts)
            yield number, texts
        if some:
            return


def _safely(sheet: Any) -> Iterator[tuple[Any, ...]]:
    try:
        yield from sheet.iter_rows(values_only=True)
    except Exception as error:  # a part that is cut off shows only when it is reached
        raise TableProblem(_("This Excel file is damaged.")) from error


def _check(data: bytes) -> None:
    """Is this a workbook of a size that can be real?"""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise TableProblem(_("This Excel file is damaged.")) from None
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise TableProblem(_("This is no table. We read CSV and XLSX."))
    unpacked = sum(part.file_size for part in parts)
    bomb = any(part.file_size > MOST_RATIO * max(part.compress_size, 4096) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or bomb:
        raise TableProblem(_("This Excel file would unpack to more than a table can hold."))


def text(value: Any) -> str:
    """A cell as text: whole numbers without a point, days and moments as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
