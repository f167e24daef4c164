"""Tables of planning systems: their columns by the names they go by, their numbers and days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Protocol

from flask import current_app
from flask_babel import gettext as _

from app.forms import amounts, ceilings
from app.forms.plan_fields import MOST_MONEY

from .dates import NoDay, moment
from .problems import TableProblem
from .reports import Verdict
from .tables import Row, Table, plain

ENGLISH = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d\d?)?|\d{1,3}(?:,\d{3})+\.\d\d?")
PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,10}))?\s*%?")


class Wrong(Exception):
    """The row cannot be taken; the message says why, for people."""


@dataclass(frozen=True)
class Shape:
    """What the columns are for, and the names they go by; of each group in ``needed`` one."""

    names: Mapping[str, tuple[str, ...]]
    needed: tuple[tuple[str, ...], ...]

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name a column may have."""
        known = [name for names in self.names.values() for name in names]
        return (*known, *(name.replace(" ", "_") for name in known if " " in name))

    def columns(self, table: Table) -> dict[str, str]:
        """The columns this table has, by what they are for.  Raises TableProblem."""
        there = {plain(name).replace("_", " "): name for name in table.columns}
        found = {
            field: next(there[name] for name in names if name in there)
            for field, names in self.names.items()
            if any(name in there for name in names)
        }
        for group in self.needed:
            if not any(field in found for field in group):
                wanted = " / ".join(self.names[field][0] for field in group)
                raise TableProblem(
                    _("The file has no column “%(wanted)s”. Its columns: %(columns)s.",
                      wanted=wanted, columns=", ".join(table.columns[:20]))
                )  # fmt: skip
        return found


@dataclass(frozen=True)
class Cells:
    """The cells of one row, by what they are for."""

    row: Row
    columns: Mapping[str, str]

    def __call__(self, field: str) -> str:
        """What stands there, or nothing."""
        return self.row.cells.get(self.columns.get(field, ""), "").strip()

    def money(self, field: str) -> int | None:
        """Whole rupiah, zero included.  Raises Wrong."""
        said = self(field)
        return money(said, self.columns[field]) if said not in ("", "-", "–") else None

    def day(self, field: str) -> date | None:
        """A day.  Raises Wrong."""
        if not (said := self(field)):
            return None
        zone = current_app.config["CITY"].zone
        try:
            return moment(said, zone).at.astimezone(zone).date()
        except NoDay:
            raise Wrong(_("“%(text)s” is no day.", text=said[:40])) from None


class Taker(Protocol):
    """Takes the rows of a table; it neither commits nor takes back."""

    def take(self, rows: list[Row]) -> list[Verdict]:
        """What became of these rows."""

    def end(self) -> list[Verdict]:
        """What can only be said when all were read."""


def money(said: str, column: str) -> int:
    """Whole rupiah as they are written here, or as a spreadsheet exports them.  Raises Wrong."""
    bare = re.sub(r"^rp\.?\s*", "", said.casefold().strip())
    if ENGLISH.fullmatch(bare):
        bare = bare.replace(",", "").removesuffix(".00").removesuffix(".0")
    try:
        return ceilings.read(bare, MOST_MONEY)
    except ValueError as problem:
        raise Wrong(f"{column} “{said[:40]}”: {problem}") from None


def percent(said: str, column: str) -> Decimal | None:
    """0 to 100; a share such as 0,45 is 45 percent.  Raises Wrong."""
    if said in ("", "-", "–"):
        return None
    found = PERCENT.fullmatch(said.strip())
    value = Decimal(f"{found[1]}.{found[2] or 0}") if found else Decimal(-1)
    if found and 0 < value < 1 and "%" not in said:
        value *= 100
    if not 0 <= value <= 100:
        raise Wrong(_("%(column)s “%(text)s” is no number from 0 to 100.", column=column,
                      text=said[:40]))  # fmt: skip
    return value


def number(amount: int) -> str:
    """Rupiah for a report."""
    return f"Rp {amounts.written(amount)}"


def portions(rows: Iterable[Row], size: int = 500) -> Iterator[list[Row]]:
    """The rows in portions."""
    rest = iter(rows)
    while portion := list(islice(rest, size)):
        yield portion
