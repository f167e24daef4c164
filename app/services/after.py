"""What a step means beyond its own item; each consequence stands in a service of its own.

``consequences`` run inside the step's transaction, in this order, with the item locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.workflow import Step
from models import Change, Item

from . import (
    assignments,
    carry,
    closing,
    credit,
    handover,
    levels,
    merging,
    proof,
    ranking_steps,
    realisation,
    splitting,
    survey,
)

Consequence = Callable[[Item, Step, Mapping[str, Any], Change], None]

consequences: tuple[Consequence, ...] = (
    merging.follow_up,
    proof.follow_up,
    closing.follow_up,
    splitting.follow_up,
    handover.follow_up,
    levels.follow_up,
    survey.follow_up,
    realisation.follow_up,
    credit.follow_up,
    carry.follow_up,
    assignments.follow_up,
    ranking_steps.follow_up,
)


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Everything that follows from a step just taken; ``given`` are its checked answers."""
    for consequence in consequences:
        consequence(item, step, given, change)
