"""The steps of a complaint whose owner stands outside the city: handed over, asked again, back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.workflow import Step

STEPS = (
    Step(
        "refer",
        _("Hand to an owner outside"),
        ("verified", "returned"),
        "to_external",
        by=("triage",),
        asks=(
            "external",
            "how",
            "handed?",
            "reference?",
            "contact_person?",
            "expected_on?",
            "note",
        ),
        help=_("Write down how it was handed over. Everybody sees it, except whom you spoke to."),
    ),
    Step(
        "ask_outside",
        _("Ask the outside owner again"),
        ("to_external",),
        None,
        by=("triage",),
        asks=("how", "note"),
    ),
    Step(
        "hear_outside",
        _("The outside owner has answered"),
        ("to_external",),
        None,
        by=("triage",),
        asks=("reference?", "expected_on?", "note"),
    ),
    Step(
        "take_back",
        _("Take it back"),
        ("to_external",),
        "verified",
        by=("triage",),
        asks=("note",),
    ),
    Step(
        "reroute",
        _("Name another department for it"),
        ("verified",),
        None,
        by=("coordinator",),
        asks=("department", "note?"),
        when=("has_department",),
    ),
)


def _refer(item: Any, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["external"]


def _take_back(item: Any, answers: Mapping[str, Any]) -> None:
    item.department_code = None  # nobody owns it until somebody says who


def _reroute(item: Any, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["department"]


EFFECTS = {"refer": _refer, "take_back": _take_back, "reroute": _reroute}
