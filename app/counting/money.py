"""What each voter has left, exactly: voters with equal money form a class with one fraction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from gmpy2 import mpq

from .elections import Election, Ints
from .rules import COST, Rule

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Support:
    """Who supports one project: patterns of ballots, how many cast each, with how many points.

    ``points`` is None where every supporter gives one.  ``worth`` is the utility of a point.
    """

    cost: int
    rows: Ints
    counts: Ints
    points: Ints | None
    worth: int

    @cached_property
    def weights(self) -> Floats:
        """How many cast each pattern, to reckon with."""
        return self.counts.astype(np.float64)

    @cached_property
    def shares(self) -> Floats | None:
        """The points, to reckon with."""
        return None if self.points is None else self.points.astype(np.float64)

    @cached_property
    def total(self) -> int:
        """All points together: the cost divided by it is the lowest price there can be."""
        return int((self.counts if self.points is None else self.counts * self.points).sum())

    @cached_property
    def voters(self) -> int:
        """How many voters support it."""
        return int(self.counts.sum())


def supports(election: Election, rule: Rule) -> list[Support]:
    """Who supports each project, and what a point is worth to them."""
    pairs = zip(election.projects, election.supporters, strict=True)
    return [
        Support(project.cost, rows, counts, points, project.cost if rule.utility == COST else 1)
        for project, (rows, counts, points) in pairs
    ]


@dataclass(frozen=True)
class Bought:
    """What a purchase came to: its exact price per point, who paid, and who gave all they had."""

    price: mpq
    payers: int
    poorer: int
    most: mpq


class Purses:
    """The money of all voters, as classes of equal money."""

    def __init__(self, patterns: int, endowment: mpq) -> None:
        self.of_pattern = np.zeros(patterns, dtype=np.int64)
        self.values: list[mpq] = [endowment]
        self.known = {endowment: 0}

    def groups(self, support: Support) -> tuple[Ints, Ints, Ints, Ints]:
        """Supporters by class and points: class, points, how many voters; and each row's group."""
        classes = self.of_pattern[support.rows]
        if support.points is None:
            keys, back = np.unique(classes, return_inverse=True)
            points = np.ones(len(keys), dtype=np.int64)
        else:
            width = int(support.points.max(initial=0)) + 1
            both, back = np.unique(classes * width + support.points, return_inverse=True)
            keys, points = both // width, both % width
        counts = np.bincount(back, weights=support.weights, minlength=len(keys))
        return keys, points, counts.astype(np.int64), back.astype(np.int64)

    def available(self, support: Support) -> mpq:
        """What the supporters have together."""
        keys, _points, counts, _back = self.groups(support)
        return sum(
            (self.values[k] * n for k, n in zip(keys.tolist(), counts.tolist(), strict=True)),
            mpq(0),
        )

    def lacking(self, supports: Sequence[Support]) -> tuple[int, ...]:
        """What the supporters of each project lack, in whole units, upwards."""
        money = np.array([float(value) for value in self.values])[self.of_pattern]
        most = float(self.values[0])
        found = []
        for support in supports:
            about = support.cost - float((support.weights * money[support.rows]).sum())
            error = (support.cost + most * support.voters) * 1e-9
            if math.ceil(about - error) != math.ceil(about + error):
                about = -int((self.available(support) - support.cost) // 1)
            found.append(max(0, math.ceil(about)))
        return tuple(found)

    def price(self, support: Support) -> mpq | None:
        """The exact price per point at which the supporters can pay; None if they cannot."""
        keys, points, counts, _back = self.groups(support)
        each = zip(keys.tolist(), points.tolist(), counts.tolist(), strict=True)
        purses = sorted((self.values[k] / p, p * n) for k, p, n in each)
        rest, missing = support.total, mpq(support.cost)
        for richest, weight in purses:
            if missing <= richest * rest:
                return missing / rest
            missing -= richest * weight
            rest -= weight
        return None

    def pay(self, support: Support, price: mpq) -> Bought:
        """Let each supporter pay the price times the points, or whatever is left."""
        keys, points, counts, back = self.groups(support)
        after = np.empty(len(keys), dtype=np.int64)
        payers = poorer = 0
        each = zip(keys.tolist(), points.tolist(), counts.tolist(), strict=True)
        most = mpq(0)
        for n, (key, given, count) in enumerate(each):
            money, asked = self.values[key], price * given
            paid = min(money, asked)
            after[n] = self._class(money - paid)
            payers += count if money else 0
            poorer += count if money and money < asked else 0
            most = max(most, paid)
        self.of_pattern[support.rows] = after[back]
        return Bought(price, payers, poorer, most)

    def _class(self, value: mpq) -> int:
        found = self.known.get(value)
        if found is None:
            found = self.known[value] = len(self.values)
            self.values.append(value)
        return found
