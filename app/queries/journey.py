"""The way of one proposal: what each level made of it, what offices found, and the works.

Two statements for a reader, whatever there is to tell: the rows of the levels, and one with
everything else as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.access import public_items
from models import (
    PROPOSAL_LEVELS,
    AnySession,
    Change,
    ChangeText,
    HandoverRecord,
    Item,
    OfficeVerdict,
    Person,
    Proposal,
    ProposalCredit,
    ProposalLevel,
    Realisation,
    Survey,
    WorkConfirmation,
)

# What a proposal passes, in order; the last three have no level of their own.
MILESTONES = (*PROPOSAL_LEVELS, "rkpd", "apbd", "works", "done")
REACHED = {
    "in_rkpd": "rkpd",
    "in_apbd": "apbd",
    "procurement": "apbd",
    "works": "works",
    "done": "done",
}
STOPPED = ("refused", "deferred", "not_realised", "withdrawn", "merged")
OF: Any = bindparam("proposal")


@dataclass
class LevelLine:
    """What one level made of a proposal; ``note`` are its words, None where they were erased.

    ``explained`` says why it changed what it was given, where that is not the note itself;
    ``changed`` names what differs from the line before: volume, unit_price, cost, text.
    """

    level: str
    decision: str
    reason: str
    note: str | None
    text: str
    volume: Decimal | None
    unit_price: int | None
    cost: int | None
    rank: int | None
    seat: str
    at: datetime | None
    department_code: str | None
    explained: str | None = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Milestone:
    """One stop of the way; ``state`` is past, now, stopped or coming."""

    name: str
    state: str
    at: datetime | None = None
    amount: int | None = None


@dataclass
class Records:
    """Everything that is kept beside the levels."""

    surveys: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    handed_over: list[dict[str, Any]] = field(default_factory=list)
    credits: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    whole: dict[str, Any] | None = None
    carried: dict[str, Any] | None = None
    confirmed: int = 0
    contested: int = 0

    @property
    def named(self) -> list[dict[str, Any]]:
        """The proposers beside the author who may be named."""
        return [one for one in self.credits if one["name"]]

    @property
    def nameless(self) -> int:
        """How many proposers stay without a name."""
        return len({one["person"] for one in self.credits if not one["name"]})

    def verdict(self, body: str) -> dict[str, Any] | None:
        """The last word of a department ("opd") or of the budget team ("tapd")."""
        return next((one for one in reversed(self.verdicts) if one["body"] == body), None)


ADJUSTED = aliased(ChangeText)
LINES = (
    select(
        ProposalLevel.level,
        ProposalLevel.decision,
        ProposalLevel.reason,
        case((ProposalLevel.change_id.is_(None), ""), else_=ChangeText.text).label("note"),
        ProposalLevel.text,
        ProposalLevel.volume,
        ProposalLevel.unit_price,
        ProposalLevel.cost,
        ProposalLevel.rank,
        ProposalLevel.seat,
        ProposalLevel.decided_at,
        ProposalLevel.department_code,
        case((ProposalLevel.adjusted_id == ProposalLevel.change_id, ""), else_=ADJUSTED.text).label(
            "explained"
        ),
    )
    .outerjoin(ChangeText, ChangeText.change_id == ProposalLevel.change_id)
    .outerjoin(ADJUSTED, ADJUSTED.change_id == ProposalLevel.adjusted_id)
    .where(ProposalLevel.proposal_id == OF)
)


def lines(session: AnySession, item: Proposal) -> list[LevelLine]:
    """What each level made of it, from the RW up; levels that only ranked it are left out."""
    rows = session.execute(LINES, {"proposal": item.id}).all()
    place = PROPOSAL_LEVELS.index
    found = [LevelLine(*row) for row in rows if row.decision]
    found.sort(key=lambda line: place(line.level))
    before: tuple[Any, ...] = (item.filed_volume, None, item.filed_cost)
    for line in found:
        line.changed = _changed(before, line)
        before = (line.volume, line.unit_price, line.cost)
    return found


def _changed(before: tuple[Any, ...], line: LevelLine) -> tuple[str, ...]:
    now = (line.volume, line.unit_price, line.cost)
    names = ("volume", "unit_price", "cost")
    moved = [
        name
        for name, was, is_ in zip(names, before, now, strict=True)
        if was is not None and is_ is not None and was != is_
    ]
    return (*moved, "text") if line.text else tuple(moved)


def _list(model: Any, *names: str) -> Any:
    """The rows of a table about one proposal, in order, as a JSON list."""
    pairs = [part for name in names for part in (name, getattr(model, name))]
    order = model.change_id
    rows = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), order))
    return select(rows).where(model.proposal_id == OF).scalar_subquery()


def _other(which: ColumnElement[bool], order: Any = Item.id) -> Any:
    """Other proposals that anybody may read, as a JSON list."""
    made = func.jsonb_build_object("number", Item.number, "title", Item.title, "state", Item.state)
    rows = func.jsonb_agg(aggregate_order_by(made, order))
    return (
        select(rows)
        .select_from(Item)
        .join(Proposal.__table__, Proposal.__table__.c.id == Item.__table__.c.id)
        .where(which, public_items())
        .scalar_subquery()
    )


def _credits() -> Any:
    """Proposers beside the author: a name only where their own proposal shows it."""
    origin = Item.__table__.alias("origin")
    shown = origin.c.published_at.is_not(None) & (origin.c.visibility == "public")
    open_to_all = origin.c.published_at.is_not(None) & (origin.c.visibility != "confidential")
    made = func.jsonb_build_object(
        "person", ProposalCredit.person_id,
        "name", case((shown, Person.name)),
        "rw", case((shown, origin.c.rw)),
        "number", case((open_to_all, origin.c.number)),
    )  # fmt: skip
    rows = func.jsonb_agg(aggregate_order_by(made, ProposalCredit.from_id))
    return (
        select(rows)
        .select_from(ProposalCredit)
        .join(origin, origin.c.id == ProposalCredit.from_id)
        .join(Person, Person.id == ProposalCredit.person_id)
        .where(ProposalCredit.proposal_id == OF)
        .scalar_subquery()
    )


_mine, _other_table = WorkConfirmation.proposal_id == OF, Proposal.__table__.c
RECORDS = select(
    _list(Survey, "skipped", "checklist", "volume", "metres", "seat", "at").label("surveys"),
    _list(
        OfficeVerdict, "body", "verdict", "department_code", "amount", "reason", "seat", "at"
    ).label("verdicts"),
    _list(Realisation, "progress", "spent", "reason", "at", "change_id").label("reports"),
    _list(HandoverRecord, "number", "signed_on", "keeper", "at").label("handed_over"),
    _credits().label("credits"),
    _other(_other_table.split_from_id == OF).label("parts"),
    _other(_other_table.id == bindparam("whole")).label("whole"),
    _other(_other_table.id == bindparam("carried")).label("carried"),
    select(func.count()).where(_mine, WorkConfirmation.confirmed).scalar_subquery().label("yes"),
    select(func.count()).where(_mine, ~WorkConfirmation.confirmed).scalar_subquery().label("no"),
)


def records(session: AnySession, item: Proposal) -> Records:
    """What is kept beside the levels; nothing (and no query) while it is fresh at the RW."""
    fresh = item.level == PROPOSAL_LEVELS[0] and item.state == "submitted"
    if fresh and not (item.credit_count or item.split_from_id or item.carried_from_id):
        return Records()
    values = {
        "proposal": item.id,
        "whole": item.split_from_id or 0,
        "carried": item.carried_from_id or 0,
    }
    row = session.execute(RECORDS, values).one()
    return Records(
        surveys=_timed(row.surveys),
        verdicts=_timed(row.verdicts),
        reports=_timed(row.reports),
        handed_over=_timed(row.handed_over),
        credits=row.credits or [],
        parts=row.parts or [],
        whole=next(iter(row.whole or ()), None),
        carried=next(iter(row.carried or ()), None),
        confirmed=row.yes,
        contested=row.no,
    )


def _timed(rows: Iterable[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Rows out of JSON with their moments and days as such."""
    made = []
    for row in rows or ():
        row["at"] = datetime.fromisoformat(row["at"])
        if "signed_on" in row:
            row["signed_on"] = date.fromisoformat(row["signed_on"])
        if row.get("volume") is not None:
            row["volume"] = Decimal(str(row["volume"]))
        made.append(row)
    return made


