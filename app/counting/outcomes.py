"""What comes out of a count: everything somebody needs to follow it, and a hash of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

ENGINE = "1"  # changes whenever the same election and rule could come out otherwise

# Why a project won, or did not.
BY_SHARES, BY_FILL, BY_ORDER = "shares", "fill", "order"
BELOW, UNFIT_MONEY, AFTER_END, SUPPORTERS, UNSUPPORTED, UNJUDGED = (
    "below_threshold", "does_not_fit", "after_end", "supporters_short", "no_votes", "unjudged",
)  # fmt: skip


@dataclass(frozen=True)
class Tie:
    """Projects that stood equal, and what decided between them (a word of ``Rule.ties``)."""

    ids: tuple[str, ...]
    decided_by: str


@dataclass(frozen=True)
class Round:
    """One project taken.  Amounts that need not be whole are exact fractions as text ("91/5").

    ``price``: paid per unit of utility.  ``pays``: the most that one supporter pays; ``payers``:
    how many pay anything, ``poorer``: how many of them give all they have left instead of it.
    ``effective``: cost / ``pays``, the votes as they count where all have their money.  All of
    these are empty (0) where the project was taken by order.  ``left``: of the budget, afterwards.
    """

    id: str
    how: str
    left: int
    price: str = ""
    pays: str = ""
    payers: int = 0
    poorer: int = 0
    effective: str = ""
    tie: Tie | None = None


@dataclass(frozen=True)
class Run:
    """One run of Equal Shares: what each voter began with, what it bought, whether it fits."""

    endowment: str
    winners: int
    spent: int
    fits: bool


@dataclass(frozen=True)
class Result:
    """One project in the result, in the order of the election.

    ``place``: 1 for the first taken, 0 for who did not win.  ``why``: how it won or what it
    failed at.  ``represents``, ``paid_most``: how many voters paid for it and the most each paid;
    ``paid_mean``: its cost shared by them.  ``lacked``: what its supporters together lacked when
    Equal Shares ended, or by how much it did not fit.  ``points``: its score of 0 to 100 in a
    ranked list, empty for what too few of the jury judged.
    """

    id: str
    cost: int
    votes: int
    score: int
    won: bool
    place: int
    why: str
    represents: int = 0
    paid_most: str = ""
    paid_mean: str = ""
    lacked: int = 0
    points: str = ""


@dataclass(frozen=True)
class Side:
    """One outcome beside the other: by which rule, what won, and for whom."""

    rule: str
    winners: tuple[str, ...]
    spent: int
    with_winner: int
    counted: bool  # this is the result


@dataclass(frozen=True)
class Comparison:
    """How many voters have more of their projects in one result than in the other."""

    prefer_shares: int
    prefer_greedy: int
    indifferent: int
    kept: str


@dataclass(frozen=True)
class Outcome:
    """A count.  ``with_winner``: voters who support at least one winner.  ``left``: unspent.

    ``rounds`` are those of the last run that fits, then of the fill; ``runs`` all that were made.
    """

    rule: Mapping[str, Any]
    form: str
    budget: int
    unit: int
    voters: int
    winners: tuple[str, ...]
    spent: int
    with_winner: int
    results: tuple[Result, ...]
    rounds: tuple[Round, ...]
    sides: tuple[Side, ...]
    runs: tuple[Run, ...] = ()
    endowment: str = ""  # of the run that counts
    comparison: Comparison | None = None
    engine: str = ENGINE

    @property
    def left(self) -> int:
        """What of the budget is not spent."""
        return self.budget - self.spent

    def of(self, id: str) -> Result:
        """The result of one project; KeyError."""
        for result in self.results:
            if result.id == id:
                return result
        raise KeyError(id)

    def to_json(self) -> dict[str, Any]:
        """All of it in the types of JSON."""
        return {**asdict(self), "rule": dict(self.rule)}

    def canonical(self) -> bytes:
        """The one way to write it: sorted keys, no spaces, UTF-8."""
        return canonical(self.to_json())

    @property
    def result_hash(self) -> str:
        """SHA-256 of ``canonical``; the same ballots and rule give the same."""
        return hashlib.sha256(self.canonical()).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8; tuples are lists."""
    said = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return said.encode()
