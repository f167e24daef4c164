"""Any life of a proposal, taken step by step as offices might: what holds in all of them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.forms.plan_fields import CHECKLIST
from app.kinds import KINDS
from app.workflow import BACK, Phase, Step
from models import PROPOSAL_LEVELS
from tests.examples import examples

KIND = KINDS["musrenbang"]
FLOW = KIND.workflow
MONEY = ("volume", "unit_price", "cost", "budget", "spent", "tapd_amount", "contract_value")
numbers = st.integers(0, 10**12)
volumes = st.decimals(Decimal("0.01"), Decimal(10**6), places=2)


def fresh() -> Any:
    return SimpleNamespace(
        state=FLOW.initial, level="rw", levels=[], bidang="fisik", volume=Decimal(20),
        unit_price=1_000, cost=20_000, budget=None, spent=0, progress=0, tapd_amount=None,
        contract_value=None, contractor="", contract_on=None, redirects=0, disputed=False,
        department_code="dsdabm", sub_kegiatan="", catalogue_review="", area_code="32.73.02.1004",
        category_code="x",
    )  # fmt: skip


def answer(data: st.DataObject, step: Step, name: str) -> Any:
    match name:
        case "reason":
            return data.draw(st.sampled_from(step.reasons)) if step.reasons else ""
        case "volume":
            return data.draw(volumes)
        case "unit_price" | "cost" | "agreed_amount" | "budget" | "contract_value" | "spent":
            return data.draw(numbers)
        case "progress":
            return data.draw(st.integers(0, 100))
        case "rank":
            return data.draw(st.integers(1, 500))
        case "department":
            return data.draw(st.sampled_from(("dsdabm", "dishub")))
        case "checklist":
            return dict.fromkeys(CHECKLIST, "yes")
        case _:
            return "kata"


def take(data: st.DataObject, item: Any, past: list[str]) -> Step | None:
    """One open step, with answers to what it asks; None when the life is over."""
    steps = list(FLOW.open_steps(item.state, lambda rules: True, KIND.facts(item)))
    if not steps:
        return None
    step = data.draw(st.sampled_from(steps))
    asked = [n.rstrip("?") for n in step.asks if not n.endswith("?") or data.draw(st.booleans())]
    given = {name: answer(data, step, name) for name in asked}
    seat = data.draw(st.sampled_from(("planner", "officer:dsdabm", "moderator:32.73")))
    if step.name in KIND.effects:
        KIND.effects[step.name](item, given | {"seat": seat})
    source = item.state
    if step.target == BACK:
        item.state = past[-1]
    elif step.target is not None:
        item.state = step.target
    if item.state != source:
        past.append(source)
    if FLOW[item.state].phase is Phase.CLOSED and step.target and "author" not in step.by:
        assert given.get("reason"), step.name
    return step


@examples(100)
@given(data=st.data(), length=st.integers(1, 45))
def test_one_row_a_level_no_money_below_nothing_and_no_level_is_skipped(data, length):
    past: list[Any] = []
    item, highest = fresh(), 0
    for _n in range(length):
        before, state = PROPOSAL_LEVELS.index(item.level), item.state
        step = take(data, item, past)
        if step is None:
            break
        now = PROPOSAL_LEVELS.index(item.level)
        assert abs(now - before) <= 1
        assert now <= before or (step.name == "advance" and state == "agreed")
        assert now >= before or step.name == "send_back"
        highest = max(highest, now)
        held = Counter(row.level for row in item.levels)
        assert set(held.values()) <= {1}
        assert {PROPOSAL_LEVELS.index(level) for level in held} <= set(range(highest + 1))
        for name in MONEY:
            value = getattr(item, name)
            assert value is None or value >= 0, name
        for row in item.levels:
            assert row.decision in {s.name for s in FLOW.steps}
            assert row.seat
            assert all(v is None or v >= 0 for v in (row.volume, row.unit_price, row.cost))
            asks = FLOW.named(row.decision)
            assert bool(row.reason) == ("reason" in asks.required)
        assert 0 <= item.redirects <= 2
        assert isinstance(item.cost, int)


@examples(40)
@given(data=st.data())
def test_whoever_reaches_the_plan_has_been_agreed_at_every_level(data):
    """Forward steps only, in any order: the RKPD lies behind five agreements and the budget's."""
    item, past, agreed = fresh(), [], []
    for _n in range(60):
        steps = [
            s
            for s in FLOW.open_steps(item.state, lambda rules: True, KIND.facts(item))
            if (s.forward or s.name == "agree_budget") and s.name != "confirm_works"
        ]
        if not steps or item.state == "in_rkpd":
            break
        step = data.draw(st.sampled_from(steps))
        given = {n: answer(data, step, n) for n in step.required} | {"seat": "planner"}
        if step.name in KIND.effects:
            KIND.effects[step.name](item, given)
        if step.name == "agree":
            agreed.append(item.level)
        if step.target:
            past.append(item.state)
            item.state = step.target
    if item.state == "in_rkpd":
        assert agreed == list(PROPOSAL_LEVELS)
        assert item.tapd_amount is not None


NEGATIVE = ("refuse", "defer", "object", "return", "send_back", "drop", "redirect", "resume_works")


def test_every_negative_step_asks_for_a_coded_reason_and_words():
    for name in NEGATIVE:
        step = FLOW.named(name)
        assert {"reason", "note"} <= set(step.required), name
        assert step.reasons, name
