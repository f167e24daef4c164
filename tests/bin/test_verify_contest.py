"""The verifier counts by itself, in fractions, and comes to the same; what was changed is found."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.counting import APPROVAL, POINTS, Election, Project, Rule, count
from app.queries.merkle import Tree, leaf_hash
from tests.examples import examples

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = runpy.run_path(str(ROOT / "bin" / "verify-contest"), run_name="verifier")

COMPLETIONS: tuple[list[str], ...] = (
    [],
    ["step:1%"],
    ["fill:greedy"],
    ["step:1%", "fill:greedy"],
    ["step:5%"],
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Election, dict[str, Any], list[Any]]:
    """A small election with many ties, a rule, and its ballots as published."""
    number = draw(st.integers(2, 6))
    costs = draw(st.lists(st.integers(1, 6), min_size=number, max_size=number))
    projects = [Project(str(n + 1), 100 * cost) for n, cost in enumerate(costs)]
    budget = draw(st.integers(1, 12)) * 100
    points = draw(st.booleans())
    pick = st.lists(st.integers(1, number), min_size=1, max_size=number, unique=True).map(sorted)
    ballots = draw(st.lists(pick, min_size=1, max_size=12))
    shares = [
        draw(st.lists(st.integers(1, 4), min_size=len(b), max_size=len(b))) if points else []
        for b in ballots
    ]
    seed = draw(st.binary(min_size=32, max_size=32))
    patterns = [(b, s if points else None, 1) for b, s in zip(ballots, shares, strict=True)]
    form = POINTS if points else APPROVAL
    rule = Rule.from_json(
        {
            "rule": draw(st.sampled_from(["equal-shares", "equal-shares", "greedy", "ranked"])),
            "utility": draw(st.sampled_from(["cost", "cardinality"])),
            "order": draw(st.sampled_from(["votes", "votes-per-cost"])),
            "skip": draw(st.booleans()),
            "threshold": draw(st.integers(0, 2)),
            "completion": draw(st.sampled_from(COMPLETIONS)),
            "exhaustive_stop": draw(st.booleans()),
            "comparison": draw(st.booleans()),
        }
    )
    votes = [("00", list(map(str, b)), s) for b, s in zip(ballots, shares, strict=True)]
    election = Election.of(projects, patterns, budget, form, seed)
    return election, rule.to_json(), votes


@given(cases())
@examples(80)
def test_the_verifier_finds_the_same_winners_prices_and_endowment(case: Any) -> None:
    election, rule, votes = case
    costs = {project.id: project.cost for project in election.projects}
    mine = VERIFIER["Count"](election.budget, costs, votes, rule, election.seed)
    outcome = count(election, Rule.from_json(rule))
    winners, prices, endowment = mine.result()
    assert winners == list(outcome.winners)
    assert {i: str(p) for i, p in prices.items()} == {
        r.id: r.price for r in outcome.rounds if r.price
    }
    if endowment is not None:
        assert str(endowment) == outcome.endowment
    assert mine.with_winner(winners) == outcome.with_winner


@given(st.binary(max_size=200), st.integers(0, 63))
@examples(15)
def test_a_signature_holds_for_its_message_and_key_alone(message: bytes, at: int) -> None:
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    broken = bytearray(signature)
    broken[at] ^= 1
    assert VERIFIER["is_signed"](public, message, signature)
    assert not VERIFIER["is_signed"](public, message + b"!", signature)
    assert not VERIFIER["is_signed"](public, message, bytes(broken))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 13])
def test_its_root_is_ours(n: int) -> None:
    tree, data = Tree(), [bytes([i]) for i in range(n)]
    for one in data:
        tree.add(one)
    assert VERIFIER["merkle"]([leaf_hash(one) for one in data]) == tree.root()
