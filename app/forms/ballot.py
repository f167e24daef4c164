"""What somebody picked on a ballot, read from a form, and what is wrong with it.

Pages with check boxes send ``pilih`` once for each pick; pages with points send ``poin-<no>``.
Booths and operators who type paper read theirs in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flask_babel import gettext as _
from flask_babel import ngettext

from app.forms import whole

PICK, POINTS = "pilih", "poin-"
MOST_TYPED = 400  # fields looked at; no contest offers more picks than its database takes


class Limits(Protocol):
    """The limits of a contest, as its row has them."""

    least: int
    most: int
    points: int
    items: int


class Sent(Protocol):
    """What a browser sent: names, and all values of a name."""

    def getlist(self, key: str) -> list[str]: ...

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class Picks:
    """Numbers of what was picked, ascending, each with its points where the contest gives any."""

    points: Mapping[int, int] = field(default_factory=dict)
    strange: bool = False  # something was sent that is not on the list

    @property
    def numbers(self) -> list[int]:
        """What was picked, in the order in which the database keeps it."""
        return sorted(self.points)

    @property
    def shares(self) -> list[int]:
        """The points of each pick, in the same order; empty in a contest without points."""
        return [n for no in self.numbers if (n := self.points[no])]

    def __contains__(self, no: object) -> bool:
        """Is this one picked?"""
        return no in self.points


def read(contest: Limits, sent: Sent) -> Picks:
    """What was picked; nonsense is left out and remembered as ``strange``."""
    return _read_points(contest, sent) if contest.points else _read_boxes(contest, sent)


def _read_boxes(contest: Limits, sent: Sent) -> Picks:
    found = [whole(text) for text in sent.getlist(PICK)[:MOST_TYPED]]
    known = {no: 0 for no in found if no is not None and 1 <= no <= contest.items}
    return Picks(known, strange=None in found or len(known) < len(set(found)))


def _read_points(contest: Limits, sent: Sent) -> Picks:
    known: dict[int, int] = {}
    strange = False
    for name, text in sent.items():
        if not name.startswith(POINTS) or not text.strip():
            continue
        no, given = whole(name.removeprefix(POINTS)), whole(text.strip())
        if no is None or not 1 <= no <= contest.items or given is None or given > contest.points:
            strange = True
        elif given:
            known[no] = given
    return Picks(known, strange)


def problems(contest: Limits, picks: Picks) -> list[str]:
    """Why these picks are no ballot yet, in sentences that say what to do; empty when they are."""
    found = []
    if picks.strange:
        found.append(_("Something was sent that is not on this ballot. Please look at your picks."))
    count = len(picks.points)
    if count < contest.least:
        found.append(_too_few(contest, count))
    elif count > contest.most:
        found.append(_too_many(contest, count))
    if contest.points and count:
        found += _sum(contest, sum(picks.points.values()))
    return found


def _too_few(contest: Limits, count: int) -> str:
    if not count:
        return str(
            ngettext(
                "Nothing is picked yet. Pick at least %(num)s.",
                "Nothing is picked yet. Pick at least %(num)s.",
                contest.least,
            )
        )
    said: str = _(
        "You picked %(count)s; at least %(least)s are needed. Pick %(more)s more.",
        count=count,
        least=contest.least,
        more=contest.least - count,
    )
    return said


def _too_many(contest: Limits, count: int) -> str:
    said: str = _(
        "You picked %(count)s; at most %(most)s are allowed. Take %(more)s off.",
        count=count,
        most=contest.most,
        more=count - contest.most,
    )
    return said


def _sum(contest: Limits, given: int) -> list[str]:
    left = contest.points - given
    if left > 0:
        return [
            _(
                "You gave %(given)s of %(all)s points. Share out %(left)s more.",
                given=given,
                all=contest.points,
                left=left,
            )
        ]
    if left < 0:
        return [
            _(
                "You gave %(given)s points; there are %(all)s. Take %(over)s back.",
                given=given,
                all=contest.points,
                over=-left,
            )
        ]
    return []
