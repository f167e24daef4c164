"""Scores that anybody can recompute: a weighted sum on a fixed scale, in exact arithmetic.

``sums`` is the binding rule; ``ahp`` derives weights from comparisons in pairs; ``shifts`` says
what another weight would have changed; ``topsis`` is another view of the same marks, never binding,
as withdrawing one proposal may reorder the others there.  Pure Python: no Flask, no database.
"""

from __future__ import annotations

from .ahp import MOST_INCONSISTENT, Comparison, Inconsistent, compare
from .shifts import Shift, nearest_shifts, reweighted
from .sums import (
    WHOLE,
    Criterion,
    Part,
    Scored,
    Unmarked,
    band,
    ranks,
    score,
    weights_add_up,
)
from .topsis import closeness

__all__ = [
    "MOST_INCONSISTENT",
    "WHOLE",
    "Comparison",
    "Criterion",
    "Inconsistent",
    "Part",
    "Scored",
    "Shift",
    "Unmarked",
    "band",
    "closeness",
    "compare",
    "nearest_shifts",
    "ranks",
    "reweighted",
    "score",
    "weights_add_up",
]
