"""The clocks of one item, read from its trail.

Two clocks run at once.  The *hop* binds whoever holds the item now and begins anew with each
holder; the *whole* binds the city from the receipt to the solution and begins anew only when a
solution was disputed.  Both stand still while an answer of the reporter is awaited or an owner
outside the city has it: once each, and for no longer than the cap, which is counted in full until
the pause is over, so that a promise shown never moves away from the resident.

What comes out depends on the trail, the stages, the policy and the calendar, never on what was
written before, nor on the time at which it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from .calendar import Calendar

WHOLE = "whole"
WARN, BREACH, TWICE = "warn", "breach", "twice"
FACTORS = {WARN: (3, 4), BREACH: (1, 1), TWICE: (2, 1)}


class Event(Protocol):
    """A line of the trail."""

    @property
    def at(self) -> datetime: ...
    @property
    def step(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...


@dataclass(frozen=True)
class Stage:
    """What the clocks do while an item stands in one state.

    ``clock`` names the hop's clock (states of one name share a run) and ``days`` its length in
    working days, None for no promise; ``named``: a day was named instead of a length.
    ``waits``: working days its reporter has to answer.  ``pause``: working days for which
    everything may stand still here, once.  ``open``: whether the whole runs.  ``undone``: what
    was over goes on from here as if it had never been.
    """

    clock: str = ""
    days: int | None = None
    named: bool = False
    waits: int | None = None
    pause: int = 0
    open: bool = True
    undone: bool = False


@dataclass
class Pause:
    """A time in which the clocks stood still; ``ended_at`` None while they still do."""

    state: str
    begun_at: datetime
    cap: int
    start: int
    ticks: int
    calendar: Calendar = field(repr=False, compare=False)
    ended_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """When it is over, or would be at the latest."""
        return self.calendar.moment(self.start + self.ticks) if self.ticks else self.begun_at

    @property
    def days(self) -> Fraction:
        """Working days it lasted (its cap while it lasts)."""
        return Fraction(self.ticks, self.calendar.whole)


@dataclass
class Run:
    """One run of a clock: from when, for how many ticks, and the pauses that made it longer.

    ``number`` tells the runs of one clock apart: the round of the whole, the number of the change
    that began a hop.  ``until`` is a day somebody named, instead of a length.
    """

    clock: str
    number: int
    begun_at: datetime
    start: int
    length: int
    calendar: Calendar = field(repr=False, compare=False)
    pauses: list[Pause] = field(default_factory=list)
    ended_at: datetime | None = None
    until: date | None = None

    def level(self, name: str) -> datetime:
        """The moment of a level: three quarters of it, all of it, twice of it.

        A promise is broken when its public day is over, not at the minute.
        """
        if name == BREACH:
            return self.calendar.midnight_after(self.due_at)
        moment = self.calendar.moment(self._reaches(name))
        return moment if name == WARN else self.calendar.midnight_after(moment)

    @cached_property
    def due_at(self) -> datetime:
        """When it is over.  Read it only once the run is complete."""
        if self.until is not None:
            return self.calendar.closing(self.until)
        return self.calendar.moment(self._reaches(BREACH))

    @property
    def days(self) -> Fraction:
        """Its length in working days, pauses not counted."""
        return Fraction(self.length, self.calendar.whole)

    def _reaches(self, level: str) -> int:
        """The position at which so much of it has run; what was over before did not pause."""
        times, parts = FACTORS[level]
        position = self.start + max(-(-self.length * times // parts), 1)
        for pause in self.pauses:
            if pause.start < position:
                position += pause.ticks
        return position


@dataclass(frozen=True)
class Clocks:
    """All clocks of one item; the last of ``rounds`` and of ``hops`` is the present one."""

    rounds: tuple[Run, ...] = ()
    hops: tuple[Run, ...] = ()
    pauses: tuple[Pause, ...] = ()
    waits_until: datetime | None = None

    @property
    def whole(self) -> Run | None:
        """The present round of the whole."""
        return self.rounds[-1] if self.rounds else None

    @property
    def hop(self) -> Run | None:
        """The clock of whoever holds the item now."""
        return self.hops[-1] if self.hops and self.hops[-1].ended_at is None else None

    @property
    def running(self) -> tuple[Run, ...]:
        """The clocks that run now and can be broken: the hop, and the whole."""
        if self.waits_until is not None:
            return ()
        return tuple(run for run in (self.hop, self.whole) if run and run.ended_at is None)

    @property
    def due_at(self) -> datetime | None:
        """By when something must happen: what the reporter has, or the first that runs out."""
        if self.waits_until is not None:
            return self.waits_until
        return min((run.due_at for run in self.running), default=None)

    @property
    def next_mark_at(self) -> datetime | None:
        """The first moment at which somebody must be told of a running clock."""
        return min((run.level(WARN) for run in self.running), default=None)


def read(
    trail: Iterable[Event],
    stages: Mapping[str, Stage],
    calendar: Calendar,
    *,
    whole: Callable[[int], int] | None = None,
    since: datetime | None = None,
    until: date | None = None,
) -> Clocks:
    """The clocks of an item with this trail, oldest change first.

    ``whole`` gives the working days of a round (1, 2 …) of the whole; None: there is no whole.
    ``since`` lets the first round begin earlier: the receipt of the oldest report joined with it.
    ``until`` is the day that was named for the present state.
    """
    reader = _Reader(stages, calendar, whole, since)
    for number, event in enumerate(trail, 1):
        if event.source != event.target:
            reader.take(number, event.at, event.target)
    return reader.clocks(until)


Kept = tuple[Run | None, Run | None, Pause | None, tuple[datetime, int] | None]


@dataclass
class _Reader:
    """Walks along a trail."""

    stages: Mapping[str, Stage]
    calendar: Calendar
    promised: Callable[[int], int] | None
    since: datetime | None
    rounds: list[Run] = field(default_factory=list)
    hops: list[Run] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    whole: Run | None = None  # the runs that have not ended
    hop: Run | None = None
    paused: Pause | None = None
    waits: tuple[datetime, int] | None = None
    kept: Kept | None = None
    stage: Stage | None = None

    def take(self, number: int, at: datetime, target: str) -> None:
        """Go on to the state ``target``, with the change of that number."""
        before, stage, position = self.stage, self.stages[target], self.calendar.position(at)
        self.stage = stage
        if before is not None and before.undone and self.kept is not None:
            self._restore(self.kept)
            return
        if stage.undone:
            self.kept = self._snapshot()
        self.waits = (at, stage.waits) if stage.waits is not None else None
        if self.paused is not None:
            self._end_pause(self.paused, at, position)
        self._begin_whole(before, stage, at, position)
        self._begin_hop(stage, number, at, position)
        if stage.pause and all(pause.state != target for pause in self.pauses):
            self._begin_pause(target, stage.pause, at, position)

    def _snapshot(self) -> Kept:
        """The clocks before what may be undone; those go on, the others stay as they ended."""
        runs = []
        for run in (self.whole, self.hop):
            runs.append(run and copy(run))
            if run and runs[-1]:
                runs[-1].pauses = list(run.pauses)
        return runs[0], runs[1], self.paused and copy(self.paused), self.waits

    def _restore(self, kept: Kept) -> None:
        was_whole, was_hop = kept[:2]
        for runs, run in ((self.rounds, was_whole), (self.hops, was_hop)):
            if run is not None:
                runs[-1] = run
        self.whole, self.hop, self.paused, self.waits = kept
        if self.paused is not None:
            self.pauses[-1] = self.paused
            for run in filter(None, (was_whole, was_hop)):
                run.pauses = [p for p in run.pauses if p.start != self.paused.start] + [self.paused]

    def _begin_pause(self, state: str, cap: int, at: datetime, position: int) -> None:
        """Stand still; until it ends, for as long as it may last."""
        ticks = self.calendar.ticks(cap)
        self.paused = Pause(state, at, cap, position, ticks, self.calendar)
        self.pauses.append(self.paused)
        for run in (self.whole, self.hop):
            if run is not None:
                run.pauses.append(self.paused)

    def _end_pause(self, pause: Pause, at: datetime, position: int) -> None:
        pause.ended_at, pause.ticks = at, min(pause.ticks, position - pause.start)
        self.paused = None

    def _begin_whole(self, before: Stage | None, stage: Stage, at: datetime, position: int) -> None:
        if self.whole is not None and not stage.open:
            self.whole.ended_at, self.whole = at, None
        if self.promised is None or not stage.open or (before is not None and before.open):
            return
        number = len(self.rounds) + 1
        if number == 1 and self.since is not None and self.since < at:
            at, position = self.since, self.calendar.position(self.since)
        length = self.calendar.ticks(self.promised(number))
        self.whole = Run(WHOLE, number, at, position, length, self.calendar)
        self.rounds.append(self.whole)

    def _begin_hop(self, stage: Stage, number: int, at: datetime, position: int) -> None:
        if self.hop is not None:
            if stage.clock == self.hop.clock:
                return
            self.hop.ended_at, self.hop = at, None
        if stage.days is not None or stage.named:
            length = self.calendar.ticks(stage.days or 0)
            self.hop = Run(stage.clock, number, at, position, length, self.calendar)
            self.hops.append(self.hop)

    def clocks(self, until: date | None) -> Clocks:
        """What has come out."""
        if self.hop is not None and self.stage is not None and self.stage.named:
            if until is None:
                self.hops.pop()
            else:
                end = self.calendar.position(self.calendar.closing(until))
                self.hop.until, self.hop.length = until, max(end - self.hop.start, 1)
        waits_until = self.calendar.after(*self.waits) if self.waits is not None else None
        return Clocks(tuple(self.rounds), tuple(self.hops), tuple(self.pauses), waits_until)
