"""pabutools as an oracle: the same election, counted by the reference implementation.

pabutools imports linear programming packages that none of the rules used here need; empty modules
stand in for them, so that no proprietary package has to be installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from app.counting import POINTS, Election
from app.counting.rules import CHEAPER, COST, FILE_ORDER, LOT, MORE_VOTES, NAME, VOTES, Rule


class _Absent(ModuleType):
    """A package that is not there: any name can be imported from it, none is ever used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


for absent in ("pulp", "gurobipy", "preflibtools", "preflibtools.instances"):
    sys.modules.setdefault(absent, _Absent(absent))

from pabutools.election import (  # noqa: E402
    Additive_Borda_Sat,
    Additive_Cardinal_Sat,
    ApprovalBallot,
    ApprovalProfile,
    Cardinality_Sat,
    Cost_Sat,
    CumulativeBallot,
    CumulativeProfile,
    Instance,
    OrdinalBallot,
    OrdinalProfile,
    Project,
)
from pabutools.election.pabulib import parse_pabulib  # noqa: E402
from pabutools.election.satisfaction.additivesatisfaction import AdditiveSatisfaction  # noqa: E402
from pabutools.rules import (  # noqa: E402
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)
from pabutools.tiebreaking import TieBreakingRule  # noqa: E402


class Points_Cost_Sat(AdditiveSatisfaction):
    """Points times cost."""

    def __init__(self, instance, profile, ballot):
        super().__init__(
            instance,
            profile,
            ballot,
            lambda _i, _p, ballot, project, _known: ballot.get(project, 0) * project.cost,
        )


class Borda_Cost_Sat(AdditiveSatisfaction):
    """Borda points times cost."""

    def __init__(self, instance, profile, ballot):
        def worth(_i, _p, ballot, project, _known):
            place = ballot.position(project) + 1 if project in ballot else len(ballot)
            return (len(ballot) - place) * project.cost

        super().__init__(instance, profile, ballot, worth)


class Borda_Sat(AdditiveSatisfaction):
    """pabutools' Borda points, declared additive so that the quicker greedy is used."""

    def __init__(self, instance, profile, ballot):
        borda = Additive_Borda_Sat(instance, profile, ballot)
        super().__init__(
            instance, profile, ballot, lambda _i, _p, _b, project, _k: borda.sat_project(project)
        )


SATS = {
    "approval": {True: Cost_Sat, False: Cardinality_Sat},
    "choose-1": {True: Cost_Sat, False: Cardinality_Sat},
    "cumulative": {True: Points_Cost_Sat, False: Additive_Cardinal_Sat},
    "ordinal": {True: Borda_Cost_Sat, False: Borda_Sat},
}


class Oracle:
    """One election in pabutools."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.instance = Instance()
        self.projects = [Project(p.id, p.cost) for p in election.projects]
        self.instance.update(self.projects)
        self.instance.budget_limit = election.budget
        self.place = {p.id: n for n, p in enumerate(election.projects)}
        self.profile = self._profile()

    def _profile(self):
        ballots, found = self.election.ballots, []
        for g in range(ballots.patterns):
            entries = slice(ballots.starts[g], ballots.starts[g + 1])
            chosen = [self.projects[p] for p in ballots.choices[entries]]
            for _copy in range(int(ballots.counts[g])):
                if self.election.form == POINTS:
                    points = [int(n) for n in ballots.points[entries]]
                    found.append(CumulativeBallot(dict(zip(chosen, points, strict=True))))
                elif self.election.form == "ordinal":
                    found.append(OrdinalBallot(chosen))
                else:
                    found.append(ApprovalBallot(chosen))
        kinds = {POINTS: CumulativeProfile, "ordinal": OrdinalProfile}
        return kinds.get(self.election.form, ApprovalProfile)(found)

    def ties(self, rule: Rule) -> TieBreakingRule:
        election, place = self.election, self.place
        keys = {
            CHEAPER: lambda project: project.cost,
            MORE_VOTES: lambda project: -int(election.votes[place[project.name]]),
            NAME: lambda project: project.name,
            FILE_ORDER: lambda project: place[project.name],
            LOT: lambda project: election.lots[place[project.name]],
        }
        return TieBreakingRule(lambda _i, _p, project: tuple(keys[w](project) for w in rule.ties))

    def greedy(self, rule: Rule, before=()) -> list[str]:
        sat = SATS[self.election.form][rule.order == VOTES]
        found = greedy_utilitarian_welfare(
            self.instance,
            self.profile,
            sat_class=sat,
            tie_breaking=self.ties(rule),
            initial_budget_allocation=list(before),
        )
        return [project.name for project in found]

    def shares(self, rule: Rule, step=None) -> list[str]:
        """Equal Shares, with steps of so much of the whole budget, and fill, as the rule says."""
        sat = SATS[self.election.form][rule.utility == COST]
        params = {"sat_class": sat, "tie_breaking": self.ties(rule)}
        if rule.step is None:
            found = method_of_equal_shares(self.instance, self.profile, **params)
        else:
            found = exhaustion_by_budget_increase(
                self.instance,
                self.profile,
                method_of_equal_shares,
                params,
                exhaustive_stop=rule.exhaustive_stop,
                budget_step=step,
            )
        if not rule.fill:
            return [project.name for project in found]
        return self.greedy(rule, found)


def read_and_share(path: Path) -> Callable[[], list[str]]:
    """Read a file of approvals with pabutools; what comes back runs Equal Shares on it."""
    instance, profile = parse_pabulib(str(path))
    votes = {project: profile.approval_score(project) for project in instance}
    ties = TieBreakingRule(lambda _i, _p, x: (x.cost, -votes.get(x, 0), x.name))
    return lambda: [
        project.name
        for project in method_of_equal_shares(
            instance, profile, sat_class=Cost_Sat, tie_breaking=ties
        )
    ]


def votes_by_pabutools(path: Path) -> dict[str, int] | None:
    """How many chose each project, as pabutools reads the file; None where it cannot read it."""
    try:
        instance, profile = parse_pabulib(str(path))
    except Exception:  # it stumbles over quirks with whatever happens to be raised first
        return None
    found = dict.fromkeys((project.name for project in instance), 0)
    for ballot in profile:
        for project in ballot:
            given = ballot[project] if isinstance(ballot, CumulativeBallot) else 1
            found[project.name] += given > 0
    return found
