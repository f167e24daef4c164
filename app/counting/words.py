"""The rule to the letter, as sentences to be translated, each with its figures.

This package knows no language: a sentence is its English text and values, and whoever shows it
says ``gettext(said.text) % said.values``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .rules import (
    CHEAPER,
    COST,
    FILE_ORDER,
    GREEDY,
    LOT,
    MORE_VOTES,
    NAME,
    SHARES,
    VOTES,
    Rule,
)


@dataclass(frozen=True)
class Said:
    """A sentence: its text, and the values its placeholders take."""

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return self.text % self.values if self.values else self.text


def _(text: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return text


TIE_WORDS = {
    CHEAPER: _("Between equal projects, the cheaper one comes first."),
    MORE_VOTES: _("Between equal projects, the one with more votes comes first."),
    LOT: _(
        "What is equal even then is decided by lot: the order of SHA-256 over the seal of the"
        " ballots, which nobody knows beforehand, and the project's number."
    ),
    NAME: _("What is equal even then goes by the projects' numbers, read as text."),
    FILE_ORDER: _("What is equal even then goes by the order of the list."),
}


def words(rule: Rule) -> tuple[Said, ...]:
    """The rule written out, in the order in which things happen."""
    return tuple(_sentences(rule))


def _sentences(rule: Rule) -> Iterator[Said]:
    if rule.threshold:
        yield Said(
            _("A project with fewer than %(votes)d votes (or points) cannot win."),
            {"votes": rule.threshold},
        )
    if rule.rule == SHARES:
        yield from _shares(rule)
    elif rule.rule == GREEDY:
        yield from _greedy(rule)
    else:
        yield from _ranked(rule)
    for word in rule.ties:
        yield Said(TIE_WORDS[word])


def _shares(rule: Rule) -> Iterator[Said]:
    yield Said(_("The budget is shared equally: each ballot stands for the same amount of money."))
    yield Said(
        _(
            "The supporters of a project pay for it together, all the same amount (in proportion to"
            " their points, where points are given); who has less left pays all of it."
        )
    )
    if rule.utility == COST:
        yield Said(
            _("Each round takes the project of whose cost each supporter pays the smallest part.")
        )
    else:
        yield Said(_("Each round takes the project for which a supporter pays the least."))
    yield Said(_("A project whose supporters together have too little left cannot be taken."))
    yield from _completion(rule)


def _completion(rule: Rule) -> Iterator[Said]:
    if rule.step is not None:
        values = {"percent": str(rule.step * 100)}
        yield Said(
            _(
                "Then everybody is given %(percent)s%% of the first amount more, rounded to whole"
                " rupiah and at least 1, and all is counted anew. This goes on until more than the"
                " budget would be spent; the last result within the budget counts."
            )
            if rule.whole_step
            else _(
                "Then everybody is given %(percent)s%% of the first amount more, and all is counted"
                " anew. This goes on until more than the budget would be spent; the last result"
                " within the budget counts."
            ),
            values,
        )
    if rule.exhaustive_stop:
        yield Said(_("It ends earlier as soon as no other project would fit into what is left."))
    if rule.fill:
        yield Said(
            _("What is left then goes to the projects with the most votes that still fit.")
            if rule.order == VOTES
            else _("What is left then goes to the projects with the most votes per cost that fit.")
        )
    if rule.comparison:
        yield Said(
            _(
                "At the end this result is compared with the list by votes. Only if more voters"
                " have more of their projects (points) in the list by votes does that one count."
            )
        )


def _greedy(rule: Rule) -> Iterator[Said]:
    if rule.order == VOTES:
        yield Said(_("The projects are taken in the order of their votes (points)."))
    else:
        yield Said(_("The projects are taken in the order of their votes (points) per cost."))
    yield _fits(rule)


def _ranked(rule: Rule) -> Iterator[Said]:
    if not rule.jury:
        yield Said(_("The projects are listed in the order of their votes (points)."))
    elif rule.jury == 1:
        yield Said(_("The projects are listed by the mean of the jury's marks, 0 to 100 points."))
    else:
        yield Said(
            _(
                "The projects are listed by points of 0 to 100: %(jury)s%% of them are the mean of"
                " the jury's marks, %(public)s%% the share of voters who chose the project."
            ),
            {"jury": str(rule.jury * 100), "public": str(100 - rule.jury * 100)},
        )
    yield _fits(rule)


def _fits(rule: Rule) -> Said:
    if rule.skip:
        return Said(_("What no longer fits into the budget is passed over."))
    return Said(_("The list ends at the first project that no longer fits into the budget."))
