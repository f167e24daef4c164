"""Compute every open deadline anew after policy or calendar changed, and say what moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy.orm import selectin_polymorphic

from app.clocks import Clocks, Event, Terms
from app.kinds import KINDS, kind_of, states_in
from app.queries.calendar import city_day, city_terms, read_terms
from app.queue import enqueue
from app.workflow import Phase
from models import Change, ClockMark, ClockSweep, Complaint, Item, db

from . import clocks

AT_ONCE = 500
EXAMPLES = 10
WRITTEN = ("due_at", "due_on", "hop_due_at", "whole_due_at", "whole_ended_at", "round", "pauses")
SHOWN = ("hop_due_at", "whole_due_at", "due_at")


@dataclass
class Report:
    """What a sweep looked at and what moved; ``examples`` name number, state, from and to."""

    looked: int = 0
    moved: int = 0
    earlier: int = 0
    later: int = 0
    by_state: Counter[str] = field(default_factory=Counter)
    by_department: Counter[str] = field(default_factory=Counter)
    examples: list[list[str]] = field(default_factory=list)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Report:
        """A report as it was kept."""
        counters = {name: Counter(kept.get(name, {})) for name in ("by_state", "by_department")}
        return cls(**{**kept, **counters})

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        return dict(vars(self))

    def note(self, item: Item, before: datetime | None, after: datetime | None) -> None:
        """One item whose deadline moved."""
        self.moved += 1
        where = f"{item.kind}:{item.state}"
        self.by_state[where] += 1
        self.by_department[item.department_code or "–"] += 1
        if before is not None and after is not None and before != after:
            self.earlier += after < before
            self.later += after > before
        if len(self.examples) < EXAMPLES:
            said = [str(city_day(at)) if at else "–" for at in (before, after)]
            self.examples.append([item.number, item.state, *said])

    def lines(self) -> list[str]:
        """The report as sentences."""
        said = [
            f"{self.looked} open items, {self.moved} deadlines moved: "
            f"{self.earlier} earlier, {self.later} later."
        ]
        for title, counts in (("State", self.by_state), ("Department", self.by_department)):
            said += [f"{title} {name}: {number}" for name, number in counts.most_common()]
        said += [f"{n} ({state}): {before} -> {after}" for n, state, before, after in self.examples]
        return said


def begin_if_changed() -> ClockSweep | None:
    """Begin a sweep when policy, calendar or holidays are not those of the last one.

    It is written down and a job does it; where nothing is open there is nothing to do.
    """
    fingerprint = read_terms().fingerprint(city_day().year)
    last = select(ClockSweep.fingerprint).order_by(ClockSweep.id.desc()).limit(1)
    if db.session.scalar(last) == fingerprint:
        return None
    return begin(fingerprint)


def begin(fingerprint: str | None = None) -> ClockSweep | None:
    """Write down that everything open is to be computed anew; None when nothing is open."""
    said = fingerprint or read_terms().fingerprint(city_day().year)
    sweep = ClockSweep(fingerprint=said, report=Report().as_json())
    db.session.add(sweep)
    db.session.flush()
    if db.session.scalar(_open().limit(1)) is None:
        sweep.ended_at = datetime.now(UTC)
        return None
    enqueue("clocks_recompute", once="clocks_recompute")
    return sweep


def unfinished() -> ClockSweep | None:
    """The latest sweep that has not come to its end; older ones are covered by it."""
    query = select(ClockSweep).where(ClockSweep.ended_at.is_(None)).order_by(ClockSweep.id.desc())
    sweep = db.session.scalars(query.limit(1)).first()
    if sweep is not None:
        older = update(ClockSweep).where(ClockSweep.ended_at.is_(None), ClockSweep.id < sweep.id)
        db.session.execute(older.values(ended_at=datetime.now(UTC)))
    return sweep


def go_on(sweep: ClockSweep) -> bool:
    """Compute some more items anew; False when all are done.  Commit, then call again."""
    report = Report.read(sweep.report)
    last = batch(report, sweep.after_id)
    sweep.after_id, sweep.looked, sweep.moved = last or sweep.after_id, report.looked, report.moved
    sweep.report = report.as_json()
    if not last:
        sweep.ended_at = datetime.now(UTC)
    return bool(last)


def batch(report: Report, after: int, terms: Terms | None = None, write: bool = True) -> int:
    """Look at up to AT_ONCE open items with ids beyond ``after``; returns the last id, or 0.

    Locks what it looks at, unless nothing is to be written.
    """
    query = _open().where(Item.id > after).order_by(Item.id).limit(AT_ONCE)
    ids: list[int] = list(db.session.scalars(query))
    if not ids:
        return 0
    some = select(Item).where(Item.id.in_(ids)).order_by(Item.id)
    some = some.options(selectin_polymorphic(Item, [Complaint]))
    some = some.execution_options(populate_existing=True)
    found = list(db.session.scalars(some.with_for_update(of=Item) if write else some))
    terms, events, marks = terms or city_terms(fresh=True), trails(ids), _marks(ids)
    for item in found:
        clocked = _look(item, events[item.id], terms, report, write)
        if clocked is not None:
            _unmark(clocked, marks[item.id])
    report.looked += len(found)
    db.session.flush()
    return ids[-1]


def _look(
    item: Item, trail: Sequence[Event], terms: Terms, report: Report, write: bool
) -> Clocks | None:
    found = kind_of(item).clocks(item, trail, terms, clocks.since(item, trail))
    columns = clocks.columns(found, terms, watched=clocks.can_be_late(item))
    changed = [n for n in WRITTEN if hasattr(item, n) and getattr(item, n) != columns[n]]
    if not changed:
        return None
    name = next((n for n in SHOWN if n in changed), None)
    if name is not None:
        report.note(item, getattr(item, name), columns[name])
    if not write:
        return None
    clocks.write(item, found, terms)
    return found


def _unmark(found: Clocks, marks: list[ClockMark]) -> None:
    """Take back marks of what is not true any more: the moment lies in the future now."""
    now = datetime.now(UTC)
    for mark in marks:
        for run in found.running:
            if (run.clock, run.number) == (mark.clock, mark.run) and run.level(mark.level) > now:
                db.session.delete(mark)


def _open() -> Select[Any]:
    """The ids of items on which a clock runs, or that wait for their reporter."""
    pairs = [*states_in(Phase.NEW, Phase.OPEN), *_waiting()]
    return select(Item.id).where(tuple_(Item.kind, Item.state).in_(pairs))


def _waiting() -> list[tuple[str, str]]:
    return [
        (kind.slug, state.name)
        for kind in KINDS.values()
        for state in kind.workflow.states
        if state.within is not None and state.phase not in (Phase.NEW, Phase.OPEN)
    ]


def trails(ids: list[int]) -> dict[int, list[Any]]:
    """The trails of items, oldest change first, in one query."""
    query = select(Change.item_id, Change.at, Change.step, Change.source, Change.target)
    rows = db.session.execute(
        query.where(Change.item_id.in_(ids)).order_by(Change.item_id, Change.seq)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.item_id].append(row)
    return found


def _marks(ids: list[int]) -> dict[int, list[ClockMark]]:
    marks: dict[int, list[ClockMark]] = defaultdict(list)
    for mark in db.session.scalars(select(ClockMark).where(ClockMark.item_id.in_(ids))):
        marks[mark.item_id].append(mark)
    return marks
