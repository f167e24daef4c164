"""e-Musrenbang: what the steps write on a proposal, and what each level keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from models import PROPOSAL_LEVELS, Proposal, ProposalLevel

from .base import Effect
from .corrections import CORRECTED
from .musrenbang_carry import carry_facts

MOST_REDIRECTS = 2  # departments that may pass a proposal on before the planner decides


def facts(item: Proposal) -> frozenset[str]:
    """What ``Step.when`` may ask about a proposal."""
    level = item.level
    redirects = getattr(item, "redirects", 0) or 0
    contract = getattr(item, "contract_value", None)
    known = {
        "at_city": level == PROPOSAL_LEVELS[-1],
        "below_city": level != PROPOSAL_LEVELS[-1],
        "above_rw": level != PROPOSAL_LEVELS[0],
        "at_kecamatan": level == "kecamatan",
        "at_forum_opd": level == "forum_opd",
        "not_forum_opd": level != "forum_opd",
        "may_redirect": redirects < MOST_REDIRECTS,
        "bounced": redirects >= MOST_REDIRECTS,
        "budget_agreed": getattr(item, "tapd_amount", None) is not None,
        "may_start": item.state != "procurement" or contract is not None,
        "place_bound": item.bidang == "fisik",  # there is a place to see
        "disputed": bool(getattr(item, "disputed", False)),
    }
    return frozenset(name for name, holds in known.items() if holds) | carry_facts(item)


def rupiah(volume: Decimal | int, unit_price: int) -> int:
    """What so much costs at that price, in whole rupiah; half a rupiah counts as one."""
    return int((Decimal(volume) * unit_price).quantize(Decimal(1), ROUND_HALF_UP))


def adjust(item: Proposal, answers: Mapping[str, Any]) -> None:
    """Volume, price and cost as this level has them.

    A cost that is not given follows from the others when one of them has changed.
    """
    volume, price = answers.get("volume"), answers.get("unit_price")
    changed = (volume is not None and volume != item.volume) or (
        price is not None and price != item.unit_price
    )
    item.volume = item.volume if volume is None else volume
    item.unit_price = item.unit_price if price is None else price
    given = answers.get("cost")
    if given is not None and (not changed or given != item.cost):
        item.cost = given
    elif changed and item.volume is not None and item.unit_price is not None:
        item.cost = rupiah(item.volume, item.unit_price)


def decided(name: str, effect: Effect | None = None) -> Effect:
    """Keep what this level decided beside what the step itself writes."""

    def decide(item: Proposal, answers: Mapping[str, Any]) -> None:
        row = next((row for row in item.levels if row.level == item.level), None)
        if row is None:
            row = ProposalLevel(level=item.level, decision=name, seat=answers["seat"])
            item.levels.append(row)
        row.decision, row.seat = name, answers["seat"]
        row.reason = answers.get("reason") or ""
        row.text = answers.get("wording") or row.text or ""
        row.rank = answers.get("rank") or row.rank
        if effect:
            effect(item, answers)
        row.volume, row.unit_price, row.cost = item.volume, item.unit_price, item.cost
        row.department_code = item.department_code

    return decide


def _advance(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.level = PROPOSAL_LEVELS[PROPOSAL_LEVELS.index(item.level) + 1]


def _send_back(item: Proposal, answers: Mapping[str, Any]) -> None:
    """This level keeps that it sent the proposal back; the one below has it again."""
    decided("send_back")(item, answers)
    item.level = PROPOSAL_LEVELS[PROPOSAL_LEVELS.index(item.level) - 1]
    item.tapd_amount = None


def _department(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.department_code = answers["department"]


def _redirect(item: Proposal, answers: Mapping[str, Any]) -> None:
    if answers["seat"].startswith("officer:"):
        item.redirects = (getattr(item, "redirects", 0) or 0) + 1
    item.department_code = answers["department"]


def _forget_amount(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.tapd_amount = None


def agreed_amount(item: Proposal, answers: Mapping[str, Any]) -> int | None:
    """What the budget team agrees to, in rupiah: the cost, where it names no other amount."""
    named: int | None = answers.get("agreed_amount")
    return item.cost if named is None else named


def _agree_budget(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.tapd_amount = agreed_amount(item, answers)


def _sub_kegiatan(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.sub_kegiatan = answers["sub_kegiatan"]


def _budget(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.budget = answers["budget"]


def _award(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.contract_value, item.contractor = answers["contract_value"], answers["contractor"]
    item.contract_on = answers["contract_on"]


def _progress(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.progress = answers["progress"]
    if answers.get("spent") is not None:
        item.spent = answers["spent"]


def _finish(item: Proposal, answers: Mapping[str, Any]) -> None:
    _progress(item, {**answers, "progress": 100})


def _resume(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.progress, item.disputed = answers["progress"], False


def _contest(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.disputed = True


def _settled(item: Proposal, answers: Mapping[str, Any]) -> None:
    item.disputed = False


EFFECTS: dict[str, Effect] = {
    **CORRECTED,
    "advance": _advance,
    "route": _department,
    "redirect": _redirect,
    "decide_department": _department,
    "verify": decided("verify", adjust),
    "judge": decided("judge", adjust),
    "agree": decided("agree"),
    "return": decided("return"),
    "refuse": decided("refuse"),
    "send_back": _send_back,
    "defer": decided("defer", _forget_amount),
    "object": decided("object", _forget_amount),
    "agree_budget": _agree_budget,
    "enter_rkpd": _sub_kegiatan,
    "enter_apbd": _budget,
    "award": _award,
    "report_progress": _progress,
    "finish": _finish,
    "contest_works": _contest,
    "answer_contest": _settled,
    "resume_works": _resume,
}
