"""TOPSIS (Hwang and Yoon 1981), as a second look at the same marks: a view, never a decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from .sums import Criterion, Id


def closeness(
    criteria: Sequence[Criterion], means: Mapping[Id, Mapping[str, Fraction]]
) -> dict[Id, float]:
    """How close each comes to the best marks there are, 0 to 1; columns in vector normalisation.

    ``means`` holds the mean mark of each criterion.  All criteria are of the kind more is better.
    """
    if not means:
        return {}
    weighted: dict[str, dict[Id, float]] = {}
    for criterion in criteria:
        column = {one: float(marks[criterion.code]) for one, marks in means.items()}
        length = math.sqrt(sum(value * value for value in column.values())) or 1.0
        weighted[criterion.code] = {
            one: value / length * criterion.weight for one, value in column.items()
        }
    best = {code: max(column.values()) for code, column in weighted.items()}
    worst = {code: min(column.values()) for code, column in weighted.items()}
    return {one: _between(one, weighted, best, worst) for one in means}


def _between(
    one: Id,
    weighted: Mapping[str, Mapping[Id, float]],
    best: Mapping[str, float],
    worst: Mapping[str, float],
) -> float:
    to_best = math.sqrt(sum((weighted[code][one] - best[code]) ** 2 for code in weighted))
    to_worst = math.sqrt(sum((weighted[code][one] - worst[code]) ** 2 for code in weighted))
    return to_worst / (to_best + to_worst) if to_best + to_worst else 1.0
