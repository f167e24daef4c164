"""The ids SIPD-RI gave our proposals come back: each proposal one, each id once."""

from __future__ import annotations

import re
from collections import Counter

from flask_babel import gettext as _
from sqlalchemy import or_, select

from models import Proposal, db

from .plan_tables import Cells, Shape, Wrong
from .reports import Outcome, Verdict
from .tables import Row, Table

SHAPE = Shape(
    {
        "number": ("nomor usulan", "no usulan", "nomor", "nomor rembuk", "kode usulan"),
        "id": ("id usulan", "id sipd", "id usulan sipd", "id"),
    },
    needed=(("number",), ("id",)),
)
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,39}")
LOST = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")


class Ids:
    """Takes rows of our number and their id."""

    def __init__(self, table: Table) -> None:
        self.columns = SHAPE.columns(table)
        self.seen: Counter[str] = Counter()

    def take(self, rows: list[Row]) -> list[Verdict]:
        """Note the ids; what stands in the way is said row by row."""
        cells = [Cells(row, self.columns) for row in rows]
        numbers = [cell("number").upper() for cell in cells]
        ids = [cell("id") for cell in cells]
        found = db.session.scalars(
            select(Proposal)
            .where(or_(Proposal.number.in_(numbers), Proposal.sipd_id.in_(ids)))
            .order_by(Proposal.id)
            .with_for_update(of=Proposal.__table__)
        ).all()
        mine = {proposal.number: proposal for proposal in found}
        theirs = {proposal.sipd_id: proposal for proposal in found if proposal.sipd_id}
        verdicts = []
        for cell in cells:
            try:
                verdicts.append(self._one(cell, mine, theirs))
            except Wrong as wrong:
                verdicts.append(_refused(cell, str(wrong)))
        db.session.flush()
        return verdicts

    def end(self) -> list[Verdict]:
        """Nothing is left to say."""
        return []

    def _one(self, cell: Cells, mine: dict[str, Proposal], theirs: dict[str, Proposal]) -> Verdict:
        number, their_id = cell("number").upper(), cell("id")
        if cell.row.problem:
            raise Wrong(cell.row.problem)
        if not their_id:
            raise Wrong(_("There is no id of SIPD in this row."))
        if LOST.fullmatch(their_id):
            raise Wrong(_("A spreadsheet shortened this id and lost its digits. Make the column"
                          " text and export it again."))  # fmt: skip
        if not ID.fullmatch(their_id):
            raise Wrong(_("This is no id of SIPD."))
        proposal, other = mine.get(number), theirs.get(their_id)
        if proposal is None:
            raise Wrong(_("There is no proposal with the number “%(number)s”.", number=number[:40]))
        if other is not None and other is not proposal:
            why = _("This id belongs to %(number)s already.", number=other.number)
            return Verdict(cell.row.number, their_id, Outcome.CONFLICT, number, why)
        if proposal.sipd_id == their_id:
            return Verdict(cell.row.number, their_id, Outcome.KNOWN, number)
        if proposal.sipd_id is not None:
            why = _("Here it has the id %(id)s. Nothing was changed.", id=proposal.sipd_id)
            return Verdict(cell.row.number, their_id, Outcome.CONFLICT, number, why)
        proposal.sipd_id = theirs_id = their_id
        theirs[theirs_id] = proposal
        return Verdict(cell.row.number, their_id, Outcome.ACCEPTED, number)


def _refused(cell: Cells, why: str) -> Verdict:
    number = cell("number").upper()[:40]
    return Verdict(cell.row.number, cell("id")[:60], Outcome.REFUSED, number, why)
