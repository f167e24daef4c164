"""The list from the top: by votes, or by votes per cost, while the money lasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .elections import Election
from .outcomes import BY_FILL, BY_ORDER, Round, Tie
from .rules import VOTES, Rule
from .ties import Order


@dataclass(frozen=True)
class Taken:
    """Which projects were taken (by position, in this order), and each round."""

    winners: tuple[int, ...] = ()
    rounds: tuple[Round, ...] = ()
    spent: int = 0
    ended_at: int | None = None  # the project that ended a list which passes over nothing


def eligible(election: Election, rule: Rule) -> list[int]:
    """The projects that reach the threshold."""
    scores = election.scores
    return [p for p in range(len(election.projects)) if int(scores[p]) >= rule.threshold]


def worth(election: Election, rule: Rule) -> list[Fraction]:
    """What each project is ordered by: its score, or its score per cost."""
    if rule.order == VOTES:
        return [Fraction(int(score)) for score in election.scores]
    return [
        Fraction(int(score), project.cost)
        for score, project in zip(election.scores, election.projects, strict=True)
    ]


def ordered(
    candidates: Iterable[int], values: Sequence[Fraction], order: Order
) -> list[tuple[int, Tie | None]]:
    """The candidates, best first; a tie stands with the first of its equals still to be taken."""
    ranked = sorted(candidates, key=lambda p: (-values[p], order.rank[p]))
    found: list[tuple[int, Tie | None]] = []
    for n, p in enumerate(ranked):
        end = n + 1
        while end < len(ranked) and values[ranked[end]] == values[p]:
            end += 1
        found.append((p, order.first(ranked[n:end])[1]))
    return found


def greedy(
    election: Election, rule: Rule, order: Order, before: Taken | None = None, skip: bool = True
) -> Taken:
    """Take what fits, best first; with ``before``, what is left is filled like this."""
    values = worth(election, rule)
    taken = set(before.winners) if before else set()
    candidates = [p for p in eligible(election, rule) if p not in taken]
    how = BY_ORDER if before is None else BY_FILL
    return down(election, ordered(candidates, values, order), how, before or Taken(), skip)


def down(
    election: Election,
    ranked: Iterable[tuple[int, Tie | None]],
    how: str,
    before: Taken,
    skip: bool,
) -> Taken:
    """Go down a list while the money lasts; without ``skip`` it ends at what does not fit."""
    winners, rounds, left = list(before.winners), list(before.rounds), election.budget
    left -= before.spent
    ended_at = None
    for p, tie in ranked:
        project = election.projects[p]
        if project.cost > left:
            if skip:
                continue
            ended_at = p
            break
        left -= project.cost
        winners.append(p)
        rounds.append(Round(project.id, how, left, tie=tie))
    return Taken(tuple(winners), tuple(rounds), election.budget - left, ended_at)
