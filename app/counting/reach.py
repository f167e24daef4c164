"""Up to which cost a run of Equal Shares would have bought the projects it did not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .elections import Election
from .money import Floats, Support
from .rules import COST, Rule
from .shares import Bill

MOST_ROUNDS = 60  # of Newton's method; three or four are usual


def reaches(
    election: Election, behind: Sequence[Support], bill: Bill, losers: Sequence[int], rule: Rule
) -> Floats:
    """For each loser, in floats: the highest cost at which this run would have bought it.

    Until it is bought, nothing in a run depends on a project's cost.  So it is bought if and only
    if before one of the rounds its supporters could pay it at the price that won, or can pay at
    the end; the highest such cost is sought.  Infinite: it was bought; 0: it has no supporters.
    """
    crowd = _Crowd([behind[p] for p in losers], rule.utility == COST)
    money = np.full(election.ballots.patterns, float(bill.endowment))
    found = np.zeros(len(losers))
    for p, price in zip(bill.winners, bill.prices, strict=True):
        support = behind[p]
        found = np.maximum(found, crowd.payable(money, price / support.worth))
        asked = price if support.shares is None else price * support.shares
        money[support.rows] = np.maximum(money[support.rows] - asked, 0.0)
    return np.where(_won(bill, losers), np.inf, np.maximum(found, crowd.together(money)))


def _won(bill: Bill, losers: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of them this run bought at the cost they have."""
    return np.array([p in bill.winners for p in losers], dtype=bool)


class _Crowd:
    """The supporters of several projects, one after the other in one array."""

    def __init__(self, supports: Sequence[Support], by_cost: bool) -> None:
        self.by_cost = by_cost
        self.some = np.array([len(support.rows) > 0 for support in supports], dtype=bool)
        kept = [support for support in supports if len(support.rows)]
        sizes = [len(support.rows) for support in kept]
        self.starts = np.cumsum([0, *sizes])[:-1]
        self.of = np.repeat(np.arange(len(kept)), sizes)
        self.rows = np.concatenate([s.rows for s in kept] or [np.zeros(0, dtype=np.int64)])
        self.weights = np.concatenate([s.weights for s in kept] or [np.zeros(0)])
        points = [np.ones(len(s.rows)) if s.shares is None else s.shares for s in kept]
        self.points = np.concatenate(points or [np.zeros(0)])

    def sums(self, values: Floats) -> Floats:
        """The sum for each project that has supporters."""
        return np.add.reduceat(values, self.starts) if len(values) else np.zeros(0)

    def all(self, values: Floats) -> Floats:
        """The same with nothing for projects without supporters."""
        found = np.zeros(len(self.some))
        found[self.some] = values
        return found

    def together(self, money: Floats) -> Floats:
        """What the supporters of each project have together."""
        return self.all(self.sums(self.weights * money[self.rows]))

    def payable(self, money: Floats, price: float) -> Floats:
        """The highest cost the supporters can pay at this price per utility."""
        purses = money[self.rows]
        asked = price * self.points
        if not self.by_cost:
            return self.all(self.sums(self.weights * np.minimum(purses, asked)))
        # What is paid towards a cost c is the sum of min(purse, asked × c): concave, nothing for
        # nothing.  Newton's method from above comes down to the last c that is paid in full.
        cost = self.sums(self.weights * purses)
        for _round in range(MOST_ROUNDS):
            full = asked * cost[self.of]
            spare = self.sums(self.weights * np.minimum(purses, full)) - cost
            if (spare >= -1e-12 * cost).all():
                break
            slope = self.sums(self.weights * asked * (full < purses)) - 1
            lower = np.maximum(cost - spare / np.minimum(slope, -1e-12), 0)
            cost = np.where(slope < -1e-12, lower, 0)
        return self.all(cost)
