"""Reports to and from SP4N-LAPOR! by files; each report once on either side.

``ExternalRef`` remembers what both sides said at the last exchange.  What has changed on their side
alone becomes the step the city's rules name; on ours alone, the next export says it; on both, the
city's setting decides, and the report names it.  Confidential reports never leave without a permit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from geoalchemy2.shape import to_shape
from sqlalchemy import Select, exists, func, or_, select

from app.access import Actor, Seat
from app.queries.labels import area_label, category_label, department_label
from app.services import audit, items
from app.services.answers import Refused
from app.workflow import Incomplete, NotAllowed
from models import Change, ChangeText, Complaint, ExchangePermit, ExternalRef, Item, db

from .complaints import Importer
from .importing import LOCK, in_batches
from .records import PATHS
from .reports import Outcome, Verdict
from .sp4n_rules import NUMBER, SYSTEM, Rules
from .tables import Row, Table, plain

# Diskominfo keeps the city's account at SP4N-LAPOR!; its seat takes the steps that follow.
ACTOR = Actor(name=SYSTEM, seats=(Seat("coordinator"),))
PORTION = 500
OTHERS = ("author", "resident", "system")  # what they say is no answer of an office


class NoSuchItem(Exception):
    """There is no complaint with that number."""


@dataclass(frozen=True)
class Answer:
    """What our trail says last, for them."""

    seq: int
    reason: str
    text: str


def permit(number: str, note: str) -> None:
    """Let a confidential report go to SP4N-LAPOR! after all.  Raises NoSuchItem."""
    item = db.session.scalar(select(Complaint).where(Complaint.number == number.strip().upper()))
    if item is None:
        raise NoSuchItem(number)
    if db.session.get(ExchangePermit, (item.id, SYSTEM)) is None:
        db.session.add(ExchangePermit(item_id=item.id, system=SYSTEM, note=note))
        audit.note("exchange_permit", f"item:{item.id}", by=None, detail=SYSTEM)
        db.session.flush()


def outgoing(rules: Rules, everything: bool = False) -> Iterator[dict[str, str]]:
    """The rows they have not heard yet, by column; what is handed over is remembered."""
    after = 0
    while True:
        found = db.session.execute(_leaving().where(Complaint.id > after).limit(PORTION)).all()
        if not found:
            return
        after = found[-1].Complaint.id
        answers = _answers([row.Complaint.id for row in found])
        for item, ref in found:
            answer = answers[item.id]
            if everything or ref is None or answer.seq > ref.our_seq:
                yield _row(rules, item, ref, answer)
                _handed_over(rules, item, ref, answer)
        db.session.flush()


def _leaving() -> Select[*tuple[Any, ...]]:
    """Published complaints, and those they sent; confidential ones only with a permit."""
    permitted = exists().where(
        ExchangePermit.item_id == Complaint.id, ExchangePermit.system == SYSTEM
    )
    return (
        select(Complaint, ExternalRef)
        .outerjoin(
            ExternalRef,
            (ExternalRef.item_id == Complaint.id) & (ExternalRef.system == SYSTEM),
        )
        .where(
            or_(Complaint.published_at.is_not(None), ExternalRef.id.is_not(None)),
            or_((Complaint.visibility != "confidential") & ~Complaint.oversight, permitted),
        )
        .order_by(Complaint.id)
    )


def _answers(ids: Sequence[int]) -> dict[int, Answer]:
    """The last change of each, with its public words when an office spoke."""
    last = (
        select(Change.item_id, func.max(Change.seq).label("seq"))
        .where(Change.item_id.in_(ids))
        .group_by(Change.item_id)
        .subquery()
    )
    columns = (Change.item_id, Change.seq, Change.seat, Change.reason, ChangeText.text)
    ended = select(*columns).join(
        last, (last.c.item_id == Change.item_id) & (last.c.seq == Change.seq)
    )
    rows = db.session.execute(ended.outerjoin(ChangeText, ChangeText.change_id == Change.id))
    return {
        row.item_id: Answer(row.seq, row.reason, "" if row.seat in OTHERS else row.text or "")
        for row in rows
    }


def _row(rules: Rules, item: Complaint, ref: ExternalRef | None, answer: Answer) -> dict[str, str]:
    """A report as their table wants it.  No name, whatever the reporter chose."""
    point: Any = to_shape(item.place)
    cells = {
        "id": (ref.external_id or "") if ref else "",
        NUMBER: item.number,
        "title": item.title,
        "body": item.body,
        "created": item.created_at.astimezone(current_app.config["CITY"].zone).date().isoformat(),
        "category": category_label(item.category_code),
        "state": rules.status(item.state, answer.reason),
        "department": department_label(item.department_code) if item.department_code else "",
        "area": area_label(item.area_code),
        "latitude": f"{point.y:.6f}",
        "longitude": f"{point.x:.6f}",
        "address": item.address,
        "visibility": "Ya" if item.visibility == "confidential" else "Tidak",
        "answer": answer.text,
    }
    return {column: cells.get(name, "") for name, column in rules.columns.items()}


def _handed_over(rules: Rules, item: Complaint, ref: ExternalRef | None, answer: Answer) -> None:
    if ref is None:
        ref = ExternalRef(system=SYSTEM, item_id=item.id, external_id=None)
        db.session.add(ref)
    ref.our_seq, ref.seen_at = answer.seq, datetime.now(UTC)
    ref.their_state = plain(rules.status(item.state, answer.reason))


class Incoming:
    """Takes their rows, portion by portion, each in the caller's transaction."""

    def __init__(self, rules: Rules, table: Table, run: int | None) -> None:
        known = {plain(name): name for name in table.columns}
        columns = {
            field: known[plain(name)]
            for field, name in rules.incoming.columns.items()
            if plain(name) in known
        }
        self.number = known.get(plain(rules.columns[NUMBER]), "")
        self.rules = replace(rules, incoming=replace(rules.incoming, columns=columns))
        self.fresh = Importer(self.rules.incoming, run)
        self.rows = in_batches(table.rows, PORTION)
        self.missing = [rules.columns[name] for name in ("id", "state") if name not in columns]

    def take(self, rows: Iterable[Row]) -> list[Verdict]:
        """What is known is brought up to date, what is ours gets its number, the rest comes in."""
        db.session.execute(LOCK, {"system": SYSTEM})
        verdicts, unknown, seen = list[Verdict](), list[Row](), set[str]()
        for row in rows:
            identity = self.rules.incoming.cell(row.cells, "id")
            ref = None if row.problem or identity in seen else self._ref(identity, row)
            seen.add(identity)
            if ref is None:
                unknown.append(row)
                continue
            try:
                with db.session.begin_nested():
                    verdicts.append(self._update(ref, row, identity))
            except _Wrong as wrong:
                why = str(wrong)
                verdicts.append(Verdict(row.number, identity, Outcome.REFUSED, why=why))
        if unknown:
            verdicts += self.fresh.take(unknown)
            self._heard(unknown)
        db.session.flush()
        return sorted(verdicts, key=lambda verdict: verdict.number)

    def _heard(self, rows: list[Row]) -> None:
        """Remember what they said of reports that have just come in."""
        column = self.rules.incoming.columns.get("state", "")
        said = {
            self.rules.incoming.cell(row.cells, "id"): plain(row.cells.get(column, ""))
            for row in reversed(rows)
        }
        mine = ExternalRef.system == SYSTEM, ExternalRef.external_id.in_(said)
        for ref in db.session.scalars(select(ExternalRef).where(*mine)):
            if ref.their_state in PATHS:  # as the import wrote it: in our words
                ref.their_state = said[ref.external_id or ""]

    def _ref(self, identity: str, row: Row) -> ExternalRef | None:
        """What we know of a row: by their number, else by ours."""
        if not identity:
            return None
        mine = ExternalRef.system == SYSTEM
        query = select(ExternalRef).join(Item).where(mine)
        found = db.session.scalar(query.where(ExternalRef.external_id == identity))
        ours = row.cells.get(self.number, "").strip().upper()
        if found is not None or not ours:
            return found
        item = db.session.scalar(select(Complaint).where(Complaint.number == ours))
        if item is None:
            return None
        ref = db.session.scalar(query.where(ExternalRef.item_id == item.id))
        if ref is None:
            ref = ExternalRef(system=SYSTEM, item_id=item.id, external_id=None)
            db.session.add(ref)
            db.session.flush()
        return ref

    def _update(self, ref: ExternalRef, row: Row, identity: str) -> Verdict:
        """One report that is here already.  Raises _Wrong, with nothing changed."""
        item, notes = ref.item, list[str]()
        ours = row.cells.get(self.number, "").strip().upper()
        if ours and ours != item.number:
            raise _Wrong(_("Their number belongs to %(number)s here.", number=item.number))
        if ref.external_id not in (None, identity):
            known = ref.external_id
            raise _Wrong(_("%(number)s has their number %(id)s.", number=item.number, id=known))
        if ref.external_id is None:
            ref.external_id = identity
            notes.append(_("their number was noted"))
        status = row.cells.get(self.rules.incoming.columns.get("state", ""), "")
        digest = hashlib.sha256("\x1f".join(row.cells.values()).encode()).hexdigest()[:32]
        theirs = plain(status) != ref.their_state
        last = self._last(item)
        mine = bool(ref.our_seq) and last > ref.our_seq
        ref.row_hash, ref.seen_at = digest, datetime.now(UTC)
        said = _("%(here)s here, “%(there)s” there", here=item.state, there=status)
        if not theirs:
            outcome = Outcome.REPAIRED if notes else Outcome.KNOWN
            return Verdict(row.number, identity, outcome, item.number, "; ".join(notes))
        ref.their_state = plain(status)
        if mine and self.rules.wins == "ours":
            return Verdict(row.number, identity, Outcome.CONFLICT, item.number, said)
        took = self._follow(item, status, row, identity)
        if not mine:
            ref.our_seq = self._last(item)
        if took:
            notes.append(_("the step “%(step)s” was taken", step=took))
        else:
            notes.append(_("to be looked at: %(said)s", said=said))
        outcome = Outcome.CONFLICT if mine or not took else Outcome.REPAIRED
        return Verdict(row.number, identity, outcome, item.number, "; ".join(notes))

    def _last(self, item: Item) -> int:
        query = select(func.max(Change.seq)).where(Change.item_id == item.id)
        return db.session.scalar(query) or 0

    def _follow(self, item: Item, status: str, row: Row, identity: str) -> str:
        """Take the step that follows from their status; nothing when none does, or it may not."""
        name = self.rules.step(status, item.state)
        if not name:
            return ""
        note = _("SP4N-LAPOR! %(id)s: %(status)s.", id=identity, status=status)
        answer = self.rules.incoming.cell(row.cells, "answer")
        given = {"note": f"{note} {answer}".strip()[:5000]}
        if reason := self.rules.reasons.get(plain(status)):
            given["reason"] = reason
        try:
            with db.session.begin_nested():
                items.move(item, name, ACTOR, given)
        except (NotAllowed, Incomplete, Refused, items.Stale):
            return ""
        return name


class _Wrong(Exception):
    """The row contradicts what is known; the message says how."""
