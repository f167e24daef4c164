"""What the city's own decisions suggest for a report; nothing when nothing good was learnt.

A suggestion decides nothing.  It is off until a model is right more often than the rules and than
the commonest answer (``SuggestionModel.helps``), and the city may keep it off in its settings.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.guess import model as learnt
from app.guess.model import Corrupt, Guess, Model
from app.logs import log
from models import Complaint, Item, SuggestionModel, reading

from .calendar import city_day
from .decisions import KIND, facts, text_of
from .labels import labels
from .rulebook import rulebook

KEEP_SECONDS = 60
SHOWN = 0.35  # less sure than this is not worth a moderator's look
SHOWN_TO_RESIDENTS = 0.5
LEAST_LETTERS = 12
NEWEST = (
    select(SuggestionModel.id, SuggestionModel.helps, SuggestionModel.synthetic)
    .where(SuggestionModel.kind == KIND)
    .order_by(SuggestionModel.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Suggestion:
    """A guess to be shown: ``code`` is a category's or a department's."""

    question: str
    code: str
    confidence: float
    words: tuple[str, ...]
    synthetic: bool

    @property
    def percent(self) -> int:
        """The confidence as people read it."""
        return min(99, round(self.confidence * 100))


@dataclass(frozen=True)
class Held:
    """The model in use; ``helps`` are the questions it may be asked.  ``row`` 0: there is none."""

    row: int
    helps: frozenset[str]
    synthetic: bool
    model: Model | None
    taken: float = field(compare=False)


def held() -> Held:
    """The newest model, looked for at most once a minute."""
    kept: Held | None = current_app.extensions.get("rembuk_suggestions")
    if kept is None or time.monotonic() - kept.taken > KEEP_SECONDS:
        kept = current_app.extensions["rembuk_suggestions"] = _look(kept)
    return kept


def forget() -> None:
    """Look for a newer model at the next question."""
    current_app.extensions.pop("rembuk_suggestions", None)


def enabled() -> bool:
    """Does the city want suggestions at all?"""
    wanted: Mapping[str, Any] = current_app.config["CITY"].facts.get("suggestions", {})
    return bool(wanted.get("enabled", True))


def _look(before: Held | None) -> Held:
    nothing = Held(0, frozenset(), False, None, time.monotonic())
    newest = reading().execute(NEWEST).first() if enabled() else None
    if newest is None:
        return nothing
    helps = frozenset(newest.helps.split())
    if before is not None and before.row == newest.id:
        return Held(before.row, before.helps, before.synthetic, before.model, time.monotonic())
    model = _load(newest.id) if helps else None
    return Held(newest.id, helps, newest.synthetic, model, time.monotonic())


def _load(row_id: int) -> Model | None:
    """The arrays of a model; one that is damaged is said in the log and left alone."""
    query = select(SuggestionModel.head, SuggestionModel.arrays, SuggestionModel.checksum)
    row = reading().execute(query.where(SuggestionModel.id == row_id)).first()
    try:
        return learnt.load(row.head, row.arrays, row.checksum) if row is not None else None
    except Corrupt as error:
        log.error("suggestion model unusable", model=row_id, why=str(error))
        return None


def of_item(item: Item, questions: Collection[str] = learnt.HEADS) -> list[Suggestion]:
    """What is suggested for a report, question by question."""
    if not isinstance(item, Complaint):
        return []
    found = []
    for question in questions:
        known = facts(question, item.area_code, item.category_code, item.road_class)
        found += _asked(question, text_of(item.title, item.body), known, SHOWN)[:1]
    return found


STEPS = {
    "verify": ("category",),
    "recategorise": ("category",),
    "route": learnt.HEADS,
    "reverify": ("department",),
    "decide_owner": ("department",),
}
STATES = {
    "received": ("category",),
    "verified": learnt.HEADS,
    "returned": ("department",),
}


def for_step(item: Item, step: str) -> list[Suggestion]:
    """What is suggested to whoever takes this step; nothing on steps that decide neither."""
    return of_item(item, STEPS.get(step, ()))


def for_state(item: Item) -> list[Suggestion]:
    """What is suggested while an item stands where somebody decides about it."""
    return of_item(item, STATES.get(item.state, ()))


def of_words(title: str, body: str, area: str = "") -> list[Suggestion]:
    """The categories suggested for what somebody is typing."""
    text = text_of(title, body)[:5000]
    if len(text.strip()) < LEAST_LETTERS:
        return []
    return _asked("category", text, facts("category", area), SHOWN_TO_RESIDENTS)[:1]


def of_draft(kind: str, typed: Mapping[str, Any]) -> Suggestion | None:
    """What the pages typed so far seem to be about, when they say something else."""
    words, place = typed.get("isi") or {}, typed.get("lokasi") or {}
    chosen = words.get("category_code", "")
    title, body, area = (words.get("title"), words.get("body"), place.get("area_code"))
    if kind != KIND or not all(isinstance(part, str | None) for part in (title, body, area)):
        return None
    found = of_words(title or "", body or "", area or "")
    return found[0] if found and found[0].code != chosen else None


def _asked(question: str, text: str, known: tuple[str, ...], least: float) -> list[Suggestion]:
    now = held()
    if now.model is None or question not in now.helps:
        return []
    guesses = now.model.guess(question, text, known)
    return [
        Suggestion(question, guess.code, guess.confidence, guess.words, now.synthetic)
        for guess in guesses
        if guess.confidence >= least and guess.words and _in_force(question, guess)
    ]


def _in_force(question: str, guess: Guess) -> bool:
    """May the code still be chosen?  A model may be older than the city's last change."""
    if question == "category":
        category = labels().categories.get(guess.code)
        return category is not None and category.holds(city_day()) and not category.emergency
    office = rulebook().offices.get(guess.code)
    return office is not None and office.holds(city_day())
