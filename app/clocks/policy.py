"""What is promised: working days by class, category and priority, as a table says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

NORMAL, HIGH = "normal", "high"


@dataclass(frozen=True)
class Policy:
    """Working days to verify a complaint, to plan its work, and to resolve it once verified."""

    verify: int = 3
    plan: int = 5
    resolve: int = 14

    @property
    def whole(self) -> int:
        """Working days from the receipt to the solution."""
        return self.verify + self.resolve

    def at_most(self, other: Policy) -> Policy:
        """The shorter of both in each part."""
        return Policy(
            min(self.verify, other.verify),
            min(self.plan, other.plan),
            min(self.resolve, other.resolve),
        )


# What holds where the table has no line: the national limits of SP4N-LAPOR!.
DEFAULTS = {
    "informasi": Policy(resolve=5),
    "aspirasi": Policy(resolve=14),
    "bukan_pengawasan": Policy(resolve=14),
    "pengawasan": Policy(resolve=60),
}


@dataclass(frozen=True)
class PolicyLine:
    """One line of the table; None for ``category`` or ``priority`` means any."""

    complaint_class: str
    category: str | None
    priority: str | None
    policy: Policy
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Is it in force on that day?"""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or self.valid_to > day)


Place = tuple[str, str | None, str | None]


@dataclass(frozen=True, eq=False)
class Policies:
    """The whole table.  The narrowest line wins: category before priority before class alone."""

    lines: tuple[PolicyLine, ...] = ()
    _by_place: dict[Place, list[PolicyLine]] = field(init=False, repr=False)
    _known: dict[tuple[str, str, str, date], Policy] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        places: dict[Place, list[PolicyLine]] = defaultdict(list)
        for line in sorted(self.lines, key=lambda line: line.valid_from or date.min, reverse=True):
            places[line.complaint_class, line.category, line.priority].append(line)
        object.__setattr__(self, "_by_place", dict(places))

    def policy(self, complaint_class: str, category: str, priority: str, day: date) -> Policy:
        """What is promised to a complaint filed on that day.

        Of two lines for the same the one begun later holds.  A high priority never waits longer
        than an ordinary one, even where only the ordinary has a line of its own.
        """
        asked = complaint_class, category, priority, day
        found = self._known.get(asked)
        if found is None:
            found = self._narrowest(complaint_class, category, priority, day)
            if priority == HIGH:
                found = found.at_most(self._narrowest(complaint_class, category, NORMAL, day))
            if len(self._known) > 50_000:
                self._known.clear()
            self._known[asked] = found
        return found

    def _narrowest(self, complaint_class: str, category: str, priority: str, day: date) -> Policy:
        places: Iterable[Place] = (
            (complaint_class, category, priority),
            (complaint_class, category, None),
            (complaint_class, None, priority),
            (complaint_class, None, None),
        )
        for place in places:
            for line in self._by_place.get(place, ()):
                if line.holds(day):
                    return line.policy
        return DEFAULTS.get(complaint_class, Policy())
