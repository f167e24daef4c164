"""Proposals that stand in no line of the catalogue (*di luar kamus*): may they go on?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.workflow import Step

from .musrenbang_effects import rupiah

SOURCES = ("submitted", "verified", "returned", "deferred", "redirected")
REASONS = (
    "in_catalogue",
    "not_our_authority",
    "not_city_asset",
    "private_matter",
    "price_unknown",
    "technically_impossible",
)


def reviews() -> tuple[Step, ...]:
    """Accept or refuse that something outside the catalogue is proposed; each stays where it is.

    A refusal may be taken back by accepting it after all, as when a price was found.
    """
    return (
        Step(
            "accept_outside",
            _("Accept outside the catalogue"),
            SOURCES,
            None,
            by=("triage", "planner"),
            asks=("note?",),
            when=("outside_not_accepted",),
            help=_("It may then be agreed like any other proposal. The price is an estimate."),
        ),
        Step(
            "refuse_outside",
            _("Do not accept outside the catalogue"),
            SOURCES,
            None,
            by=("triage", "planner"),
            asks=("reason", "note"),
            reasons=REASONS,
            when=("outside_waiting",),
            help=_("The proposer reads why, and may choose a line of the catalogue instead."),
        ),
        choose_line(),
    )


def choose_line() -> Step:
    """Whoever proposed outside the catalogue, or looks at it, finds the line that fits."""
    return Step(
        "choose_line",
        _("Choose a line of the catalogue"),
        SOURCES,
        None,
        by=("author", "triage", "planner"),
        asks=("line", "volume", "note?"),
        when=("outside_not_accepted",),
        help=_("Its unit and its price of today are taken; please say how much in that unit."),
    )


def outside_facts(item: Any) -> frozenset[str]:
    """What the steps above ask of a proposal; it may be agreed only once this is settled."""
    waiting, refused = item.catalogue_review == "waiting", item.catalogue_review == "refused"
    facts = {
        "outside_waiting": waiting,
        "outside_not_accepted": waiting or refused,
        "catalogue_settled": not (waiting or refused),
    }
    return frozenset(name for name, holds in facts.items() if holds)


def _accepted(item: Any, answers: Mapping[str, Any]) -> None:
    item.catalogue_review = "accepted"


def _refused(item: Any, answers: Mapping[str, Any]) -> None:
    item.catalogue_review = "refused"


def _chosen(item: Any, answers: Mapping[str, Any]) -> None:
    line = {name: value for name, value in answers["line"].items() if name != "largest"}
    for name, value in line.items():
        setattr(item, name, value)
    item.volume, item.catalogue_review = answers["volume"], ""
    item.cost = rupiah(item.volume, item.unit_price)


REVIEWED = {"accept_outside": _accepted, "refuse_outside": _refused, "choose_line": _chosen}
