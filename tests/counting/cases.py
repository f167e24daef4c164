"""Elections to count: small ones full of ties, and larger ones shaped like those of real cities."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np

from app.counting import Election, Project, Rule

TIES = (("cheaper", "more_votes", "name"), ("name",), ("more_votes", "file_order"))
FORMS = ("approval", "approval", "approval", "cumulative", "choose-1", "ordinal")


def small(dice: random.Random) -> Election:
    """A few voters, a few projects, costs that often make equal prices."""
    form = dice.choice(FORMS)
    projects = [
        Project(str(n + 1), dice.choice((1, 2, 3, 4, 5, 6, 10, 12)))
        for n in range(dice.randint(1, 6))
    ]
    patterns = []
    for _voter in range(dice.randint(1, 7)):
        few = 1 if form == "choose-1" else dice.randint(0, len(projects))
        ids = dice.sample([project.id for project in projects], few)
        points = [dice.randint(0, 4) for _id in ids] if form == "cumulative" else None
        patterns.append((ids, points, 1))
    return Election.of(projects, patterns, dice.randint(1, 30), form)


def rule_for(dice: random.Random, steps: bool = False) -> Rule:
    """Equal Shares in one of its many forms."""
    return Rule(
        utility=dice.choice(("cost", "cardinality")),
        order=dice.choice(("votes", "votes-per-cost")),
        step=dice.choice((Fraction(1, 100), Fraction(1, 10))) if steps else None,
        whole_step=dice.random() < 0.7,
        exhaustive_stop=dice.random() < 0.3,
        fill=dice.random() < 0.5,
        ties=dice.choice(TIES),
    )


def city(voters: int, projects: int, seed: int, form: str = "approval", k: int = 5) -> Election:
    """Some projects far more popular than others, costs over two orders, a third fits."""
    dice = np.random.default_rng(seed)
    costs = np.round(dice.lognormal(17, 0.9, projects), -5).astype(np.int64) + 100_000
    weights = dice.pareto(1.3, projects) + 0.2
    keys = dice.gumbel(size=(voters, projects)) + np.log(weights / weights.sum())
    k = 1 if form == "choose-1" else min(k, projects)
    chosen = np.argsort(-keys, axis=1)[:, :k]
    sizes = dice.integers(1, k + 1, voters)
    points = dice.integers(1, 6, (voters, k))
    patterns = [
        (row[:size].tolist(), given[:size].tolist() if form == "cumulative" else None, 1)
        for row, size, given in zip(chosen, sizes, points, strict=True)
    ]
    asked = [Project(str(n), int(cost), f"Usulan {n}") for n, cost in enumerate(costs)]
    return Election.of(asked, patterns, int(costs.sum() // 3), form)
