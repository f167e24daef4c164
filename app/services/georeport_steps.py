"""Which steps a partner's status may mean, and how partners are told what lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.access import Actor
from app.forms import clean
from app.forms.georeport import Refused, given, moment
from app.queries.georeport_shape import STATUSES
from app.workflow import Incomplete, NotAllowed
from models import Item

from . import items, proof
from .answers import Refused as Unfit

# A status of the extension -> the steps it may mean, with a reason where the partner gives none.
# What stands with no step is the reporter's to say, here on the site.
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "open": (),
    "investigating": (("verify", ""), ("accept", "")),
    "for_triage": (("return", "more_owners"),),
    "planned": (("plan", ""),),
    "action_scheduled": (("plan", ""),),
    "in_progress": (("start", ""), ("refuse_proof", "")),
    "fixed": (("resolve", ""), ("submit_proof", ""), ("answer", ""), ("external_done", "")),
    "closed": (("resolve", ""), ("submit_proof", ""), ("answer", ""), ("external_done", "")),
    "duplicate": (("merge", "same_matter"),),
    "not_councils_responsibility": (
        ("return", "not_our_authority"),
        ("reject", "not_our_authority"),
    ),
    "internal_referral": (("return", "wrong_department"),),
    "no_further_action": (("reject", ""),),
    "cancelled": (),
    "reopen": (),
}
# What a step asks -> the parameter that answers it.
ASKED = {
    "note": "description",
    "reason": "reason",
    "date": "expected_datetime",
    "into": "duplicate_of",
    "department": "agency_responsible",
    "other_department": "agency_responsible",
    "photos": "media",
}
EXPLAIN = "explain_"  # how a step calls the words on a check of proof that did not pass


def answers(asked: Iterable[str], reason: str, values: Any) -> dict[str, Any]:
    """What the parameters answer of what a step asks, but for photos.  Raises Refused."""
    told: dict[str, Any] = {n: given(values, ASKED[n]) for n in asked if n in ASKED}
    told["note"] = clean(given(values, "description"))
    if "reason" in told:
        told["reason"] = told["reason"] or reason
    if told.get("date"):
        at = moment("expected_datetime", told["date"])
        told["date"] = at.astimezone(current_app.config["CITY"].zone).date() if at else None
    told.pop("photos", None)
    return told


def explanations(values: Any) -> dict[str, str]:
    """What ``explanation[time]`` and its like say on checks of proof."""
    said = {name: clean(given(values, f"explanation[{name}]")) for name in proof.LABELS}
    return {name: text for name, text in said.items() if text}


def lacking(name: str) -> str:
    """That an answer is needed, by the parameter that gives it."""
    if name.startswith(EXPLAIN):
        check = name.removeprefix(EXPLAIN)
        said = _(
            "%(name)s is needed, with %(n)s characters or more: %(about)s.",
            name=f"explanation[{check}]",
            n=proof.FEWEST,
            about=proof.LABELS[check],
        )
        return str(said)
    return str(_("%(name)s is needed.", name=ASKED.get(name, name)))


def no_way(item: Item, actor: Actor) -> str:
    """Which statuses the key's seat may give this request now."""
    names = {step.name for step in items.open_steps(item, actor)}
    ways = [status.upper() for status, steps in STEPS.items() if names & {s for s, _r in steps}]
    state = STATUSES.get(item.state, item.state)
    if not ways:
        return str(_("This request is %(now)s; from your seat it goes nowhere now.", now=state))
    words = ", ".join(ways)
    said = _(
        "This request is %(now)s. From your seat it may become: %(words)s.", now=state, words=words
    )
    return str(said)


def refused(why: Exception, item: Item, actor: Actor) -> Refused:
    """What kept a step from being taken, in the parameters' words."""
    match why:
        case NotAllowed():
            return Refused(400, no_way(item, actor))
        case Incomplete():
            return Refused(400, *(lacking(str(name)) for name in why.args))
        case Unfit():
            name, said = why.args
            return Refused(400, f"{ASKED.get(name, name)}: {said}")
    raise why


WRONG = (NotAllowed, Incomplete, Unfit)
