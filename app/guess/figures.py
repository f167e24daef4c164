"""How often guesses are right, with what chance alone could make of the numbers.  Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

Z = 1.96
ROUNDS = 300
ENOUGH = 100  # decisions, below which no figure switches anything on


@dataclass(frozen=True)
class Score:
    """Accuracy, whether the truth was among three, and the mean F1 over codes, with 95 % bounds."""

    n: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    top3: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    p = right / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def score(truth: Sequence[str], guesses: Sequence[Sequence[str]]) -> Score:
    """Measure ranked guesses against what was decided."""
    n = len(truth)
    first = [ranked[0] if ranked else "" for ranked in guesses]
    right = sum(map(str.__eq__, first, truth))
    three = sum(code in ranked[:3] for code, ranked in zip(truth, guesses, strict=True))
    low, high = wilson(right, n)
    f1, f1_low, f1_high = _macro_f1(truth, first)
    return Score(n, right / max(n, 1), low, high, three / max(n, 1), f1, f1_low, f1_high)


def _macro_f1(truth: Sequence[str], first: Sequence[str]) -> tuple[float, float, float]:
    """The mean F1 over the codes decided, and its bootstrapped 95 % interval."""
    codes = sorted(set(truth))
    if not codes:
        return 0.0, 0.0, 0.0
    place = {code: n for n, code in enumerate(codes)}
    real = np.array([place[code] for code in truth])
    said = np.array([place.get(code, len(codes)) for code in first])
    rng = np.random.default_rng(20)
    drawn = [
        _f1(real[rows], said[rows], len(codes))
        for rows in (rng.integers(0, len(real), len(real)) for _round in range(ROUNDS))
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return _f1(real, said, len(codes)), float(low), float(high)


def _f1(real: Any, said: Any, codes: int) -> float:
    hits = np.bincount(real[real == said], minlength=codes)[:codes]
    decided = np.bincount(real, minlength=codes)[:codes]
    guessed = np.bincount(said, minlength=codes + 1)[:codes]
    there = decided > 0
    return float(np.mean(2 * hits[there] / np.maximum(decided[there] + guessed[there], 1)))


def beats(truth: Sequence[str], mine: Sequence[str], other: Sequence[str]) -> bool:
    """Is ``mine`` right more often than ``other`` on the same decisions, beyond chance?"""
    if len(truth) < ENOUGH:
        return False
    lead = np.array(
        [(a == t) - (b == t) for t, a, b in zip(truth, mine, other, strict=True)], dtype=float
    )
    return float(lead.mean() - Z * lead.std(ddof=1) / math.sqrt(len(lead))) > 0


def calibration_error(right: Sequence[bool], confidence: Sequence[float]) -> float:
    """By how much confidence and the share of right guesses differ, over ten steps (ECE)."""
    if not right:
        return 0.0
    hit, said = np.array(right, dtype=float), np.array(confidence)
    step = np.minimum((said * 10).astype(int), 9)
    gaps = [
        (step == n).mean() * abs(hit[step == n].mean() - said[step == n].mean())
        for n in range(10)
        if (step == n).any()
    ]
    return float(sum(gaps))
