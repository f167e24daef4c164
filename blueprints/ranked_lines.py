"""The lines of a ranked list, in words; made here, since a list has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import NamedTuple

from flask import url_for

from app.queries.labels import area_label
from app.queries.ranking import RankedList, Row

from .musrenbang_scoring import decimals
from .page import rupiah_writer

WAS = {True: "1", False: "0", None: ""}
NEAR = ("rw", "kelurahan")  # levels whose lists are of one kelurahan


class Line(NamedTuple):
    """A proposal on a list, in order or not.

    ``was``: its side under the ceiling in force ("1" above the line, "0" below, "" neither);
    ``above``: its side as drawn; ``bare``: its cost in digits, "" when it is not known.
    """

    id: str
    url: str
    title: str
    where: str  # its number, and its place as far as the list does not say it
    state: str
    cost: str
    support: str
    points: str
    rank: str
    running: str
    bare: str
    was: str
    above: bool | None


@dataclass(frozen=True)
class Writer:
    """Writes the lines of one list; ``scores`` are points by proposal."""

    found: RankedList
    scores: Mapping[int, Decimal]

    def ranked(self, shown: RankedList, first: int, last: int) -> list[Line]:
        """The rows in order from place ``first`` to ``last``, as ``shown`` under some ceiling."""
        pairs = zip(shown.rows[first:last], self.found.rows[first:last], strict=True)
        return self._lines((row, WAS[then.above]) for row, then in pairs)

    def unranked(self, rows: Iterable[Row]) -> list[Line]:
        """Rows that nobody has given a rank."""
        return self._lines((row, "") for row in rows)

    def _lines(self, rows: Iterable[tuple[Row, str]]) -> list[Line]:
        rupiah, scores = rupiah_writer(), self.scores
        shelf = url_for("items.index", kind="musrenbang")
        return [
            Line(
                str(row.id),
                shelf + row.number,
                row.title,
                self._where(row),
                row.state,
                rupiah(row.cost),
                str(row.support_count),
                decimals(scores[row.id]) if row.id in scores else "",
                str(row.rank),
                rupiah(row.running),
                "" if row.cost is None else str(row.cost),
                was,
                row.above,
            )
            for row, was in rows
        ]

    def _where(self, row: Row) -> str:
        level, said = self.found.key.level, row.number
        if row.rw and level != "rw":
            said += f" · RW {row.rw:02d}"
        return said if level in NEAR else f"{said} · {self.areas(row.area_code)}"

    @cached_property
    def areas(self) -> Callable[[str | None], str]:
        """What the areas are called; few on hundreds of lines."""
        return cache(area_label)
