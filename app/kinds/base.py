"""What a kind of item must say about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import get_locale

from app.clocks import Calendar
from app.forms import ItemForm
from app.workflow import State, Workflow
from models import Item

Effect = Callable[[Any, Mapping[str, Any]], None]
Clock = Callable[[Any], int | date | None]


@dataclass(frozen=True)
class Kind:
    """One service: its table, form, states and steps, and what its steps write.

    ``effects`` maps a step to what it sets on the item from the answers given; ``clocks`` maps a
    state to the working days (or the date) that hold there instead of ``State.within``;
    ``hints`` are the words below the form's fields; ``facts`` names what ``Step.when`` may ask
    about; ``columns`` adds what follows from the form's values and the day of filing;
    ``publishes_at_filing`` says whether a confirmed person's item appears at once.
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
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    facts: Callable[[Any], frozenset[str]] = lambda item: frozenset()
    columns: Callable[[dict[str, Any], date], dict[str, Any]] = lambda values, day: {}

    @property
    def words(self) -> Mapping[str, str]:
        """What the city calls this service: label, word, sentence, action, noun.

        A word of another language stands beside it, as ``sentence_en``.
        """
        words: Mapping[str, str] = current_app.config["CITY"].services[self.slug]
        end = f"_{get_locale()}"
        theirs = {name.removesuffix(end): words[name] for name in words if name.endswith(end)}
        return {**words, **theirs} if theirs else words

    @property
    def label(self) -> str:
        """The service's name in this city."""
        return self.words["label"]

    def due_on(self, item: Item, state: State, today: date, calendar: Calendar) -> date | None:
        """The day by which the holder should have moved the item on from ``state``."""
        clock = self.clocks.get(state.name)
        within = clock(item) if clock else state.within
        if within is None or isinstance(within, date):
            return within
        return calendar.add(today, within)

    def __str__(self) -> str:
        return self.slug
