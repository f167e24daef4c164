"""What a project would have needed: the cost at which it would have won, found by counting again.

Nothing is estimated: a cost is only named after the whole count, steps and fill included, was
repeated with it and the project won.  How close it is to the highest such cost is said beside it:
``above`` lost when counted again.  Under rules with steps a still higher cost could win by chance
(cheaper does not always keep a winner there), so nobody may say that nothing else had helped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .elections import ORDINAL, Election
from .greedy import Taken, greedy, ordered, worth
from .jury import Marks, ranked
from .money import Floats, Support, supports
from .outcomes import BY_SHARES, Outcome
from .rules import GREEDY, SHARES, Rule
from .tally import taken_by
from .ties import Order

RECOUNTS = 16  # for one project; each halves what is not known after the first three


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
    guesses = _guesses(election, rule, outcome)
    found = []
    for p, result in enumerate(outcome.results):
        if not result.won and int(election.scores[p]) >= rule.threshold:
            search = _Search(election, rule, marks, p, recounts)
            low, high = search.bracket(guesses[p])
            if low:
                found.append(Near(result.id, low, result.cost - low, high, len(search.known)))
    return tuple(found)


def taken(election: Election, rule: Rule, marks: Marks | None) -> Taken:
    """What a rule takes, and no more."""
    order = Order(election, rule)
    if rule.rule == SHARES:
        return taken_by(election, rule, order)
    if rule.rule == GREEDY:
        return greedy(election, rule, order, skip=rule.skip)
    return ranked(election, rule, order, marks).taken


class _Search:
    """Counting again with other costs of one project."""

    def __init__(
        self, election: Election, rule: Rule, marks: Marks | None, p: int, recounts: int
    ) -> None:
        self.election, self.rule, self.marks, self.p = election, rule, marks, p
        self.recounts = recounts
        self.known: dict[int, bool] = {}

    def wins(self, cost: int) -> bool:
        """Whether the project wins if it costs this much."""
        if cost not in self.known:
            other = self.election.costing(self.p, cost)
            self.known[cost] = self.p in taken(other, self.rule, self.marks).winners
        return self.known[cost]

    def bracket(self, guess: int) -> tuple[int, int]:
        """A cost that wins (0: none found) and a higher one that does not, close together."""
        low, high = 0, self.election.projects[self.p].cost
        for cost in (guess, guess + 1, guess - 1):
            if low < cost < high:
                low, high = (cost, high) if self.wins(cost) else (low, cost)
        while high - low > 1 and len(self.known) < self.recounts:
            middle = (low + high) // 2
            low, high = (middle, high) if self.wins(middle) else (low, middle)
        return low, high


def _guesses(election: Election, rule: Rule, outcome: Outcome) -> list[int]:
    """For each project a cost at which it would win if nothing else changed."""
    found = _at_its_turn(election, rule, outcome)
    if rule.rule != SHARES or (outcome.comparison and outcome.comparison.kept != SHARES):
        return found
    behind = supports(election, rule)
    losers = [p for p, result in enumerate(outcome.results) if not result.won and behind[p].total]
    for money, price in _moments(election, behind, outcome):
        for p in losers:
            support = behind[p]
            found[p] = max(found[p], int(_payable(support, money[support.rows], price, rule)))
    return found


def _at_its_turn(election: Election, rule: Rule, outcome: Outcome) -> list[int]:
    """What is left when the list by order comes to each project; 0 where there is no list."""
    found = [0] * len(election.projects)
    left = outcome.budget - sum(
        result.cost for result in outcome.results if result.why == BY_SHARES
    )
    if rule.rule == SHARES and not rule.fill:
        return found
    values, order = worth(election, rule), Order(election, rule)
    rest = [p for p in range(len(found)) if outcome.results[p].why != BY_SHARES]
    for p, _tie in ordered(rest, values, order):
        found[p] = left
        left -= outcome.results[p].cost if outcome.results[p].won else 0
    return found


def _moments(
    election: Election, behind: list[Support], outcome: Outcome
) -> Iterator[tuple[Floats, float]]:
    """What all had before each round of Equal Shares, with the price that won; then at the end."""
    places = {project.id: p for p, project in enumerate(election.projects)}
    money = np.full(election.ballots.patterns, _float(outcome.endowment))
    for round in outcome.rounds:
        if round.price:
            price, support = _float(round.price), behind[places[round.id]]
            yield money, price
            asked = price * support.worth * (1.0 if support.shares is None else support.shares)
            money[support.rows] = np.maximum(money[support.rows] - asked, 0.0)
    yield money, float("inf")


def _float(said: str) -> float:
    whole, _slash, parts = said.partition("/")
    return int(whole) / int(parts or 1)


def _payable(support: Support, money: Floats, price: float, rule: Rule) -> float:
    """The highest cost its supporters pay at this price per utility, each no more than all."""
    points = np.ones(len(money)) if support.shares is None else support.shares
    if price == float("inf"):
        return float((support.weights * money).sum())
    if rule.utility != "cost":
        return float((support.weights * np.minimum(money, price * points)).sum())
    # The price is per rupiah of cost: cost = Σ min(money, price × points × cost), solved by cost.
    full = money / (price * points)  # the cost up to which each pays in full
    order = np.argsort(full)
    poor = np.cumsum((support.weights * money)[order])
    rich = support.total - np.cumsum((support.weights * points)[order])
    reached = full[order]
    spare = poor + price * rich * reached - reached
    enough = np.flatnonzero(spare >= 0)
    if not len(enough):
        return 0.0 if price * support.total < 1 else float(reached[0])
    last = int(enough[-1])
    slope = 1 - price * float(rich[last])
    return float(poor[last] / slope) if slope > 0 else float(reached[last])
