"""What follows when a matter changes hands: the hop, and the record of an owner outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.workflow import Step
from models import Change, Complaint, Handover, HandoverNote, Hop, Item, db

from .answers import Refused

HANDS = ("route", "reverify", "decide_owner", "return", "refer", "take_back", "reroute")
CLOSING = {"external_done": "done", "take_back": "taken_back"}


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Write the hop and keep the hand-over's record; ``given`` are the step's checked answers.

    Raises Refused when a department names itself as the one to take over.
    """
    if not isinstance(item, Complaint):
        return
    if step.name in HANDS:
        _hop(item, step, given, change)
    if step.name == "refer":
        _begin(item, given, change)
    elif step.name in ("ask_outside", "hear_outside"):
        _heard(item, step.name == "hear_outside", given, change)
    elif step.name in CLOSING and (record := current(item)) is not None:
        record.closed_at, record.outcome = change.at, CLOSING[step.name]


def current(item: Item) -> Handover | None:
    """The hand-over that is still open."""
    wanted = select(Handover).where(Handover.item_id == item.id, Handover.closed_at.is_(None))
    return db.session.scalars(wanted.order_by(Handover.id.desc()).limit(1)).first()


def _hop(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    before = _before(item, change)
    named = given.get("other_department") if step.name == "return" else item.department_code
    if step.name == "return" and named and named == before:
        raise Refused("other_department", _("This is your own department. Please name another."))
    if step.name == "take_back":
        named = None
    db.session.add(
        Hop(
            change_id=change.id,
            item_id=item.id,
            step=step.name,
            from_code=before,
            to_code=named,
            reason=given.get("reason", ""),
            at=change.at,
        )
    )


def _before(item: Item, change: Change) -> str | None:
    """Whose it was before: the officer's department, else where the last hop led to."""
    role, _colon, code = change.seat.partition(":")
    if role == "officer":
        return code
    last = select(Hop).where(Hop.item_id == item.id).order_by(Hop.change_id.desc()).limit(1)
    hop = db.session.scalars(last).first()
    return hop.to_code if hop else None


def _begin(item: Item, given: Mapping[str, Any], change: Change) -> None:
    told = ("how", "handed", "reference", "contact_person", "expected_on")
    values = {name: given[name] for name in told if given.get(name) is not None}
    db.session.add(
        Handover(
            item_id=item.id,
            department_code=given["external"],
            change_id=change.id,
            made_at=change.at,
            made_by_id=change.words.actor_id if change.words else None,
            **values,
        )
    )


def _heard(item: Item, answered: bool, given: Mapping[str, Any], change: Change) -> None:
    record = current(item)
    if record is None:  # handed over before there were records; the trail tells it
        return
    record.reference = given.get("reference") or record.reference
    record.expected_on = given.get("expected_on") or record.expected_on
    db.session.add(
        HandoverNote(
            change_id=change.id,
            handover_id=record.id,
            answered=answered,
            how=given.get("how", ""),
            expected_on=given.get("expected_on"),
            at=change.at,
        )
    )
