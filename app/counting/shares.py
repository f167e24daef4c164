"""One run of the Method of Equal Shares (Peters, Pierczynski and Skowron 2021).

Everybody begins with the same money.  In each round every project that its supporters can still
pay has a price: the least money per unit of utility with which they can, everybody paying alike
except those who give all they have left.  The lowest price wins, and is paid.

Floats only filter.  Wherever two numbers come closer than their error may be, exact fractions
decide: those of the supporters alone where all of them can pay in full, else the purses of all
voters, brought up to date by repeating the rounds so far.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from gmpy2 import mpq

from .elections import Election
from .money import Bought, Floats, Purses, Support
from .outcomes import Tie
from .ties import Order

GUARD = 1e-9  # closer than this, relatively, exact fractions decide
SLIP = 1e-11  # error of a sum over ballots, relatively
WEAR = 1e-13  # error of a voter's money after all payments, relative to the endowment


def _dot(one: Floats, other: Floats) -> float:
    """The sum of products; long ones not by BLAS, whose threads cost more than they bring."""
    return float(one @ other) if len(one) < 8192 else float((one * other).sum())


@dataclass(frozen=True)
class Offer:
    """A project's price per utility in floats, how far it may be off, and whether all pay alike."""

    project: int
    price: float  # per point
    slack: float
    alike: bool


@dataclass
class Bill:
    """What a run bought, in this order, at what prices; whether all always paid alike."""

    endowment: mpq
    winners: list[int] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)  # per point
    ties: list[Tie | None] = field(default_factory=list)
    spent: int = 0
    all_alike: bool = True


