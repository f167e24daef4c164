"""The steps of a complaint whose owner stands outside the city: handed over, asked again, back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import object_session

from app.workflow import Step
from models import Complaint, Department

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
        ("to_external", "reopened"),
        "verified",
        by=("triage",),
        asks=("note",),
        when=("outside",),
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


def nobody_takes(item: Any) -> bool:
    """Was it opened again for an owner outside, or for none, so that no office would take it up?"""
    if item.state != "reopened" or not isinstance(item, Complaint):
        return False
    session, code = object_session(item), item.department_code
    owner = session.get(Department, code) if session is not None and code else None
    return owner is None or owner.external


def is_outside(item: Any) -> bool:
    """Is it the kelurahan's to fetch back?"""
    return item.state == "to_external" or nobody_takes(item)


def _refer(item: Any, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["external"]


def _take_back(item: Any, answers: Mapping[str, Any]) -> None:
    item.department_code = None  # nobody owns it until somebody says who


def _reroute(item: Any, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["department"]


EFFECTS = {"refer": _refer, "take_back": _take_back, "reroute": _reroute}
