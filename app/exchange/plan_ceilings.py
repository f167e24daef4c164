"""Ceilings from a table into a draft: amounts by code or name, and what does not add up."""

from __future__ import annotations

import re
from dataclasses import replace

from flask_babel import gettext as _

from app.access import Actor
from app.forms import ceilings as form
from app.queries import ceilings, labels
from app.services import ceilings as service
from models import Whose, db

from .plan_tables import Cells, Shape, Wrong, number
from .reports import Outcome, Verdict
from .tables import Row, Table, plain

SHAPE = Shape(
    {
        "code": ("kode wilayah", "kode", "kode opd", "kode skpd", "code"),
        "name": ("nama", "wilayah", "nama wilayah", "opd", "skpd", "perangkat daerah",
                 "kecamatan kelurahan", "kecamatan/kelurahan"),
        "amount": ("pagu", "jumlah", "nilai", "anggaran", "pagu indikatif", "amount"),
    },
    needed=(("code", "name"), ("amount",)),
)  # fmt: skip


class Ceilings:
    """Takes amounts; the draft is kept at the end."""

    def __init__(self, table: Table, actor: Actor, year: int, kind: str | None) -> None:
        self.columns, self.actor, self.year = SHAPE.columns(table), actor, year
        self.kind = kind
        self.names, self.session = _names(), db.session
        found = service.draft(year)
        self.before = ceilings.in_force(self.session, year)
        self.draft = service.amounts_of(found) if found else {}
        told = (
            (found.kind, found.decree, found.decree_on, found.reason) if found else ("indikatif",)
        )
        self.decree = service.Decree(*told)
        self.verdicts: dict[Whose, Verdict] = {}

    def take(self, rows: list[Row]) -> list[Verdict]:
        """Read the amounts; what cannot be read is said at once, the rest at the end."""
        refused = []
        for row in rows:
            cell = Cells(row, self.columns)
            named = cell("code") or cell("name")
            try:
                self._one(cell, named)
            except Wrong as wrong:
                refused.append(Verdict(row.number, named[:60], Outcome.REFUSED, why=str(wrong)))
        return refused

    def _one(self, cell: Cells, named: str) -> None:
        if cell.row.problem:
            raise Wrong(cell.row.problem)
        amount = cell.money("amount")
        if amount is None:
            raise Wrong(_("There is no amount."))
        whose = self._whose(cell)
        if (first := self.verdicts.get(whose)) is not None:
            raise Wrong(_("The same stands in row %(row)s already.", row=first.number))
        known = (self.before | self.draft).get(whose)
        outcome = Outcome.KNOWN if known == amount else Outcome.ACCEPTED
        why = "" if known in (None, amount) else f"{number(known or 0)} → {number(amount)}"
        label = labels.area_label(whose.area_code) if whose.area_code else whose.department_code
        self.verdicts[whose] = Verdict(cell.row.number, named, outcome, label, why)
        self.draft[whose] = amount

    def _whose(self, cell: Cells) -> Whose:
        for said in (cell("code"), cell("name")):
            found = self.names.get(_folded(said), []) if said else []
            if len(found) == 1:
                return found[0]
            if len(found) > 1:
                raise Wrong(_("“%(what)s” means several. Please write its code.", what=said[:60]))
        named = (cell("code") or cell("name"))[:60]
        raise Wrong(_("We know no area or department “%(what)s”.", what=named))

    def end(self) -> list[Verdict]:
        """Keep the draft, and say of each row whether its parts fit into the whole."""
        if not self.verdicts:
            return []
        decree = replace(self.decree, kind=self.kind or self.decree.kind)
        service.save(self.actor, self.year, self.draft, decree)
        levels, parents = ceilings.tree(self.session)
        for one in ceilings.over(self.before | self.draft, levels, parents):
            parts = _("departments") if one.of_departments else _("its parts")
            why = _("%(parts)s come to %(sum)s, %(over)s more than this", parts=parts,
                    sum=number(one.parts), over=number(one.over))  # fmt: skip
            self._mark(Whose(one.area_code), why, parents, levels, one.of_departments)
        return list(self.verdicts.values())

    def _mark(
        self,
        whole: Whose,
        why: str,
        parents: dict[str, str | None],
        levels: dict[str, str],
        of_departments: bool,
    ) -> None:
        """Say it on the row of the whole; where the table has none, on the rows of the parts."""
        area = whole.area_code
        of = [w for w in self.verdicts if of_departments and w.department_code]
        of = of or [w for w in self.verdicts if w.area_code and parents.get(w.area_code) == area]
        for one in [whole] if whole in self.verdicts else of:
            told = self.verdicts[one]
            said = why if one == whole else f"{labels.area_label(area)}: {why}"
            joined = "; ".join(filter(None, (told.why, said)))
            self.verdicts[one] = replace(told, outcome=Outcome.CONFLICT, why=joined)


def _names() -> dict[str, list[Whose]]:
    known = labels.labels()
    offices = [
        (code, short, known.department_names.get(code, short))
        for code, short in known.departments.items()
    ]
    found = form.names(known.areas, known.levels, offices)
    return {plain(name): whose for name, whose in found.items()}


def _folded(said: str) -> str:
    """A name as the list has it: "Kec. Coblong" is "kecamatan coblong"."""
    bare = re.sub(r"^kec(\.|\b)", "kecamatan ", plain(said))
    return " ".join(re.sub(r"^kel(\.|\b)", "kelurahan ", bare).split())
