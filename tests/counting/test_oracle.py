"""The same winners in the same order as pabutools, ties included."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from app.counting import Rule, count
from app.counting.tally import step_of
from tests.counting.cases import city, rule_for, small
from tests.counting.oracle import Oracle


def disagreement(election, rule):
    """None, or what the two counted."""
    oracle = Oracle(election)
    ours = list(count(election, rule, both=False).winners)
    if rule.rule == "greedy":
        theirs = oracle.greedy(rule)
    else:
        step = step_of(election, rule) * election.voters if rule.step else None
        theirs = oracle.shares(rule, step)
    return None if ours == theirs else (election.projects, election.ballots, rule, ours, theirs)


@pytest.mark.parametrize("seed", range(6))
def test_five_hundred_small_elections_full_of_ties_agree(seed):
    dice = random.Random(seed)
    for turn in range(500):
        election, rule = small(dice), rule_for(dice, steps=turn % 10 == 0)
        assert not disagreement(election, replace(rule, rule="greedy", step=None, fill=False))
        if election.form != "ordinal":
            assert not disagreement(election, rule)


@pytest.mark.parametrize("form", ["approval", "cumulative", "choose-1", "ordinal"])
@pytest.mark.parametrize(("voters", "projects", "k"), [(300, 25, 5), (120, 60, 10)])
def test_elections_shaped_like_a_city_s_agree(form, voters, projects, k):
    election = city(voters, projects, seed=voters, form=form, k=k)
    ties = ("cheaper", "more_votes", "name")
    for order in ("votes", "votes-per-cost"):
        assert not disagreement(election, Rule(rule="greedy", order=order, ties=ties))
    if form != "ordinal":
        for utility in ("cost", "cardinality"):
            assert not disagreement(election, Rule(utility=utility, fill=True, ties=ties))
