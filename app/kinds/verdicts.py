"""What a resident makes of an answer: yes, no, and once an appeal that somebody else decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _

from app.workflow import Step
from models import Complaint

DISMISSALS = ("proof_is_right", "new_matter", "nothing_left_to_do")

VERDICTS = (
    Step(
        "confirm",
        _("Yes, it is solved"),
        ("resolved",),
        "closed",
        by=("author",),
        asks=("rating?", "note?"),
        help=_("Say in a word why you are satisfied, or why not."),
    ),
    Step(
        "dispute",
        _("No, it is not solved"),
        ("resolved",),
        "reopened",
        by=("author",),
        asks=("rating?", "photos?", "note"),
        help=_("Say what is still wrong. It goes back to the same department, with priority."),
    ),
    Step(
        "contest",
        _("Others say it is not solved"),
        ("resolved",),
        "reopened",
        by=("system",),
    ),
    Step(
        "appeal",
        _("Appeal"),
        ("resolved", "closed"),
        "appealed",
        by=("author",),
        asks=("note", "photos?"),
        when=("may_appeal",),
        help=_(
            "Once, and somebody decides who neither did the work nor accepted it. "
            "Say what the answer leaves out."
        ),
    ),
    Step(
        "uphold",
        _("The appeal is right: open it again"),
        ("appealed",),
        "reopened",
        by=("appeal",),
        asks=("department?", "note"),
        help=_("With priority. Choose a department if another one should do it."),
    ),
    Step(
        "dismiss",
        _("The appeal is not right: close it"),
        ("appealed",),
        "closed",
        by=("appeal",),
        asks=("reason", "note"),
        reasons=DISMISSALS,
        help=_("The reporter then reads where the Ombudsman can be reached."),
    ),
    Step("lapse", _("Closed after ten quiet days"), ("resolved",), "closed", by=("system",)),
)


def may_appeal(item: Complaint) -> bool:
    """Once: within ten working days of its closing, or when it was answered a second time."""
    if item.appealed:
        return False
    if item.state == "resolved":
        return item.disputes > 0
    until = item.appeal_until
    return until is not None and current_app.config["CITY"].day() <= until


def _dispute(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.priority = "high"
    item.disputes += 1
    if answers.get("rating"):
        item.rating = answers["rating"]


def _appeal(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.appealed, item.appeal_until = True, None


def _uphold(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.priority = "high"
    if answers.get("department"):
        item.department_code = answers["department"]


def _rate(item: Complaint, answers: Mapping[str, Any]) -> None:
    item.rating = answers.get("rating")


VERDICT = {
    "confirm": _rate,
    "dispute": _dispute,
    "contest": _dispute,
    "appeal": _appeal,
    "uphold": _uphold,
}
