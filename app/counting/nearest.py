"""What a project would have needed: the cost at which it would have won, found by counting again.

Nothing is estimated: a cost is only named after the whole count, steps and fill included, was
repeated with it and the project won.  How close it is to the highest such cost is said beside it:
``above`` lost when counted again.  Under rules with steps a still higher cost could win by chance
(cheaper does not always keep a winner there), so nobody may say that nothing else had helped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .elections import ORDINAL, Election
from .greedy import eligible, greedy, ordered, worth
from .jury import Marks, ranked
from .money import supports
from .outcomes import BY_SHARES, Outcome
from .reach import reaches
from .rules import GREEDY, SHARES, Rule
from .shares import Bill
from .tally import completed, last_within, repeated, step_of, taken_by
from .ties import Order

RECOUNTS = 24  # for one project


@dataclass(frozen=True)
class Near:
    """A project would have won at ``cost``, with ``less`` coming from elsewhere.

    At ``above`` it would not.  ``recounts``: how often the ballots were counted again to know it.
    """

    id: str
    cost: int
    less: int
    above: int
    recounts: int


def nearest(
    election: Election,
    rule: Rule,
    outcome: Outcome,
    marks: Marks | None = None,
    recounts: int = RECOUNTS,
) -> tuple[Near, ...]:
    """For each project that did not win, in their order, unless no cost was found to help.

    ``recounts``: how often the ballots may be counted again for one project.
    """
    if not election.voters or (rule.rule == SHARES and election.form == ORDINAL):
        return ()
    scores = election.scores
    losers = [
        p
        for p, result in enumerate(outcome.results)
        if not result.won and int(scores[p]) >= rule.threshold
    ]
    runs = _Runs(election, rule, losers)
    turns = _at_its_turn(election, rule, outcome)
    found = []
    for n, p in enumerate(losers):
        search = _Search(election, rule, marks, p, runs, n, recounts)
        low, high = search.bracket([turns[p], *runs.costs(n)])
        if low:
            cost = election.projects[p].cost
            found.append(Near(election.projects[p].id, low, cost - low, high, len(search.known)))
    return tuple(found)


class _Runs:
    """All runs of the count as it was, and up to which cost each loser would be bought in each."""

    def __init__(self, election: Election, rule: Rule, losers: Sequence[int]) -> None:
        self.election, self.bills = election, list[Bill]()
        self.table = np.zeros((0, len(losers)))
        if rule.rule != SHARES or not losers:
            return
        behind = supports(election, rule)
        candidates = [p for p in eligible(election, rule) if behind[p].total]
        self.bills = repeated(election, rule, Order(election, rule), behind, candidates)
        self.table = np.array(
            [reaches(election, behind, bill, losers, rule) for bill in self.bills]
        )
        step = step_of(election, rule)
        ends = [bill.endowment for bill in self.bills]
        self.gapless = all(b - a == step for a, b in zip(ends, ends[1:], strict=False))

    def costs(self, n: int) -> list[int]:
        """The costs at which a loser begins to be bought in one of the runs."""
        return [int(cost) for cost in self.table[:, n] if cost < np.inf]

    def first(self, n: int, cost: int) -> int | None:
        """The first run that differs if this loser costs so much; None: none does."""
        differs = np.flatnonzero(self.table[:, n] >= cost - 1)
        return int(differs[0]) if len(differs) else None


class _Search:
    """Counting again with other costs of one project."""

    def __init__(
        self,
        election: Election,
        rule: Rule,
        marks: Marks | None,
        p: int,
        runs: _Runs,
        n: int,
        recounts: int,
    ) -> None:
        self.election, self.rule, self.marks, self.p = election, rule, marks, p
        self.runs, self.n, self.recounts = runs, n, recounts
        self.known: dict[int, bool] = {}

    def wins(self, cost: int) -> bool:
        """Whether the project wins if it costs this much."""
        if cost not in self.known:
            self.known[cost] = self.p in self.counted(self.election.costing(self.p, cost), cost)
        return self.known[cost]

    def counted(self, other: Election, cost: int) -> Sequence[int]:
        """What wins then.  Runs of Equal Shares that cannot differ are not repeated."""
        rule, order = self.rule, Order(other, self.rule)
        if rule.rule == GREEDY:
            return greedy(other, rule, order, skip=rule.skip).winners
        if rule.rule != SHARES:
            return ranked(other, rule, order, self.marks).taken.winners
        bills = self.runs.bills
        first = self.runs.first(self.n, cost) if self.runs.gapless else 0
        if first is None and not rule.exhaustive_stop:
            return completed(other, rule, order, last_within(other, bills)).winners
        after = bills[first - 1] if first else None
        return taken_by(other, rule, order, after).winners

    def bracket(self, guesses: Sequence[int]) -> tuple[int, int]:
        """A cost that wins (0: none found) and a higher one that does not, close together."""
        low, high = 0, self.election.projects[self.p].cost
        likely = sorted({cost for cost in guesses if 0 < cost < high})
        while likely and len(self.known) < self.recounts:
            middle = likely[len(likely) // 2]
            low, high = (middle, high) if self.wins(middle) else (low, middle)
            likely = likely[bisect_left(likely, low + 1) : bisect_left(likely, high)]
        for cost in (low + 1, high - 1, low + 2):  # guesses are floats, rounded downwards
            if low < cost < high:
                low, high = (cost, high) if self.wins(cost) else (low, cost)
        while high - low > 1 and len(self.known) < self.recounts:
            middle = (low + high) // 2
            low, high = (middle, high) if self.wins(middle) else (low, middle)
        return low, high


def _at_its_turn(election: Election, rule: Rule, outcome: Outcome) -> list[int]:
    """What is left when the list by order comes to each project; 0 where there is no list."""
    found = [0] * len(election.projects)
    if rule.rule == SHARES and not rule.fill:
        return found
    left = outcome.budget - sum(
        result.cost for result in outcome.results if result.why == BY_SHARES
    )
    values, order = worth(election, rule), Order(election, rule)
    rest = [p for p in range(len(found)) if outcome.results[p].why != BY_SHARES]
    for p, _tie in ordered(rest, values, order):
        found[p] = left
        left -= outcome.results[p].cost if outcome.results[p].won else 0
    return found
