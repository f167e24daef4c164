"""The binding rule: marks on a fixed scale, averaged over assessors, times published weights."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

WHOLE = 10_000  # all weights together, in hundredths of a point: 100 points
Id = TypeVar("Id", bound=Hashable)


class Unmarked(Exception):
    """A criterion has no mark yet, or too few; ``args[0]`` is its code."""


@dataclass(frozen=True)
class Criterion:
    """What is judged, with its weight in hundredths of a point, from ``low`` to ``high``."""

    code: str
    weight: int
    low: int = 1
    high: int = 5

    def __post_init__(self) -> None:
        """Refuse a scale without length and a weight below nothing."""
        if self.low >= self.high or self.weight < 0:
            raise ValueError(f"no such criterion: {self}")


@dataclass(frozen=True)
class Part:
    """How one criterion counted: the marks, their mean, its share of the scale, its points."""

    code: str
    marks: tuple[int, ...]
    mean: Fraction
    share: Fraction
    points: Fraction


@dataclass(frozen=True)
class Scored:
    """The points of one proposal, 0 to 100, and how they came about."""

    parts: tuple[Part, ...]
    total: Fraction

    @property
    def shares(self) -> dict[str, Fraction]:
        """The share of each criterion's scale, 0 to 1."""
        return {part.code: part.share for part in self.parts}


def weights_add_up(criteria: Iterable[Criterion]) -> bool:
    """Do the weights make 100 points?"""
    return sum(criterion.weight for criterion in criteria) == WHOLE


def score(
    criteria: Sequence[Criterion], marks: Mapping[str, Sequence[int]], least: int = 1
) -> Scored:
    """Weigh the marks that the assessors gave.

    ``marks`` holds one mark of each assessor for each criterion's code; ``least`` is how many
    there must be.  Raises Unmarked, and ValueError for a mark outside its scale.
    """
    parts = tuple(_part(criterion, tuple(marks.get(criterion.code, ())), least)
                  for criterion in criteria)  # fmt: skip
    return Scored(parts, sum((part.points for part in parts), Fraction(0)))


def _part(criterion: Criterion, marks: tuple[int, ...], least: int) -> Part:
    if len(marks) < max(least, 1):
        raise Unmarked(criterion.code)
    if not all(criterion.low <= mark <= criterion.high for mark in marks):
        raise ValueError(f"a mark of {criterion.code} lies outside its scale: {marks}")
    mean = Fraction(sum(marks), len(marks))
    share = (mean - criterion.low) / (criterion.high - criterion.low)
    return Part(criterion.code, marks, mean, share, share * Fraction(criterion.weight, 100))


def ranks(totals: Mapping[Id, Fraction]) -> dict[Id, int]:
    """The place of each, 1 the highest; equal totals share a place and the next is left out."""
    ordered = sorted(totals.values(), reverse=True)
    first: dict[Fraction, int] = {}
    for place, total in enumerate(ordered, start=1):
        first.setdefault(total, place)
    return {one: first[total] for one, total in totals.items()}


def band(value: Fraction | int, limits: Sequence[Fraction | int], low: int = 1) -> int:
    """The mark of a measured value: ``low``, and one more for each limit it reaches."""
    return low + sum(1 for limit in limits if value >= limit)
