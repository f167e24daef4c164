"""Read a table somebody made elsewhere, however it was saved: CSV of any sort, or XLSX.

Nothing here refuses a whole file because of one row.  A row comes with its number as the person
sees it in a spreadsheet, its cells as clean text, and what had to be put right or is beyond repair.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path

from flask_babel import gettext as _

from app.cells import unguarded
from app.forms import clean

from . import encodings, workbooks
from .problems import TableProblem

DELIMITERS = (",", ";", "\t", "|")
MOST_BYTES = 300 * 1024 * 1024
MOST_COLUMNS = 200
MOST_LINES = 60  # lines of one cell; a quote that is open for longer was never closed
LOOK = 20  # rows looked at for the one with the names of the columns

csv.field_size_limit(1024 * 1024)


@dataclass(slots=True)
class Row:
    """One row.  ``number`` is its line in the file; ``notes`` say what was put right, ``problem``
    why it cannot be read at all.
    """

    number: int
    cells: dict[str, str]
    notes: list[str] = field(default_factory=list)
    problem: str = ""


@dataclass
class Table:
    """The names of the columns, and the rows, to be gone through once."""

    columns: list[str]
    rows: Iterator[Row]


@dataclass(slots=True)
class Raw:
    """Cells as they stand in the file."""

    number: int
    cells: list[str]
    notes: list[str]


def read(path: Path, wanted: Collection[str] = (), sheet: str = "") -> Table:
    """The table in a file; ``wanted`` names columns by which the row of names is found.

    Raises TableProblem when there is none to be read.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise TableProblem(_("The file is larger than %(n)s MB.", n=MOST_BYTES // 2**20))
        return parse(path.read_bytes(), wanted, sheet)
    except OSError as error:
        raise TableProblem(_("The file cannot be opened: %(why)s.", why=error.strerror)) from None


def parse(data: bytes, wanted: Collection[str] = (), sheet: str = "") -> Table:
    """As ``read``, from bytes."""
    workbooks.refuse_others(data)
    rows: Iterator[Raw]
    if data.startswith(workbooks.ZIP):
        rows = (Raw(number, cells, []) for number, cells in workbooks.rows(data, sheet))
    else:
        rows = _csv(encodings.lines(data))
    filled = (raw for raw in rows if any(cell.strip() for cell in raw.cells))
    return _with_names(filled, {plain(name) for name in wanted})


@lru_cache(maxsize=10_000)
def plain(name: str) -> str:
    """The name of a column as it is compared: no case, no extra spaces, no signs around."""
    return " ".join((clean(name) or "").casefold().split()).strip(" .:*_")


def _with_names(rows: Iterator[Raw], wanted: Collection[str]) -> Table:
    """Find the row with the names: the first that has two of them, else simply the first."""
    seen: list[Raw] = []
    for raw in rows:
        seen.append(raw)
        if not wanted or len(seen) >= LOOK:
            break
        if len({plain(cell) for cell in raw.cells} & set(wanted)) >= min(2, len(wanted)):
            return _table(raw, [], rows)
    if not seen:
        raise TableProblem(_("The file is empty."))
    return _table(seen[0], seen[1:], rows)


def _table(names: Raw, before: list[Raw], rows: Iterator[Raw]) -> Table:
    columns = _columns(names.cells)
    if len(columns) > MOST_COLUMNS:
        raise TableProblem(_("The table has more than %(n)s columns.", n=MOST_COLUMNS))

    def all_rows() -> Iterator[Row]:
        for raw in chain(before, rows):
            yield _row(raw, columns)

    return Table(columns, all_rows())


def _columns(cells: Iterable[str]) -> list[str]:
    """Names that differ from each other; a column without one is called by its place."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join((clean(cell) or "").split()) or f"kolom {place}"
        while name in names:
            name += " (2)"
        names.append(name)
    while names and names[-1] == f"kolom {len(names)}":
        names.pop()
    return names


def _row(raw: Raw, columns: list[str]) -> Row:
    cells = [unguarded(_clean(cell)) for cell in raw.cells]
    row = Row(raw.number, dict(zip(columns, cells, strict=False)), list(raw.notes))
    for name in columns[len(cells) :]:
        row.cells[name] = ""
    if any("\0" in cell for cell in raw.cells):
        row.notes.append(_("Signs that cannot be read were left out."))
    if any(cells[len(columns) :]):
        given = len(cells)
        row.problem = _(
            "This row has %(given)s cells, the table %(wanted)s: a separator or a quotation mark "
            "stands in the wrong place.",
            given=given,
            wanted=len(columns),
        )
    return row


def _clean(cell: str) -> str:
    """As ``clean``; most cells are plain letters, which is seen faster than looked through."""
    return cell.strip() if cell.isascii() and cell.isprintable() else clean(cell) or ""


def _csv(lines: list[tuple[str, bool]]) -> Iterator[Raw]:
    """Records of a CSV file; a quote that is never closed costs its own line only."""
    place, said = 0, ""
    if lines and lines[0][0].lower().startswith("sep=") and len(lines[0][0].strip()) == 5:
        place, said = 1, lines[0][0].strip()[4]
    first = [line for line, _mended in lines[place : place + LOOK] if line.strip()]
    delimiter = said or max(DELIMITERS, key=lambda sign: _usual(first, sign))
    width = _usual(first, delimiter)[1]
    while place < len(lines):
        raw, place = _record(lines, place, delimiter, width)
        yield raw


def _usual(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many of the records have the same number of cells, and how many cells that is."""
    widths, place = [], 0
    while place < len(lines):
        cells, taken = _split(lines[place:], delimiter)
        widths.append(len(cells))
        place += max(taken, 1)
    usual = max(set(widths), key=lambda n: (widths.count(n), n)) if widths else 1
    return widths.count(usual) * (usual > 1), usual


def _split(lines: Iterable[str], delimiter: str) -> tuple[list[str], int]:
    """The first record of these lines, and how many of them it takes."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], MOST_LINES


def _unquoted(text: str, delimiter: str) -> list[str]:
    """The cells of a line whose quotation marks are not to be trusted."""
    cells = (cell.strip() for cell in text.split(delimiter))
    return [cell.strip('"').replace('""', '"') for cell in cells]


def _record(
    lines: list[tuple[str, bool]], place: int, delimiter: str, width: int
) -> tuple[Raw, int]:
    """The record that begins at a line, and the place of the next one."""
    ahead = lines[place : place + MOST_LINES]
    cells, taken = _split((line for line, _mended in ahead), delimiter)
    broken = taken >= MOST_LINES or not _fits(ahead[:taken], cells, delimiter, width)
    if broken:
        cells, taken = _unquoted(ahead[0][0], delimiter), 1
    notes = []
    if any(mended for _line, mended in ahead[:taken]):
        notes.append(_("Some letters were saved in another encoding."))
    if broken:
        notes.append(_("A quotation mark was not closed."))
    return Raw(place + 1, cells, notes), place + taken


def _fits(lines: list[tuple[str, bool]], cells: list[str], delimiter: str, width: int) -> bool:
    """Do these lines make one record?  Not when each is one by itself, or the quotes hide some."""
    alone = len(_unquoted(lines[0][0], delimiter)) == width if lines else False
    if len(lines) < 2:
        return len(cells) == width or not alone
    later = (len(_split([line], delimiter)[0]) for line, _mended in lines[1:])
    return len(cells) == width and not (alone and width in later)
