"""Lines of the *kamus usulan* and their prices from a table; what it does not name stays."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.access import Actor
from app.forms import amounts
from app.kinds.musrenbang import MUSRENBANG
from app.kinds.musrenbang_form import BIDANG
from app.queries.labels import labels
from app.services import catalogue
from models import CatalogueEntry, Category, db

from .plan_tables import Cells, Shape, Wrong, number
from .reports import Outcome, Verdict
from .tables import Row, Table, plain

SHAPE = Shape(
    {
        "code": ("kode", "id kamus", "kode kamus", "code"),
        "name": ("nama", "giat teks", "nama usulan", "kamus usulan", "pekerjaan", "name"),
        "unit": ("satuan", "unit"),
        "price": ("harga satuan", "harga", "anggaran", "unit price"),
        "bidang": ("bidang", "bidang urusan"),
        "department": ("opd", "skpd", "nama skpd", "kode opd", "kode skpd", "department code"),
        "category": ("kategori", "kode kategori", "category code"),
        "note": ("catatan", "keterangan", "note"),
        "largest": ("volume terbesar", "batas volume", "largest"),
        "photos": ("foto", "jumlah foto", "photos wanted"),
        "keywords": ("kata kunci", "keywords"),
        "example": ("contoh", "example"),
    },
    needed=(("code",), ("name",), ("unit",), ("price",)),
)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Catalogue:
    """Takes lines of the catalogue, with prices from ``day`` on."""

    def __init__(self, table: Table, actor: Actor, day: date) -> None:
        self.columns, self.actor, self.day = SHAPE.columns(table), actor, day
        self.seen: dict[str, int] = {}
        known = labels()
        names = [*known.departments.items(), *known.department_names.items()]
        self.departments = {plain(name): code for code, name in names}
        self.departments |= {plain(code): code for code in known.departments}
        mine = select(Category).where(Category.kind == MUSRENBANG.slug)
        topics = db.session.scalars(mine).all()
        self.topics = {plain(word): t.code for t in topics for word in (t.code, t.name)}
        self.bidang = {plain(str(word)): code for code, name in BIDANG for word in (code, name)}

    def take(self, rows: list[Row]) -> list[Verdict]:
        """Add and change lines; what cannot be is said row by row."""
        verdicts = []
        for row in rows:
            cell = Cells(row, self.columns)
            try:
                with db.session.begin_nested():
                    verdicts.append(self._one(cell))
            except Wrong as wrong:
                code = cell("code")[:40]
                verdicts.append(Verdict(row.number, code, Outcome.REFUSED, why=str(wrong)))
        return verdicts

    def end(self) -> list[Verdict]:
        """Nothing is left to say."""
        return []

    def _one(self, cell: Cells) -> Verdict:
        if cell.row.problem:
            raise Wrong(cell.row.problem)
        code = cell("code")
        if not CODE.fullmatch(code):
            raise Wrong(_("The code has letters, digits, dots and dashes, 40 at most."))
        if (first := self.seen.setdefault(code.upper(), cell.row.number)) != cell.row.number:
            raise Wrong(_("The same code stands in row %(row)s already.", row=first))
        price, told = self._price(cell), self._told(cell)
        same = select(CatalogueEntry).where(func.upper(CatalogueEntry.code) == code.upper())
        known = db.session.scalars(same.order_by(CatalogueEntry.code == code, CatalogueEntry.code))
        entry = next(iter(known.all()[-1:]), None)
        if entry is None:
            return self._added(cell, code, told, price)
        return self._changed(cell, entry, told, price)

    def _added(self, cell: Cells, code: str, told: dict[str, Any], price: int) -> Verdict:
        usual = {"bidang": "fisik", "department_code": None, "category_code": None}
        columns = {"code": code, "unit": cell("unit")[:40], **usual, **told}
        if columns["category_code"] is None:
            columns["category_code"] = self._usual_topic(columns["bidang"])
        catalogue.add(self.actor, columns, price, self.day)
        why = _("new, %(price)s from %(day)s on", price=number(price), day=self.day.isoformat())
        return Verdict(cell.row.number, code, Outcome.ACCEPTED, code, why)

    def _usual_topic(self, bidang: str) -> str | None:
        """The topic most lines of that bidang have."""
        query = select(CatalogueEntry.category_code).where(CatalogueEntry.bidang == bidang)
        found = [code for code in db.session.scalars(query) if code]
        return max(set(found), key=lambda code: (found.count(code), code)) if found else None

    def _changed(
        self, cell: Cells, entry: CatalogueEntry, told: dict[str, Any], price: int
    ) -> Verdict:
        line, code = cell.row.number, entry.code
        if plain(cell("unit")) != plain(entry.unit):
            raise Wrong(_("Its unit is “%(unit)s” and never changes, as proposals were counted in"
                          " it. Give it a new code.", unit=entry.unit))  # fmt: skip
        if not entry.holds(self.day):
            why = _("This line has ended. Take it up again on its page first.")
            return Verdict(line, code, Outcome.CONFLICT, code, why)
        fresh = {name: value for name, value in told.items() if getattr(entry, name) != value}
        before = entry.price_on(self.day)
        said = [_("changed: %(what)s", what=", ".join(sorted(fresh)))] if fresh else []
        if fresh:
            catalogue.change(self.actor, entry, fresh)
        try:
            if catalogue.reprice(self.actor, entry, price, self.day, ""):
                old = number(before) if before is not None else "–"
                said.append(_("price %(old)s → %(new)s from %(day)s on", old=old,
                              new=number(price), day=self.day.isoformat()))  # fmt: skip
        except catalogue.Wrong as wrong:
            raise Wrong(str(wrong.args[1])) from None
        outcome = Outcome.ACCEPTED if said else Outcome.KNOWN
        return Verdict(line, code, outcome, code, "; ".join(said))

    def _price(self, cell: Cells) -> int:
        found = cell.money("price")
        if not found:
            raise Wrong(_("A line needs a price of more than zero."))
        if found > amounts.DEAREST:
            raise Wrong(_("At most Rp %(n)s.", n=amounts.written(amounts.DEAREST)))
        return found

    def _told(self, cell: Cells) -> dict[str, Any]:
        """What the row says beside code, unit and price; empty cells say nothing."""
        told: dict[str, Any] = {"name": cell("name")[:200]}
        if len(told["name"]) < 3 or not cell("unit"):
            raise Wrong(_("A line needs a name and a unit."))
        told |= self._chosen(cell)
        for field, longest in (("note", 1000), ("keywords", 500), ("example", 500)):
            if said := cell(field):
                told[field] = said[:longest]
        return told | _counted(cell)

    def _chosen(self, cell: Cells) -> dict[str, Any]:
        """What is chosen from lists the city keeps."""
        chosen: dict[str, Any] = {}
        lists = {"bidang": self.bidang, "department": self.departments, "category": self.topics}
        names = {"department": "department_code", "category": "category_code"}
        for field, known in lists.items():
            if not (said := cell(field)):
                continue
            if plain(said) not in known:
                raise Wrong(_("%(column)s “%(text)s” is not known here.",
                              column=self.columns[field], text=said[:60]))  # fmt: skip
            chosen[names.get(field, field)] = known[plain(said)]
        return chosen


def _counted(cell: Cells) -> dict[str, Any]:
    """How many photos it wants, and above which volume it is another kind of work."""
    told: dict[str, Any] = {}
    if said := cell("photos"):
        if said not in ("0", "1", "2", "3", "4", "5"):
            raise Wrong(_("From 0 to 5 photos."))
        told["photos_wanted"] = int(said)
    if said := cell("largest"):
        try:
            told["largest"] = amounts.volume(said)
        except ValueError as problem:
            raise Wrong(str(problem)) from None
    return told
