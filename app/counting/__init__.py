"""Counting ballots on what to spend money for, so that anybody can recompute the result.

``count(election, rule)`` is the whole of it: ``Election`` holds projects, ballots and budget,
``Rule`` is the rule to the letter, ``Outcome`` says what won, why, and how every round went.
``nearest`` says what a project would have needed, ``words`` writes a rule out for people, ``read``
and ``written`` are for ``.pb`` files.  Pure: no Flask, no database; NumPy and exact fractions.
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
from .nearest import Near, nearest
from .outcomes import ENGINE, Comparison, Outcome, Result, Round, Run, Side, Tie, canonical
from .pabulib import PbFile, parse, read
from .pb_errors import BadFile
from .pb_writing import name_of, written
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
from .words import Said, words

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
    "BadFile",
    "Ballots",
    "Comparison",
    "Election",
    "Marks",
    "Near",
    "Outcome",
    "Pattern",
    "PbFile",
    "Project",
    "Result",
    "Round",
    "Rule",
    "Run",
    "Said",
    "Side",
    "Tie",
    "Unfit",
    "Verdict",
    "canonical",
    "count",
    "grouped",
    "name_of",
    "nearest",
    "parse",
    "read",
    "words",
    "written",
]
