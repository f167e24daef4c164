"""Where a complaint can stand, who holds it there, and what is promised of it.

The promise of the whole is ``verify + resolve`` working days of the policy from the receipt, one
date that the resident reads when filing: a late verification takes from the city's time, not from
the resident's.  Once a solution was disputed, a new round has ``resolve`` days, with priority.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _

from app.clocks import HIGH, NORMAL, Event, Policy, Terms
from app.workflow import Phase, State

from .words import QUIET, TALKS

STATES = (
    State("received", _("Received"), Phase.NEW, "triage", 3, QUIET, clock="verify"),
    State(
        "need_info",
        _("Waiting for the reporter"),
        Phase.NEW,
        "author",
        10,
        QUIET,
        clock="verify",
        pauses=True,
    ),
    State("verified", _("Verified"), Phase.OPEN, "triage", 2, TALKS),
    State("routed", _("Sent to the department"), Phase.OPEN, "owner", 5, TALKS, clock="plan"),
    State("accepted", _("Taken up by the department"), Phase.OPEN, "owner", 5, TALKS, clock="plan"),
    State("returned", _("Sent back by the department"), Phase.OPEN, "triage", 2, TALKS, again=True),
    State("planned", _("Planned"), Phase.OPEN, "owner", None, TALKS),
    State("working", _("Being worked on"), Phase.OPEN, "owner", None, TALKS),
    State("proof_submitted", _("Proof is being checked"), Phase.OPEN, "triage", 3, TALKS),
    State("reopened", _("Opened again"), Phase.OPEN, "owner", 5, TALKS, again=True, clock="plan"),
    State("appealed", _("Appeal is being decided"), Phase.OPEN, "appeal", 10, TALKS, counts=False),
    State("divided", _("Divided among several departments"), Phase.OPEN, allows=TALKS),
    State(
        "to_external",
        _("With an owner outside the city"),
        Phase.OPEN,
        "triage",
        None,
        TALKS,
        pauses=True,
    ),
    State("resolved", _("Resolved, please confirm"), Phase.DONE, "author", 10, TALKS),
    State("closed", _("Closed"), Phase.DONE, allows=frozenset({"comment"})),
    State("rejected", _("Not accepted"), Phase.CLOSED, allows=frozenset()),
    State("merged", _("Joined with another report"), Phase.CLOSED, allows=frozenset()),
    State("to_proposal", _("Goes on as a proposal"), Phase.CLOSED, allows=frozenset()),
    State("archived", _("Archived"), Phase.CLOSED, allows=frozenset()),
)


def promise(item: Any, terms: Terms, trail: Sequence[Event]) -> tuple[Policy, Policy]:
    """What the city promised at first, and what since somebody said it was not solved."""
    filed = terms.day(item.created_at)

    def policy(priority: str) -> Policy:
        return terms.policies.policy(item.complaint_class, item.category_code, priority, filed)

    again = item.priority == HIGH and any(event.target == "reopened" for event in trail)
    return policy(NORMAL if again else item.priority), policy(item.priority)
