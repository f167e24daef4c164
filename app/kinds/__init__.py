"""The kinds of item this city runs.  Add one here and it has pages, a map layer and tests."""

from __future__ import annotations

from functools import cache

from app.workflow import Phase, State
from models import Item

from .badami import BADAMI
from .base import Kind
from .lapor import LAPOR
from .musrenbang import MUSRENBANG
from .words import REASONS

KINDS = {kind.slug: kind for kind in (LAPOR, MUSRENBANG, BADAMI)}


def kind_of(item: Item) -> Kind:
    """The kind an item is of."""
    return KINDS[item.kind]


def state_of(item: Item) -> State:
    """The declared state an item is in."""
    return kind_of(item).workflow[item.state]


def states_in(*phases: Phase) -> list[tuple[str, str]]:
    """Every (kind, state) in one of these phases."""
    return [(k.slug, name) for k in KINDS.values() for name in k.workflow.in_phase(*phases)]


OFFICE = ("triage", "owner", "planner", "level", "appeal")  # holders who can be late


@cache
def held_by_office() -> tuple[tuple[str, str], ...]:
    """Every (kind, state) in which an office has to act; only there something can be overdue."""
    return tuple(
        (kind.slug, state.name)
        for kind in KINDS.values()
        for state in kind.workflow.states
        if state.held_by in OFFICE
    )


__all__ = [
    "KINDS",
    "OFFICE",
    "REASONS",
    "Kind",
    "held_by_office",
    "kind_of",
    "state_of",
    "states_in",
]
