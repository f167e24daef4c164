"""Budget and realisation from the city's books: each row becomes the steps that are due.

Rows go through ``services.items`` with the seat of whoever imports.  A step that cannot be taken
stops its own row only: what was taken before stays, the report says what is missing, and the row
may come again.  A row that was taken over whole is known by what it says, and is nothing new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.access import Actor
from app.forms.amounts import written
from app.kinds.musrenbang import MUSRENBANG
from app.services import items
from app.services.refused import Refused
from app.workflow import Incomplete, NotAllowed
from models import BudgetRow, Proposal, db

from . import budget_words as words
from .plan_tables import Cells, Shape, Wrong, number, percent
from .reports import Outcome, Verdict
from .tables import Row, Table, plain

SHAPE = Shape(words.COLUMNS, needed=(("number", "sipd_id"), words.TOLD))
# How far a proposal has come; a file never leads back.
ORDER = ("agreed", "in_rkpd", "in_apbd", "procurement", "works", "done")
ENDED = ("done", "not_realised")
Due = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Wish:
    """What a row says.  Money in whole rupiah, ``progress`` in percent."""

    sub_kegiatan: str
    budget: int | None
    contract_value: int | None
    contractor: str
    contract_on: date | None
    spent: int | None
    progress: int | None
    state: str
    reason: str
    note: str

    @property
    def nothing(self) -> bool:
        """Does the row say nothing but whose it is?"""
        said = (self.budget, self.contract_value, self.spent, self.progress)
        return not (self.sub_kegiatan or self.state) and all(one is None for one in said)


class Budgets:
    """Takes rows of budget and realisation, as ``actor``."""

    def __init__(self, table: Table, actor: Actor) -> None:
        self.columns, self.actor = SHAPE.columns(table), actor

    def take(self, rows: list[Row]) -> list[Verdict]:
        """Take the steps that are due; what stands in the way is said row by row."""
        cells = [Cells(row, self.columns) for row in rows]
        found = self._found(cells)
        return [self._one(cell, found) for cell in cells]

    def end(self) -> list[Verdict]:
        """Nothing is left to say."""
        return []

    def _found(self, cells: list[Cells]) -> dict[str, Proposal]:
        numbers = {cell("number").upper() for cell in cells} - {""}
        ids = {cell("sipd_id") for cell in cells} - {""}
        query = select(Proposal).where(or_(Proposal.number.in_(numbers), Proposal.sipd_id.in_(ids)))
        found: dict[str, Proposal] = {}
        for proposal in db.session.scalars(query):
            found[f"n{proposal.number}"] = proposal
            found[f"s{proposal.sipd_id}"] = proposal
        return found

    def _one(self, cell: Cells, found: dict[str, Proposal]) -> Verdict:
        line, named = cell.row.number, cell("number").upper() or cell("sipd_id")
        try:
            proposal = _proposal(cell, found)
            notes = list(cell.row.notes)
            wish = read(cell, notes, proposal)
            row_hash = _hash(proposal, wish)
            if db.session.get(BudgetRow, row_hash) is not None:
                return Verdict(line, named, Outcome.KNOWN, proposal.number)
            taken, stopped = self._walk(proposal, wish)
            if stopped and not taken:
                raise Wrong(stopped)
        except Wrong as wrong:
            return Verdict(line, named[:60], Outcome.REFUSED, why=str(wrong))
        if stopped:
            why = _("Taken over: %(taken)s. Not: %(why)s", taken=", ".join(taken), why=stopped)
            return Verdict(line, named, Outcome.CONFLICT, proposal.number, why)
        if not taken:
            return Verdict(line, named, Outcome.KNOWN, proposal.number)
        db.session.add(BudgetRow(row_hash=row_hash, proposal_id=proposal.id))
        db.session.flush()
        outcome = Outcome.REPAIRED if notes else Outcome.ACCEPTED
        return Verdict(line, named, outcome, proposal.number, "; ".join([*notes, *taken]))

    def _walk(self, item: Proposal, wish: Wish) -> tuple[list[str], str]:
        """The steps that were taken, in words, and what stopped the next one."""
        if differs := _differs(item, wish):
            return [], differs
        taken: list[str] = []
        for name, given in _due(item, wish):
            label = str(MUSRENBANG.workflow.named(name).label)
            try:
                with db.session.begin_nested():
                    items.move(item, name, self.actor, given)
            except NotAllowed:
                return taken, f"{label}: {_closed(item)}"
            except Incomplete as lacking:
                return taken, f"{label}: {words.lacking(lacking.args)}"
            except Refused as refused:
                return taken, f"{label}: {refused.args[1]}"
            taken.append(label)
        if wish.state and item.state != wish.state:
            return taken, _closed(item)
        return taken, ""


def _proposal(cell: Cells, found: dict[str, Proposal]) -> Proposal:
    if cell.row.problem:
        raise Wrong(cell.row.problem)
    ours, theirs = cell("number").upper(), cell("sipd_id")
    if not (ours or theirs):
        raise Wrong(_("There is neither our number nor the id of SIPD."))
    by_number = found.get(f"n{ours}") if ours else None
    by_id = found.get(f"s{theirs}") if theirs else None
    if by_number is not None and by_id is not None and by_number is not by_id:
        raise Wrong(_("The id belongs to %(number)s here.", number=by_id.number))
    proposal = by_number if ours else by_id
    if proposal is None:
        name = (ours or theirs)[:40]
        raise Wrong(_("There is no proposal with the number “%(number)s”.", number=name))
    return proposal


def read(cell: Cells, notes: list[str], item: Proposal | None = None) -> Wish:
    """What a row says; a share of the money is one of the contract or budget we know (``item``)
    where the row names none.  Raises Wrong.
    """
    contract, spent = cell.money("contract_value"), cell.money("spent")
    budget = cell.money("budget")
    share = percent(cell("money_percent"), cell.columns.get("money_percent", ""))
    whole = contract if contract is not None else budget
    if whole is None and item is not None:
        whole = item.budget if item.contract_value is None else item.contract_value
    if share is not None and spent is None and whole is None:
        raise Wrong(_("A share of the money says nothing while there is no contract or budget."))
    if share is not None and spent is None and whole is not None:
        spent = int(whole * share / 100)
        notes.append(_("paid so far counted from %(n)s %%: %(sum)s", n=written(share),
                       sum=number(spent)))  # fmt: skip
    progress = percent(cell("progress"), cell.columns.get("progress", ""))
    if progress is not None and progress != int(progress):
        notes.append(_("%(n)s %% was rounded down", n=written(progress)))
    wish = Wish(
        sub_kegiatan="".join(cell("sub_kegiatan").split()).upper(),
        budget=budget,
        contract_value=contract,
        contractor=cell("contractor")[:200],
        contract_on=cell.day("contract_on"),
        spent=spent,
        progress=None if progress is None else int(progress),
        state=words.state(cell("state")),
        reason=words.reason(cell("reason")),
        note=cell("note")[:2000],
    )
    if wish.nothing:
        raise Wrong(_("The row says nothing that could be taken over."))
    return wish


def _hash(proposal: Proposal, wish: Wish) -> str:
    said = repr((proposal.id, *astuple(wish)))
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def _differs(item: Proposal, wish: Wish) -> str:
    """What the row says otherwise than we know it already, and no step changes."""
    entered = item.state != "agreed" and bool(item.sub_kegiatan)
    if entered and wish.sub_kegiatan and plain(item.sub_kegiatan) != plain(wish.sub_kegiatan):
        return str(_("Here it stands under sub-kegiatan %(code)s.", code=item.sub_kegiatan))
    if item.budget is not None and wish.budget not in (None, item.budget):
        return str(_("Here its budget is %(sum)s.", sum=number(item.budget)))
    if item.state in ENDED and _new(item, wish):
        return _closed(item)
    ahead = item.state in ORDER and wish.state in ORDER
    if ahead and ORDER.index(item.state) > ORDER.index(wish.state):
        return str(_("Here it is further already: %(state)s.", state=words.label(item.state)))
    return ""


def _new(item: Proposal, wish: Wish) -> bool:
    pairs = (
        (wish.progress, item.progress),
        (wish.spent, item.spent),
        (wish.contract_value, item.contract_value),
    )
    moved = wish.state not in ("", item.state)
    return moved or any(said not in (None, known) for said, known in pairs)


def _due(item: Proposal, wish: Wish) -> Iterator[Due]:
    """The steps that lead to what the row says, one after the other; ``item`` moves meanwhile."""
    note = {"note": wish.note}
    ends = wish.state == "not_realised"
    if item.state == "agreed" and wish.sub_kegiatan:
        yield "enter_rkpd", {"sub_kegiatan": wish.sub_kegiatan, **note}
    if item.state == "in_rkpd" and wish.budget is not None:
        yield "enter_apbd", {"budget": wish.budget, **note}
    contract = wish.contract_value is not None and wish.contract_value != item.contract_value
    if item.state == "in_apbd" and (contract or wish.state == "procurement"):
        yield "procure", note
    if contract:
        signed = {"contractor": wish.contractor, "contract_on": wish.contract_on}
        yield "award", {"contract_value": wish.contract_value, **signed, **note}
    built = wish.state in ("works", "done") or bool(wish.progress) or bool(wish.spent)
    if item.state in ("in_apbd", "procurement") and built and not ends:
        yield "start_works", note
    if item.state == "works" and wish.state != "done" and _reports(item, wish):
        progress = item.progress if wish.progress is None else wish.progress
        told = {"progress": progress, "spent": wish.spent, "reason": wish.reason}
        yield "report_progress", {**told, **note}
    if wish.state == "done" and item.state == "works":
        yield "finish", {"spent": wish.spent, **note}
    if ends and item.state != "not_realised":
        yield "drop", {"reason": wish.reason, **note}


def _reports(item: Proposal, wish: Wish) -> bool:
    return wish.progress not in (None, item.progress) or wish.spent not in (None, item.spent)


def _closed(item: Proposal) -> str:
    """Why a step is not open where the proposal stands."""
    if item.state == "agreed" and item.level != "kota":
        return str(_("it has not come through the Musrenbang of the city yet."))
    if item.state == "agreed" and item.tapd_amount is None:
        return str(_("the budget team (TAPD) has not agreed to an amount yet."))
    if item.state == "procurement" and item.contract_value is None:
        return str(_("there is no contract yet."))
    return str(_("it stands at “%(state)s” here.", state=words.label(item.state)))
