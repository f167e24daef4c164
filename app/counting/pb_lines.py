"""The lines of a ``.pb`` file: sections, columns, cells, and the number of each line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import pb_errors as wrong
from .pb_errors import BadFile

MOST_PROJECTS = 10_000
SECTIONS = ("META", "PROJECTS", "VOTES")
QUOTED = re.compile(r'"[^"]*"')

Row = tuple[int, list[str]]  # number of the line, its cells


@dataclass(frozen=True)
class Table:
    """One section: its columns (named in ``line``), the cells of each row, the rows' lines."""

    columns: tuple[str, ...]
    line: int = 0
    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def rows(self) -> Iterator[Row]:
        """The cells of each row with the number of its line."""
        return zip(self.lines, self.cells, strict=True)

    def column(self, name: str) -> int | None:
        """The place of a column, None if there is none."""
        return self.columns.index(name) if name in self.columns else None

    def take(self, line: int, cells: list[str]) -> None:
        """One row more."""
        self.cells.append(cells)
        self.lines.append(line)


def one_line_end(text: str) -> str:
    """The text with \\n alone; line ends inside quotation marks may differ from the others."""
    if "\0" in text:
        raise BadFile(wrong.NUL, line=text.count("\n", 0, text.index("\0")) + 1)
    if "\r" not in text:
        return text
    outside = QUOTED.sub(lambda quoted: " " * len(quoted[0]), text) if '"' in text else text
    ends = list(re.finditer(r"\r\n|\r|\n", outside))
    other = next((n for n, end in enumerate(ends) if end[0] != ends[0][0]), None)
    if other is not None:
        raise BadFile(wrong.MIXED_ENDS, line=other + 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tables(text: str) -> dict[str, Table]:
    """The three sections; each line has as many cells as its section has columns."""
    found: dict[str, Table] = {}
    lines = text.split("\n")
    plain = '"' not in text
    section, table = "", None
    for line, cells in _plain(lines) if plain else _quoted(lines):
        if cells[0].strip().upper() in SECTIONS and not any(cell.strip() for cell in cells[1:]):
            section, table = _begun(found, section, table, cells[0].strip().upper(), line), None
        elif not section:
            raise BadFile(wrong.BEFORE, line=line)
        elif table is None:
            table = found[section] = Table(tuple(cell.strip().lower() for cell in cells), line)
            if plain and section == "VOTES" and _all_at_once(table, lines[line:]):
                break
        elif section == "PROJECTS" and len(table.cells) >= MOST_PROJECTS:
            raise BadFile(wrong.MANY_PROJECTS, line=line, most=MOST_PROJECTS)
        else:
            table.take(line, _fitted(section, cells, len(table.columns), line))
    _complete(found)
    return found


def _plain(lines: Sequence[str]) -> Iterator[Row]:
    """All lines that hold something, in cells."""
    for line, content in enumerate(lines, 1):
        if content and not content.isspace():
            yield line, content.split(";")


def _quoted(lines: Sequence[str]) -> Iterator[Row]:
    """The same where cells may stand in quotation marks, and go over several lines."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=";", strict=True)
    before = 0
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        raise BadFile(wrong.QUOTES, line=before + 1) from None


def _all_at_once(table: Table, lines: list[str]) -> bool:
    """Take the rest of the file as the rows of a table, if it is nothing else."""
    while lines and not lines[-1].strip():
        lines.pop()
    cells = [content.split(";") for content in lines]
    if set(map(len, cells)) != {len(table.columns)}:
        return False
    if any(row[0].strip().upper() in SECTIONS or not any(row) for row in cells):
        return False
    table.cells.extend(cells)
    table.lines.extend(range(table.line + 1, table.line + 1 + len(cells)))
    return True


def _begun(found: dict[str, Table], section: str, table: Table | None, name: str, line: int) -> str:
    if section and table is None:
        raise BadFile(wrong.NO_HEADER, line=line, section=section)
    if len(found) >= len(SECTIONS) or name != SECTIONS[len(found)]:
        if name in found:
            raise BadFile(wrong.TWICE_SECTION, line=line, section=name)
        raise BadFile(wrong.NO_SECTION, section=SECTIONS[len(found)])
    return name


def _fitted(section: str, cells: list[str], width: int, line: int) -> list[str]:
    """META may have semicolons or nothing behind its values; else cells must match columns."""
    if section == "META" and len(cells) > 2 and not any(cell.strip() for cell in cells[2:]):
        return cells[:2]
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != width:
        raise BadFile(wrong.COLUMNS, line=line, found=len(cells), wanted=width)
    return cells


def _complete(found: dict[str, Table]) -> None:
    for name in SECTIONS:
        if name not in found:
            raise BadFile(wrong.NO_SECTION, section=name)
    needed = {"PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}
    for name, names in needed.items():
        for column in names:
            if column not in found[name].columns:
                line = found[name].line
                raise BadFile(wrong.NO_COLUMN, line=line, section=name, column=column)
    if not found["PROJECTS"].cells:
        raise BadFile(wrong.NO_PROJECTS)
    if not found["VOTES"].cells:
        raise BadFile(wrong.NO_VOTES)
