"""Weights from comparisons in pairs (Analytic Hierarchy Process, Saaty 1980), checked for sense."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .sums import WHOLE

MOST_INCONSISTENT = 0.10  # above this consistency ratio the comparisons contradict each other
# Mean consistency index of random matrices of 1 … 15 criteria (Saaty).
RANDOM_INDEX = (
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
)  # fmt: skip


class Inconsistent(Exception):
    """The comparisons contradict each other too much; ``args[0]`` is the consistency ratio."""


@dataclass(frozen=True)
class Comparison:
    """What comparisons in pairs come to.

    ``weights`` are hundredths of a point and make 100 points; ``ratio`` is the consistency ratio.
    """

    matrix: tuple[tuple[Fraction, ...], ...]
    weights: tuple[int, ...]
    ratio: float


def compare(n: int, judged: Mapping[tuple[int, int], Fraction]) -> Comparison:
    """Weights of ``n`` criteria; ``judged[i, j]`` says how many times i matters more than j.

    Only pairs with i < j are asked, each from 1/9 to 9; a missing one counts as equal.  Weights
    are row geometric means.  Raises ValueError for a comparison outside the scale or too many
    criteria; whether the ratio is good enough is the caller's to ask (``MOST_INCONSISTENT``).
    """
    if not 1 <= n <= len(RANDOM_INDEX):
        raise ValueError(f"between 1 and {len(RANDOM_INDEX)} criteria, not {n}")
    matrix = _matrix(n, judged)
    means = [math.exp(sum(math.log(value) for value in row) / n) for row in matrix]
    shares = [mean / sum(means) for mean in means]
    return Comparison(matrix, _whole(shares), _ratio(matrix, shares))


def _matrix(n: int, judged: Mapping[tuple[int, int], Fraction]) -> tuple[tuple[Fraction, ...], ...]:
    rows = [[Fraction(1)] * n for _row in range(n)]
    for (i, j), value in judged.items():
        if not (0 <= i < j < n and Fraction(1, 9) <= value <= 9):
            raise ValueError(f"no such comparison: {i}, {j}, {value}")
        rows[i][j], rows[j][i] = Fraction(value), 1 / Fraction(value)
    return tuple(map(tuple, rows))


def _ratio(matrix: Sequence[Sequence[Fraction]], shares: Sequence[float]) -> float:
    n = len(shares)
    if n < 3:
        return 0.0
    products = [sum(float(a) * w for a, w in zip(row, shares, strict=True)) for row in matrix]
    largest = sum(p / w for p, w in zip(products, shares, strict=True)) / n
    return max(0.0, (largest - n) / (n - 1) / RANDOM_INDEX[n - 1])


def _whole(shares: Sequence[float]) -> tuple[int, ...]:
    """Hundredths of a point that make 100 points, by largest remainder; the earlier wins a tie."""
    exact = [share * WHOLE for share in shares]
    found = [math.floor(value) for value in exact]
    order = sorted(range(len(shares)), key=lambda i: (found[i] - exact[i], i))
    for i in order[: WHOLE - sum(found)]:
        found[i] += 1
    return tuple(found)
