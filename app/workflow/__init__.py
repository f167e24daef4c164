"""The state machine shared by every kind of item.  Pure Python: no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

BACK = "<back>"  # a step's target: the state before

Allowed = Callable[[tuple[str, ...]], bool]  # names of rules -> does one of them hold?


class Phase(StrEnum):
    """What the public needs to know of a state; the map and the lists group by it."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True)
class State:
    """Where an item can stand.

    ``within`` is the number of working days the holder has before the item should leave the
    state (None: no clock).  ``held_by`` names who has to act: ``triage``, ``owner`` (the
    department), ``author``, ``planner``, ``level`` or ``""`` when nobody has to.  ``again`` says
    that the item came back to them.  ``clock`` names the clock that runs here (states of one name
    share a run; usually the state's own).  ``pauses``: the clocks may stand still here, once.
    ``counts``: whether the promise of the whole runs here; None: as long as the item is not over.
    """

    name: str
    label: Any
    phase: Phase = Phase.OPEN
    held_by: str = ""
    within: int | None = None
    allows: frozenset[str] = frozenset({"comment", "support"})
    again: bool = False
    clock: str = ""
    pauses: bool = False
    counts: bool | None = None


@dataclass(frozen=True)
class Step:
    """One arrow: who may move an item, from which states, to which state.

    ``by`` names rules of ``app.access``; one of them must hold.  ``asks`` names the answers the
    step wants (``note``, ``reason``, ``department`` …); a trailing ``?`` marks one that may stay
    empty.  ``reasons`` are the codes a public reason is chosen from.  ``target`` None stays where
    the item is (a fact recorded on the trail), ``BACK`` returns to the state before.
    ``when`` names a fact of the item (``app.kinds``) without which the step is not offered.
    ``proves``: its photos are the proof that the work was done, and are checked as such.
    ``unmarks``: what was held to be about officials is not, and goes to whom it usually would.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str | None
    by: tuple[str, ...]
    asks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    publishes: bool = False
    proves: bool = False
    unmarks: bool = False
    help: Any = ""

    @property
    def forward(self) -> bool:
        """Does it lead on, rather than back, aside or out?"""
        return self.target not in (None, BACK) and "reason" not in self.required

    @property
    def required(self) -> tuple[str, ...]:
        """The answers without which the step is refused."""
        return tuple(name for name in self.asks if not name.endswith("?"))

    @property
    def answers(self) -> tuple[str, ...]:
        """Every answer the step knows, required or not."""
        return tuple(name.rstrip("?") for name in self.asks)


class NotAllowed(Exception):
    """The step does not exist here, or this actor may not take it."""


class Incomplete(Exception):
    """The step asks for something that was not given; ``args`` names what."""


@dataclass(frozen=True)
class Workflow:
    """The declared states and steps of one kind; refuses a declaration with a hole in it."""

    states: tuple[State, ...]
    steps: tuple[Step, ...]
    _states: dict[str, State] = field(init=False, repr=False)
    _steps: dict[str, Step] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_states", {state.name: state for state in self.states})
        object.__setattr__(self, "_steps", {step.name: step for step in self.steps})
        named = {name for step in self.steps for name in step.sources}
        targets = {step.target for step in self.steps if step.target not in (None, BACK)}
        moving = {name for step in self.steps if step.target for name in step.sources}
        waiting = {s.name for s in self.states if s.phase in (Phase.NEW, Phase.OPEN)}
        for problem, names in (
            ("unknown", (named | targets) - set(self._states)),
            ("unreachable", set(self._states) - targets - {self.initial}),
            ("dead end", waiting - moving),
        ):
            if names:
                raise ValueError(f"{problem} state: {', '.join(sorted(map(str, names)))}")
        if len(self._steps) != len(self.steps) or len(self._states) != len(self.states):
            raise ValueError("a name is used twice")

    @property
    def initial(self) -> str:
        """The state an item starts in."""
        return self.states[0].name

    def __getitem__(self, name: str) -> State:
        return self._states[name]

    def named(self, name: str) -> Step:
        """The step of that name; raises NotAllowed when there is none."""
        try:
            return self._steps[name]
        except KeyError:
            raise NotAllowed(name) from None

    def open_steps(self, state: str, allowed: Allowed, facts: frozenset[str]) -> Iterator[Step]:
        """The steps that may be taken from ``state`` by somebody for whom ``allowed`` answers."""
        return (
            step
            for step in self.steps
            if state in step.sources and facts.issuperset(step.when) and allowed(step.by)
        )

    def step(self, name: str, state: str, allowed: Allowed, facts: frozenset[str]) -> Step:
        """The step of that name if it may be taken now; raises NotAllowed otherwise."""
        step = self.named(name)
        if state in step.sources and facts.issuperset(step.when) and allowed(step.by):
            return step
        raise NotAllowed(name)

    def in_phase(self, *phases: Phase) -> tuple[str, ...]:
        """The names of the states in one of these phases."""
        return tuple(state.name for state in self.states if state.phase in phases)

    def mermaid(self) -> str:
        """A state diagram of this workflow in Mermaid's language."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for step in self.steps:
            for source in step.sources:
                if step.target == BACK:
                    lines.append(f"    {source} --> [*]: {step.name} (back to the state before)")
                elif step.target and step.target != source:
                    lines.append(f"    {source} --> {step.target}: {step.name}")
        return "\n".join(lines)
