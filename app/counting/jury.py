"""A jury's marks on a fixed scale, alone or mixed with public support, as a list to the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .elections import Election
from .greedy import Taken, down, eligible, ordered
from .outcomes import BY_ORDER
from .rules import Rule, Unfit
from .ties import Order


@dataclass(frozen=True)
class Aspect:
    """What judges mark, from ``low`` to ``high``, and how much it weighs beside the others."""

    code: str
    weight: int
    low: int = 1
    high: int = 5


@dataclass(frozen=True)
class Verdict:
    """One project before the jury: points of 0 to 100 by judge, their mean and their spread."""

    judges: tuple[tuple[str, Fraction], ...]
    mean: Fraction
    spread: Fraction  # between the highest and the lowest judge


@dataclass(frozen=True)
class Marks:
    """All marks: by project's id, judge and aspect's code."""

    aspects: tuple[Aspect, ...]
    given: Mapping[str, Mapping[str, Mapping[str, int]]]

    def judged(self, id: str) -> bool:
        """Did the jury mark this project?  What it did not mark gets no place."""
        return bool(self.given.get(id))

    def verdict(self, id: str) -> Verdict:
        """Weigh one project's marks.  Raises Unfit for one that is missing or off its scale."""
        weight = sum(aspect.weight for aspect in self.aspects)
        if weight <= 0 or not self.given.get(id):
            raise Unfit(f"no marks for {id}", "marks")
        judges = tuple(
            (judge, sum((self._share(id, a, marks) for a in self.aspects), Fraction(0)) / weight)
            for judge, marks in sorted(self.given[id].items())
        )
        points = [points for _judge, points in judges]
        return Verdict(judges, sum(points, Fraction(0)) / len(points), max(points) - min(points))

    @staticmethod
    def _share(id: str, aspect: Aspect, marks: Mapping[str, int]) -> Fraction:
        mark = marks.get(aspect.code)
        if mark is None or not aspect.low <= mark <= aspect.high:
            raise Unfit(f"no mark for {aspect.code} of {id}, or off its scale", "marks")
        return 100 * aspect.weight * Fraction(mark - aspect.low, aspect.high - aspect.low)


@dataclass(frozen=True)
class Ranked:
    """The list: each project's points of 0 to 100, and what was taken from the top.

    None stands for what the jury did not judge: it is not listed.
    """

    points: Sequence[Fraction | None]
    taken: Taken


def approval(election: Election) -> list[Fraction]:
    """The share of voters who support each project, in points of 0 to 100."""
    voters = max(election.voters, 1)
    return [Fraction(100 * int(votes), voters) for votes in election.votes]


def ranked(election: Election, rule: Rule, order: Order, marks: Marks | None) -> Ranked:
    """The list by jury and public in the parts the rule says; without a jury by score.

    Points lie on fixed scales, so withdrawing a project moves no other.
    """
    points: list[Fraction | None] = [Fraction(int(score)) for score in election.scores]
    if rule.jury:
        if marks is None:
            raise Unfit("the marks of the jury are missing", "marks")
        points = [
            rule.jury * marks.verdict(project.id).mean + (1 - rule.jury) * public
            if marks.judged(project.id)
            else None
            for project, public in zip(election.projects, approval(election), strict=True)
        ]
    able = [p for p in eligible(election, rule) if points[p] is not None]
    listed = ordered(able, [one or Fraction(0) for one in points], order)
    return Ranked(points, down(election, listed, BY_ORDER, Taken(), rule.skip))
