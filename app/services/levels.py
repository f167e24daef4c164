"""What each level decides about a proposal, and what follows: rows, verdicts, hands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor
from app.kinds.musrenbang_effects import agreed_amount
from app.workflow import Incomplete, Step
from models import (
    PROPOSAL_LEVELS,
    Change,
    Hop,
    Item,
    OfficeVerdict,
    Proposal,
    ProposalLevel,
    Survey,
    db,
)

from .refused import Refused

DECISIONS = (
    "verify", "judge", "agree", "send_back", "return", "refuse", "defer", "object",
)  # fmt: skip
ADJUSTING = ("verify", "judge")
PHYSICAL = "fisik"
NAMED = ("route", "redirect", "decide_department")


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """What must hold before a level decides.  Raises Incomplete or Refused."""
    if not isinstance(item, Proposal):
        return
    if step.name in ADJUSTING:
        _explained(item, given)
    if step.name == "judge":
        _costed(item, given)
    elif step.name == "agree" and item.level == "kecamatan" and item.bidang == PHYSICAL:
        _surveyed(item)
    elif step.name == "redirect" and given["department"] == item.department_code:
        raise Refused("department", _("It is with this department already. Name another one."))
    elif _differs(item, step.name, given):
        _said(given)


def _differs(item: Proposal, step_name: str, given: Mapping[str, Any]) -> bool:
    """Is the money not what those before stood for?"""
    if step_name == "agree_budget":
        amount = agreed_amount(item, given)
        if amount is None:
            raise Incomplete("agreed_amount")
        return item.cost is not None and amount != item.cost
    return step_name == "enter_apbd" and given["budget"] < (item.tapd_amount or 0)


def _said(given: Mapping[str, Any]) -> None:
    if not given.get("note"):
        raise Incomplete("note")


def _explained(item: Proposal, given: Mapping[str, Any]) -> None:
    """A level that changes what it was given says why."""
    now = {"volume": item.volume, "unit_price": item.unit_price, "cost": item.cost}
    known = {name: value for name, value in now.items() if value is not None}
    changed = [name for name, value in known.items() if given.get(name) not in (None, value)]
    if changed or given.get("wording"):
        _said(given)


def _costed(item: Proposal, given: Mapping[str, Any]) -> None:
    """A department says what it would cost; a known cost stands unless it names another."""
    volume, price = given.get("volume") or item.volume, given.get("unit_price") or item.unit_price
    known = given.get("cost") is not None or item.cost is not None
    if not known and (volume is None or price is None):
        raise Incomplete("cost")


def _surveyed(item: Proposal) -> None:
    wanted = select(Survey.id).where(Survey.proposal_id == item.id).limit(1)
    if db.session.scalar(wanted) is None:
        raise Refused(
            "note",
            _(
                "This is physical work. Record the survey at the place first, or “Decide without "
                "a survey” with a reason."
            ),
        )


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Date the row of the level that decided; keep verdicts and hands."""
    if not isinstance(item, Proposal):
        return
    if step.name in DECISIONS:
        _date(item, step.name, change)
        _verdict(item, step.name, given, change)
    elif step.name == "agree_budget":
        amount = agreed_amount(item, given) or 0
        verdict = "feasible" if amount >= (item.cost or 0) else "with_changes"
        _keep(item, "tapd", verdict, amount, given, change)
    elif step.name in NAMED:
        _hop(item, step.name, given, change)


def _date(item: Proposal, step_name: str, change: Change) -> None:
    """The row that was just written: of the level above, when it was sent back."""
    place = PROPOSAL_LEVELS.index(item.level) + (1 if step_name == "send_back" else 0)
    row = next(row for row in item.levels if row.level == PROPOSAL_LEVELS[place])
    row.decided_at, row.change_id = change.at, change.id
    if step_name in ADJUSTING:
        row.adjusted_id = change.id


def _verdict(item: Proposal, step_name: str, given: Mapping[str, Any], change: Change) -> None:
    """What a department or the budget team says is kept beside the level's decision."""
    if step_name == "judge":
        _keep(item, "opd", given["verdict"], item.cost, given, change)
    elif step_name == "object":
        _keep(item, "tapd", "not_feasible", None, given, change)
    elif step_name == "refuse" and item.level == "forum_opd":
        _keep(item, "opd", "not_feasible", None, given, change)


def _keep(
    item: Proposal,
    body: str,
    verdict: str,
    amount: int | None,
    given: Mapping[str, Any],
    change: Change,
) -> None:
    db.session.add(
        OfficeVerdict(
            change_id=change.id,
            proposal_id=item.id,
            body=body,
            verdict=verdict,
            department_code=item.department_code if body == "opd" else None,
            amount=amount,
            reason=given.get("reason", ""),
            seat=change.seat,
            at=change.at,
        )
    )


def _hop(item: Proposal, step_name: str, given: Mapping[str, Any], change: Change) -> None:
    """Who passed it on to whom; a step that names the same department again is no hop."""
    last = select(Hop.to_code).where(Hop.item_id == item.id).order_by(Hop.change_id.desc()).limit(1)
    role, _colon, code = change.seat.partition(":")
    before = code if role == "officer" else db.session.scalar(last)
    db.session.add(
        Hop(
            change_id=change.id,
            item_id=item.id,
            step=step_name,
            from_code=before,
            to_code=item.department_code,
            reason=given.get("reason", ""),
            at=change.at,
        )
    )


def current_row(item: Proposal) -> ProposalLevel | None:
    """What the level the proposal stands at has decided so far."""
    return next((row for row in item.levels if row.level == item.level), None)
