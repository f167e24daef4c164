"""What another weight would have changed: exact, as each total is a straight line in a weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from .sums import WHOLE, Criterion, Id

Shares = Mapping[str, Fraction]
One = TypeVar("One")


@dataclass(frozen=True)
class Shift(Generic[One]):
    """At which weight of one criterion (in points) two neighbours of the list change places."""

    code: str
    weight: Fraction
    above: One
    below: One


def reweighted(
    criteria: Sequence[Criterion], shares: Shares, code: str, points: Fraction
) -> Fraction:
    """A total if ``code`` weighed ``points``, the other weights keeping their proportions.

    ``shares`` are one proposal's (``Scored.shares``).  Where the others weigh nothing together,
    they share what is left equally.
    """
    here, rest = _line(criteria, shares, code)
    part = Fraction(points) / 100
    return 100 * (part * here + (1 - part) * rest)


def _line(criteria: Sequence[Criterion], shares: Shares, code: str) -> tuple[Fraction, Fraction]:
    """The share in ``code``, and the weighted mean of the shares in all others."""
    others = [criterion for criterion in criteria if criterion.code != code]
    weights = {c.code: Fraction(c.weight) for c in others}
    whole = sum(weights.values())
    if others and not whole:
        weights, whole = {c.code: Fraction(1) for c in others}, Fraction(len(others))
    rest = sum((weights[c.code] * shares[c.code] for c in others), Fraction(0))
    return shares[code], rest / whole if others else Fraction(0)


def nearest_shifts(
    criteria: Sequence[Criterion], table: Mapping[Id, Shares], order: Sequence[Id], code: str
) -> tuple[Shift[Id] | None, Shift[Id] | None]:
    """The next change of order when ``code`` weighs less, and when it weighs more.

    ``order`` is the list as it stands.  Whoever changes places first stands side by side, so only
    neighbours are asked.  None: no weight from 0 to 100 points changes the order on that side.
    """
    weight = next(Fraction(c.weight, WHOLE) for c in criteria if c.code == code)
    lines = {one: _line(criteria, table[one], code) for one in order}
    less: Shift[Id] | None = None
    more: Shift[Id] | None = None
    for above, below in zip(order, order[1:], strict=False):
        at = _crossing(lines[above], lines[below])
        if at is None or not 0 <= at <= 1:
            continue
        shift = Shift(code, 100 * at, above, below)
        if at <= weight and (less is None or shift.weight > less.weight):
            less = shift
        if at >= weight and (more is None or shift.weight < more.weight):
            more = shift
    return less, more


def _crossing(one: tuple[Fraction, Fraction], other: tuple[Fraction, Fraction]) -> Fraction | None:
    """The share of the whole weight at which two totals are equal; None when they run abreast."""
    (here, rest), (other_here, other_rest) = one, other
    slope = (here - rest) - (other_here - other_rest)
    return (other_rest - rest) / slope if slope else None