def milestones(item: Proposal, passed: Sequence[LevelLine]) -> list[Milestone]:
    """The stops from the RW to finished works, and how far it has come."""
    by_level = {line.level: line for line in passed}
    here = _reached(item)
    halted = item.state in STOPPED
    made = []
    for n, name in enumerate(MILESTONES):
        line = by_level.get(name)
        if n < here or (item.state == "done" and n == here):
            state = "past"
        elif n == here:
            state = "stopped" if halted else "now"
        else:
            state = "coming"
        at = line.at if line and state != "coming" else None
        made.append(Milestone(name, state, at, _amount(item, name, line, state)))
    return made


def _reached(item: Proposal) -> int:
    """Which stop it stands at; one that was dropped stands where its money had come to."""
    if item.state in REACHED:
        return MILESTONES.index(REACHED[item.state])
    if item.state == "not_realised":
        known = item.contract_value, item.budget
        name = "works" if item.progress else "apbd" if any(known) else "rkpd"
        return MILESTONES.index(name)
    return MILESTONES.index(item.level)


def _amount(item: Proposal, name: str, line: LevelLine | None, state: str) -> int | None:
    if state == "coming":
        return None
    if line is not None:
        return line.cost
    return {
        "rkpd": item.tapd_amount,
        "apbd": item.budget,
        "works": item.contract_value,
        "done": item.spent,
    }.get(name)


STOP = (
    select(
        Change.id,
        Change.step,
        Change.target,
        Change.seat,
        Change.at,
        Change.reason,
        ChangeText.text,
        ProposalLevel.level,
        ProposalLevel.rank,
        ProposalLevel.cost,
    )
    .outerjoin(ChangeText, ChangeText.change_id == Change.id)
    .outerjoin(ProposalLevel, ProposalLevel.change_id == Change.id)
    .where(
        Change.item_id == OF,
        Change.reason != "",
        or_(Change.target == bindparam("state"), Change.step == "send_back"),
        or_(Change.source != Change.target, Change.step == "send_back"),
    )
    .order_by(Change.seq.desc())
    .limit(1)
)


def stop(session: AnySession, item: Proposal) -> Any:
    """The step that brought it to a halt or back, with its level; None when nothing did."""
    return session.execute(STOP, {"proposal": item.id, "state": item.state}).first()
