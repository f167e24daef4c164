"""Public phases in SQL: which states of which kinds stand in them."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache

from flask_babel import get_locale

from app.kinds import KINDS, held_by_office
from app.workflow import Phase

WAITING = (Phase.NEW.value, Phase.OPEN.value)  # somebody still has to act


@cache
def table() -> tuple[tuple[str, str, str], ...]:
    """Every (kind, state, phase) there is."""
    return tuple(
        (slug, state.name, state.phase.value)
        for slug, kind in KINDS.items()
        for state in kind.workflow.states
    )


@cache
def slugs() -> tuple[str, ...]:
    """The kinds of item, in their order."""
    return tuple(KINDS)


def pairs(phases: Collection[str]) -> tuple[str, ...]:
    """``kind:state`` for every state in one of ``phases``."""
    return tuple(f"{kind}:{state}" for kind, state, phase in table() if phase in phases)


def with_office() -> tuple[str, ...]:
    """``kind:state`` for every state in which an office has to act."""
    return tuple(f"{kind}:{state}" for kind, state in held_by_office())


def words() -> str:
    """``{"kind:state": [phase, label]}`` as JSON, labels in the language of the request."""
    return _words(str(get_locale() or ""))


@cache
def _words(_locale: str) -> str:
    said = {
        f"{slug}:{state.name}": [state.phase.value, str(state.label)]
        for slug, kind in KINDS.items()
        for state in kind.workflow.states
    }
    return json.dumps(said, ensure_ascii=False)
