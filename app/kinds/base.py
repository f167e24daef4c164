"""What a kind of item must say about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import current_app

from app.clocks import Clocks, Event, Policy, Stage, Terms, read
from app.extensions import translated
from app.forms import ItemForm
from app.workflow import BACK, Phase, State, Workflow
from models import Item

Effect = Callable[[Any, Mapping[str, Any]], None]
Promise = Callable[[Any, Terms, Sequence[Event]], tuple[Policy, Policy]]


@dataclass(frozen=True)
class Kind:
    """One service: its table, form, states and steps, and what its steps write.

    ``effects`` maps a step to what it sets on the item from the answers given; ``named`` maps a
    state to the column with the day that was named for it, instead of ``State.within``;
    ``holders`` maps a state to who holds this item there, instead of ``State.held_by``;
    ``promise`` gives the policies of the first round and of later ones, where the city promises
    the whole; ``hints`` are the words below the form's fields; ``facts`` names what ``Step.when``
    may ask about; ``columns`` adds what follows from the form's values and the day of filing;
    ``leads_to`` names the kinds as which its items may go on; ``publishes_at_filing`` says whether
    a confirmed person's item appears at once.  ``filed_in`` is the stage of a cycle in which it may
    be filed ("": always), ``in_stage`` names the steps that are taken only while the stage of the
    item's level is open.
    """

    slug: str
    letter: str
    model: type[Item]
    form: type[ItemForm]
    workflow: Workflow
    icon: str
    publishes_at_filing: bool
    stances: bool = False
    hints: Mapping[str, Any] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    promise: Promise | None = None
    leads_to: tuple[str, ...] = ()
    facts: Callable[[Any], frozenset[str]] = lambda item: frozenset()
    columns: Callable[[dict[str, Any], date], dict[str, Any]] = lambda values, day: {}
    filed_in: str = ""
    in_stage: frozenset[str] = frozenset()
    _stages: dict[Any, Mapping[str, Stage]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def words(self) -> Mapping[str, str]:
        """What the city calls this service: label, word, sentence, action, noun.

        A word of another language stands beside it, as ``sentence_en``.
        """
        return translated(current_app.config["CITY"].services[self.slug])

    def held_by(self, item: Any) -> str:
        """Who has to act on an item now, as ``State.held_by`` names it."""
        if item.state in self.holders:
            return self.holders[item.state](item)
        return self.workflow[item.state].held_by

    @property
    def label(self) -> str:
        """The service's name in this city."""
        return self.words["label"]

    def clocks(
        self,
        item: Any,
        trail: Sequence[Event],
        terms: Terms,
        since: datetime | None = None,
    ) -> Clocks:
        """The clocks of an item with this trail; ``item`` needs its columns only.

        ``since``: the receipt of the oldest report that was joined with it.
        """
        until = getattr(item, self.named[item.state]) if item.state in self.named else None
        if self.promise is None:
            return read(trail, self.stages(None, terms), terms.calendar, until=until)
        first, later = self.promise(item, terms, trail)
        return read(
            trail,
            self.stages(later, terms),
            terms.calendar,
            whole=lambda number: first.whole if number == 1 else later.resolve,
            since=since,
            until=until,
        )

    def stages(self, policy: Policy | None, terms: Terms) -> Mapping[str, Stage]:
        """What the clocks do in each state under a policy."""
        asked = policy, *sorted(terms.caps.items())
        if asked not in self._stages:
            self._stages[asked] = {
                state.name: self._stage(state, policy, terms) for state in self.workflow.states
            }
        return self._stages[asked]

    def _stage(self, state: State, policy: Policy | None, terms: Terms) -> Stage:
        counts = state.phase in (Phase.NEW, Phase.OPEN) if state.counts is None else state.counts
        mine = {"verify": policy.verify, "plan": policy.plan} if policy else {}
        days = mine.get(state.clock, state.within)
        waits = state.within if state.held_by == "author" else None
        return Stage(
            clock=state.clock or state.name,
            days=days if waits is None or state.clock else None,
            named=state.name in self.named,
            waits=waits,
            pause=terms.caps.get(state.name, state.within or 0) if state.pauses else 0,
            open=counts,
            undone=any(
                state.name in step.sources for step in self.workflow.steps if step.target == BACK
            ),
        )

    def __str__(self) -> str:
        return self.slug
