"""Ceilings as planners type or paste them: one table of areas and departments.

Amounts are whole rupiah: "6.000.000.000", "Rp 6 miliar", "120 juta".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from models import CEILING_KINDS, Whose

from . import Form, amounts, clean, clean_line

MOST = 10**15
KINDS = {
    "indikatif": _l("Indicative"),
    "penyesuaian": _l("Adjusted"),
    "final": _l("Final"),
}


def read(text: str, most: int = MOST) -> int:
    """Whole rupiah, zero included.  Raises ValueError, for people."""
    return amounts.rupiah(text, most, least=0)


def short(amount: int) -> str:
    """An amount as people say it, still exact: "Rp 120 juta", "Rp 1,25 miliar", "Rp 1.234"."""
    for size, word in ((10**9, "miliar"), (10**6, "juta")):
        if amount >= size and amount * 100 % size == 0:
            return f"Rp {amounts.written(Decimal(amount) / size)} {word}"
    return f"Rp {amounts.written(amount)}"


class DecreeForm(Form):
    """What a version says of itself; decree and reason may wait until it is published."""

    kind = SelectField(_l("Kind of version"), choices=list(KINDS.items()))
    decree = StringField(
        _l("Decree"),
        filters=[clean_line],
        validators=[Length(max=200)],
        description=_l("Number and title, for example “Keputusan Wali Kota 050/Kep.12/2026”."),
    )
    decree_on = DateField(_l("Date of the decree"), validators=[Optional()])
    reason = TextAreaField(
        _l("Why, in words everybody understands"),
        filters=[clean],
        validators=[Length(max=1000)],
    )


@dataclass
class Table:
    """A table of amounts as it was sent; ``typed`` keeps every word, ``wrong`` says what is not."""

    typed: dict[Whose, str] = field(default_factory=dict)
    amounts: dict[Whose, int] = field(default_factory=dict)
    wrong: dict[Whose, str] = field(default_factory=dict)

    def put(self, one: Whose, text: str) -> None:
        """Read one cell; an empty one says nothing."""
        text = " ".join(text.split())[:60]
        if not text:
            return
        self.typed[one] = text
        try:
            self.amounts[one] = read(text)
        except ValueError as problem:
            self.wrong[one] = str(problem)


def name_of(one: Whose) -> str:
    """The name of a cell in the form."""
    return f"w-{one.area_code}" if one.area_code else f"d-{one.department_code}"


def read_cells(sent: Mapping[str, str], known: Iterable[Whose]) -> Table:
    """The cells of the table; what is not in it is not read."""
    table = Table()
    for one in known:
        table.put(one, sent.get(name_of(one), ""))
    return table


def paste(text: str, known: Mapping[str, list[Whose]], table: Table) -> list[str]:
    """Put pasted lines ("code or name <tab> amount") into the table; says which it cannot read.

    ``known`` leads from codes and folded names to whom they may mean.
    """
    problems = []
    for line, cells in enumerate(_rows(text), 1):
        if not cells:
            continue
        amount = next((c for c in reversed(cells[1:]) if any(map(str.isdigit, c))), "")
        named = [(cell, known.get(_folded(cell), [])) for cell in cells if cell != amount]
        found = next((whose for _cell, whose in named if len(whose) == 1), None)
        if found is None:
            problems.append(_unread(line, cells, named))
            continue
        try:
            read(amount)
        except ValueError as problem:
            problems.append(_("Line %(n)s (%(what)s): %(why)s", n=line, what=cells[0], why=problem))
            continue
        table.typed.pop(found[0], None)
        table.wrong.pop(found[0], None)
        table.put(found[0], amount)
    return problems


def _unread(line: int, cells: list[str], named: list[tuple[str, list[Whose]]]) -> str:
    double = next((cell for cell, whose in named if len(whose) > 1), None)
    if double is not None:
        told = _(
            "Line %(n)s: “%(what)s” is both a kecamatan and a kelurahan. Please write which, or"
            " its code.",
            n=line,
            what=double,
        )
        return str(told)
    told = _("Line %(n)s: we know no area or department “%(what)s”.", n=line, what=cells[0])
    return str(told)


def _rows(text: str) -> list[list[str]]:
    """Lines as a spreadsheet copies them, or with semicolons; a heading is left out."""
    rows = []
    for line in text.splitlines()[:2000]:
        cells = [cell.strip().strip('"')[:120] for cell in re.split(r"\t|;", line)]
        cells = [cell for cell in cells if cell]
        heading = bool(cells) and not any(any(map(str.isdigit, cell)) for cell in cells)
        rows.append([] if heading else cells)
    return rows


def _folded(text: str) -> str:
    bare = re.sub(r"^kec(\.|\b)", "kecamatan", " ".join(text.split()).casefold())
    bare = re.sub(r"^kel(\.|\b)", "kelurahan", bare)
    return re.sub(r"\s+", " ", bare)


def names(areas: Mapping[str, str], levels: Mapping[str, str],
          departments: Iterable[tuple[str, str, str]]) -> dict[str, list[Whose]]:  # fmt: skip
    """Codes and folded names → whom they may mean.

    ``departments`` are (code, abbreviation, name).
    """
    found: dict[str, list[Whose]] = {}
    for code, name in areas.items():
        one = Whose(code)
        found[code] = [one]
        found.setdefault(_folded(name), []).append(one)
        found.setdefault(f"{levels[code]} {_folded(name)}", []).append(one)
    for code, short_name, name in departments:
        for word in {code, _folded(short_name), _folded(name)}:
            found.setdefault(word, []).append(Whose("", code))
    return found


def decree(form: DecreeForm) -> tuple[str, str, date | None, str]:
    """Kind, decree, its date and the reason of a form."""
    when: Any = form.decree_on.data
    kind = form.kind.data if form.kind.data in CEILING_KINDS else CEILING_KINDS[0]
    return kind, form.decree.data or "", when, form.reason.data or ""
