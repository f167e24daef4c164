"""Rules written to the letter: what a contest freezes before anybody votes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

SHARES, GREEDY, RANKED = "equal-shares", "greedy", "ranked"
RULES = (SHARES, GREEDY, RANKED)
COST, CARDINALITY = "cost", "cardinality"
VOTES, VOTES_PER_COST = "votes", "votes-per-cost"
CHEAPER, MORE_VOTES, LOT, NAME, FILE_ORDER = "cheaper", "more_votes", "lot", "name", "file_order"
TIES = (CHEAPER, MORE_VOTES, LOT, NAME, FILE_ORDER)
LAST_TIES = (LOT, NAME, FILE_ORDER)  # each decides between any two projects
PERCENT = Fraction(1, 100)


class Unfit(ValueError):
    """A rule that cannot be, or does not fit these ballots; ``args[0]`` says why, in English.

    ``code`` names the reason: ``ordinal`` (Equal Shares has no utility for ranks), ``marks`` (a
    jury's marks are missing), ``seed`` (a lot without its seed), else ``rule``.
    """

    def __init__(self, why: str, code: str = "rule") -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True)
class Rule:
    """How a result comes about.  Frozen with the contest; the same JSON is the same rule.

    ``rule``: Equal Shares, greedy, or a ranked list down to the budget.  ``utility`` (Equal
    Shares): what a voter gets from a winner, its cost or 1 (times the points given to it).
    ``order``: what greedy and the fill go by.  ``skip``: what does not fit is passed over; False:
    the list ends there.  ``threshold``: with a lower score a project cannot win.

    Completion of Equal Shares, in this order: ``step``: repeat with this share of the endowment
    more, until more would be spent than there is (None: not), each step rounded to whole currency
    and at least 1 when ``whole_step``; ``exhaustive_stop``: stop earlier, as soon as no other
    project would fit; ``fill``: spend what is left greedily; ``comparison``: unless more voters
    have more of their projects (points) in the greedy result.

    ``ties``: what decides between equals, one after the other.  ``jury``: the jury's part of a
    ranked list's score, 0 to 1; the rest is the share of voters who support the project.
    """

    rule: str = SHARES
    utility: str = COST
    order: str = VOTES
    skip: bool = True
    threshold: int = 0
    step: Fraction | None = None
    whole_step: bool = True
    exhaustive_stop: bool = False
    fill: bool = False
    comparison: bool = False
    ties: tuple[str, ...] = (CHEAPER, MORE_VOTES, LOT)
    jury: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        """Refuse a rule that cannot be: Unfit."""
        for value, known in (
            (self.rule, RULES),
            (self.utility, (COST, CARDINALITY)),
            (self.order, (VOTES, VOTES_PER_COST)),
        ):
            if value not in known:
                raise Unfit(f"no such rule: {value}")
        if not set(self.ties) <= set(TIES) or not self.ties or self.ties[-1] not in LAST_TIES:
            raise Unfit(f"these ties would not all be decided: {', '.join(self.ties)}")
        if self.threshold < 0 or (self.step is not None and not 0 < self.step <= 1):
            raise Unfit("no such threshold or step")
        if not 0 <= self.jury <= 1 or (self.jury and self.rule != RANKED):
            raise Unfit("a jury's part belongs to a ranked list")

    @property
    def completed(self) -> bool:
        """Whether Equal Shares is completed in any way."""
        return self.step is not None or self.fill or self.comparison

    def to_json(self) -> dict[str, Any]:
        """The rule as it is stored and hashed."""
        completion = [] if self.step is None else [f"step:{_percent(self.step)}"]
        return {
            "rule": self.rule,
            "utility": self.utility,
            "order": self.order,
            "skip": self.skip,
            "threshold": self.threshold,
            "completion": completion + (["fill:greedy"] if self.fill else []),
            "step_rounding": "whole" if self.whole_step else "exact",
            "stop": "before_overspend",
            "exhaustive_stop": self.exhaustive_stop,
            "comparison": "satisfaction" if self.comparison else None,
            "ties": list(self.ties),
            "jury": str(self.jury),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Rule:
        """The rule that ``to_json`` wrote; what is missing is as by default.  Raises Unfit."""
        if not set(said) <= KEYS or said.get("stop", "before_overspend") != "before_overspend":
            raise Unfit("the rule says something that is not known here")
        steps = [word for word in said.get("completion", ()) if word.startswith("step:")]
        others = [word for word in said.get("completion", ()) if word not in steps]
        if len(steps) > 1 or others not in ([], ["fill:greedy"]):
            raise Unfit("the rule's completion is not known here")
        try:
            return cls(
                rule=said["rule"],
                utility=said.get("utility", COST),
                order=said.get("order", VOTES),
                skip=bool(said.get("skip", True)),
                threshold=int(said.get("threshold", 0)),
                step=_share(steps[0][5:]) if steps else None,
                whole_step=said.get("step_rounding", "whole") == "whole",
                exhaustive_stop=bool(said.get("exhaustive_stop", False)),
                fill=bool(others),
                comparison=bool(said.get("comparison")),
                ties=tuple(said.get("ties", (CHEAPER, MORE_VOTES, LOT))),
                jury=Fraction(said.get("jury", 0)),
            )
        except (KeyError, TypeError, ZeroDivisionError) as wrong:
            raise Unfit("the rule is not complete") from wrong


KEYS = frozenset(Rule().to_json())


def _percent(share: Fraction) -> str:
    return f"{share * 100}%"


def _share(said: str) -> Fraction:
    return Fraction(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
