"""Counting ballots on what to spend money for, so that anybody can recompute the result.

``count(election, rule)`` is the whole of it: ``Election`` holds projects, ballots and budget,
``Rule`` is the rule to the letter, ``Outcome`` says what won, why, and how every round went.
``nearest`` says what a project would have needed, ``said`` writes the rule out for people, and
``pabulib`` reads and writes ``.pb`` files.  Pure: no Flask, no database; NumPy and exact fractions.
"""

from __future__ import annotations

from .counts import count
from .elections import (
    APPROVAL,
    CHOOSE_ONE,
    FORMS,
    ORDINAL,
    POINTS,
    Ballots,
    Election,
    Pattern,
    Project,
    grouped,
)
from .jury import Aspect, Marks, Verdict
from .outcomes import ENGINE, Comparison, Outcome, Result, Round, Run, Side, Tie, canonical
from .rules import (
    CARDINALITY,
    COST,
    GREEDY,
    RANKED,
    SHARES,
    VOTES,
    VOTES_PER_COST,
    Rule,
    Unfit,
)

__all__ = [
    "APPROVAL",
    "CARDINALITY",
    "CHOOSE_ONE",
    "COST",
    "ENGINE",
    "FORMS",
    "GREEDY",
    "ORDINAL",
    "POINTS",
    "RANKED",
    "SHARES",
    "VOTES",
    "VOTES_PER_COST",
    "Aspect",
    "Ballots",
    "Comparison",
    "Election",
    "Marks",
    "Outcome",
    "Pattern",
    "Project",
    "Result",
    "Round",
    "Rule",
    "Run",
    "Side",
    "Tie",
    "Unfit",
    "Verdict",
    "canonical",
    "count",
    "grouped",
]