class Shares:
    """One run, round after round."""

    def __init__(
        self,
        election: Election,
        supports: Sequence[Support],
        candidates: Sequence[int],
        order: Order,
        endowment: mpq,
    ) -> None:
        self.supports, self.order = supports, order
        self.money: Floats = np.full(election.ballots.patterns, float(endowment))
        self.whole = float(endowment)
        self.paid = np.zeros(election.ballots.patterns, dtype=bool)
        self.bill = Bill(endowment)
        self.purses = Purses(election.ballots.patterns, endowment)
        self.repeated = 0
        self.heap = [
            (self.per_utility(p, supports[p].cost / supports[p].total) * (1 - GUARD), p)
            for p in candidates
            if supports[p].voters * self.whole > supports[p].cost * (1 - GUARD)
        ]
        self.prices: dict[int, float] = {}
        heapq.heapify(self.heap)

    def per_utility(self, p: int, price: float) -> float:
        """From a price per point to a price per unit of utility."""
        return price / self.supports[p].worth

    def run(self) -> Bill:
        """Buy until nothing can be paid any more."""
        while True:
            offers = self.offers()
            if not offers:
                return self.bill
            chosen, tie = self.choose(offers)
            for offer in offers:
                if offer.project != chosen.project:
                    heapq.heappush(self.heap, (self.least(offer), offer.project))
            self.buy(chosen, tie)

    def least(self, offer: Offer) -> float:
        """What the project will not cost less than; prices only rise."""
        return self.per_utility(offer.project, offer.price) * (1 - offer.slack)

    def offers(self) -> list[Offer]:
        """All projects that may be the cheapest now; those nobody can pay are dropped for good."""
        found: list[Offer] = []
        best = float("inf")
        while self.heap and self.heap[0][0] <= best:
            _bound, p = heapq.heappop(self.heap)
            offer = self.offer(p)
            if offer is not None:
                found.append(offer)
                most = self.per_utility(p, offer.price) * (1 + offer.slack)
                best = min(best, most)
        return found

    def offer(self, p: int) -> Offer | None:
        """The price of one project in floats; None when its supporters cannot pay it."""
        support = self.supports[p]
        money = self.money[support.rows]
        together = _dot(support.weights, money)
        margin = support.cost * GUARD + support.voters * self.whole * WEAR
        if together < support.cost + margin and (
            together < support.cost - margin or not self.affordable(p)
        ):
            return None
        return self.priced(p, money)

    def priced(self, p: int, money: Floats) -> Offer:
        """The price at which these supporters, who can pay, do so: Newton's method from below."""
        support = self.supports[p]
        weights, shares = support.weights, support.shares
        lowest, rest, poor = support.cost / support.total, float(support.total), False
        price = self.prices.get(p, lowest)
        asked = price if shares is None else price * shares
        while (money < asked).any():
            poor = True
            rich = weights * (money >= asked)
            rest = float(rich.sum()) if shares is None else _dot(rich, shares)
            if rest < 0.5:
                price, rest = float((money if shares is None else money / shares).max()), 1.0
                break
            raised = price + (support.cost - _dot(weights, np.minimum(money, asked))) / rest
            if raised <= price * (1 + 1e-15):
                break
            price = raised
            asked = price if shares is None else price * shares
        slack = GUARD + (SLIP + WEAR * self.whole / price) * support.total / rest
        if poor:
            self.prices[p] = price * (1 - slack)
            return Offer(p, price, slack, False)
        asked = lowest if shares is None else lowest * shares
        near = money < asked * (1 + GUARD) + self.whole * WEAR * 10
        return Offer(p, lowest, slack, not near.any())

    def affordable(self, p: int) -> bool:
        """Whether the supporters can pay, exactly."""
        support = self.supports[p]
        if not self.paid[support.rows].any():
            return bool(self.bill.endowment * support.voters >= support.cost)
        self.repeat()
        return bool(self.purses.available(support) >= support.cost)

    def choose(self, offers: Sequence[Offer]) -> tuple[Offer, Tie | None]:
        """The cheapest, exactly; among equals the order of ties."""
        best = min(self.per_utility(o.project, o.price) * (1 + o.slack) for o in offers)
        close = [o for o in offers if self.least(o) <= best]
        if len(close) == 1:
            return close[0], None
        exact = {o.project: self.exactly(o) for o in close}
        lowest = min(exact.values())
        first, tie = self.order.first([p for p, price in exact.items() if price == lowest])
        return next(o for o in close if o.project == first), tie

    def exactly(self, offer: Offer) -> mpq:
        """The exact price per utility of a project that can be paid."""
        support = self.supports[offer.project]
        if offer.alike:
            return mpq(support.cost, support.total * support.worth)
        self.repeat()
        price = self.purses.price(support)
        if price is None:
            raise ArithmeticError("a project that could be paid cannot")
        return price / support.worth

    def repeat(self) -> None:
        """Bring the exact purses up to date."""
        while self.repeated < len(self.bill.winners):
            support = self.supports[self.bill.winners[self.repeated]]
            price = self.purses.price(support)
            if price is None:
                raise ArithmeticError("a project that was paid cannot be")
            self.purses.pay(support, price)
            self.repeated += 1

    def buy(self, offer: Offer, tie: Tie | None) -> None:
        """Let the supporters pay."""
        support = self.supports[offer.project]
        asked = offer.price if support.shares is None else offer.price * support.shares
        self.money[support.rows] = np.maximum(self.money[support.rows] - asked, 0.0)
        self.paid[support.rows] = True
        self.bill.winners.append(offer.project)
        self.bill.prices.append(offer.price)
        self.bill.ties.append(tie)
        self.bill.spent += support.cost
        self.bill.all_alike &= offer.alike


def receipts(
    election: Election, supports: Sequence[Support], bill: Bill
) -> tuple[list[Bought], Purses]:
    """A run once more in exact fractions: what each winner cost whom, and what is left."""
    purses, found = Purses(election.ballots.patterns, bill.endowment), []
    for p in bill.winners:
        price = purses.price(supports[p])
        if price is None:
            raise ArithmeticError("a project that was paid cannot be")
        found.append(purses.pay(supports[p], price))
    return found, purses
