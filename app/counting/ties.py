"""Who comes first among equals: one total order, and what decided between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .elections import Election
from .outcomes import Tie
from .rules import CHEAPER, FILE_ORDER, LOT, MORE_VOTES, NAME, Rule, Unfit

Key = Callable[[Election, int], Any]
KEYS: dict[str, Key] = {
    CHEAPER: lambda election, p: election.projects[p].cost,
    MORE_VOTES: lambda election, p: -int(election.votes[p]),
    LOT: lambda election, p: election.lots[p],
    NAME: lambda election, p: election.projects[p].id,
    FILE_ORDER: lambda election, p: p,
}


class Order:
    """The order of a rule's ties over the projects of an election; Unfit for a lot unseeded."""

    def __init__(self, election: Election, rule: Rule) -> None:
        if LOT in rule.ties and not election.seed:
            raise Unfit("the lot needs its seed", "seed")
        self.election, self.words = election, rule.ties
        self.keys = [
            tuple(KEYS[word](election, p) for word in rule.ties)
            for p in range(len(election.projects))
        ]
        order = sorted(range(len(self.keys)), key=self.keys.__getitem__)
        self.rank = [0] * len(order)
        for place, p in enumerate(order):
            self.rank[p] = place

    def first(self, equal: Sequence[int]) -> tuple[int, Tie | None]:
        """The one that comes first, and the tie if there was one."""
        if len(equal) == 1:
            return equal[0], None
        ordered = sorted(equal, key=self.rank.__getitem__)
        pairs = zip(self.words, self.keys[ordered[0]], self.keys[ordered[1]], strict=True)
        decided = next(word for word, one, other in pairs if one != other)
        return ordered[0], Tie(tuple(self.election.projects[p].id for p in ordered), decided)
