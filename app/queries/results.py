"""A result as people read it: what won and for whom, what did not and why, both rules side by side.

Nothing is computed anew: all of it stands in the outcome that was written down when it was counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from models import AnySession, Contest, ContestDecision, ContestFile, ContestItem, Item, Tally

OUT = ("tallied", "certified")


@dataclass(frozen=True)
class Line:
    """One project in the result.  Amounts in whole rupiah, rounded where the engine has fractions.

    ``represents`` voters paid ``each`` at most; ``cheaper``: by how much less it would have won
    (0: unknown).  ``decided`` is None as long as nothing is; ``reason`` where it differs.
    """

    no: int
    title: str
    number: str
    kind: str
    cost: int | None
    votes: int
    score: int
    won: bool
    place: int
    why: str
    represents: int
    each: int
    lacked: int
    cheaper: int
    points: str
    tie: Mapping[str, Any] | None = None
    decided: bool | None = None
    reason: str = ""

    @property
    def deviates(self) -> bool:
        """Was it decided otherwise than computed?"""
        return self.decided is not None and self.decided != self.won


@dataclass(frozen=True)
class SideRow:
    """What one rule gives: its name, winners, rupiah spent, voters with a winner."""

    rule: str
    winners: int
    spent: int
    with_winner: int
    counted: bool


@dataclass(frozen=True)
class Page:
    """The whole of a result page."""

    voters: int
    budget: int
    spent: int
    with_winner: int
    endowment: int
    lines: Sequence[Line]
    sides: Sequence[SideRow]
    rounds: Sequence[Mapping[str, Any]]
    runs: int
    engine: str
    result_hash: str
    only_here: Sequence[str] = field(default_factory=list)  # titles this rule alone takes
    only_there: Sequence[str] = field(default_factory=list)

    @property
    def winners(self) -> list[Line]:
        """What won, the first first."""
        return sorted((one for one in self.lines if one.won), key=lambda one: one.place)

    @property
    def others(self) -> list[Line]:
        """What did not, the most supported first."""
        return sorted((one for one in self.lines if not one.won), key=lambda one: -one.score)

    @property
    def decided(self) -> bool:
        """Is anything decided beside what was computed?"""
        return any(one.decided is not None for one in self.lines)


def page(session: AnySession, contest: Contest) -> Page | None:
    """The result of a counted contest; None before it is counted."""
    tally: Tally | None = session.get(Tally, contest.id)
    if tally is None or contest.state not in OUT:
        return None
    outcome = tally.outcome
    lines = _lines(session, contest, tally)
    titles = {str(line.no): line.title for line in lines}
    here, there = _differing(outcome["sides"])
    return Page(
        voters=outcome["voters"],
        budget=outcome["budget"],
        spent=outcome["spent"],
        with_winner=outcome["with_winner"],
        endowment=rupiah(outcome["endowment"]),
        lines=lines,
        sides=[
            SideRow(
                side["rule"],
                len(side["winners"]),
                side["spent"],
                side["with_winner"],
                side["counted"],
            )
            for side in outcome["sides"]
        ],
        rounds=[{**one, "title": titles[one["id"]]} for one in outcome["rounds"]],
        runs=len(outcome["runs"]),
        engine=tally.engine,
        result_hash=tally.result_hash,
        only_here=[titles[one] for one in here],
        only_there=[titles[one] for one in there],
    )


def rupiah(exact: str) -> int:
    """An exact amount ("91/5") in whole rupiah."""
    return round(Fraction(exact)) if exact else 0


def _differing(sides: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    if len(sides) < 2:
        return [], []
    one, other = sides[0]["winners"], sides[1]["winners"]
    return [i for i in one if i not in other], [i for i in other if i not in one]


def _lines(session: AnySession, contest: Contest, tally: Tally) -> list[Line]:
    wanted = (
        select(ContestItem, Item.number, Item.kind, ContestDecision)
        .join(Item, Item.id == ContestItem.item_id)
        .outerjoin(
            ContestDecision,
            (ContestDecision.contest_id == ContestItem.contest_id)
            & (ContestDecision.no == ContestItem.no),
        )
        .where(ContestItem.contest_id == contest.id)
        .order_by(ContestItem.no)
    )
    results = {one["id"]: one for one in tally.outcome["results"]}
    ties = {one["id"]: one["tie"] for one in tally.outcome["rounds"]}
    near = {one["id"]: one["less"] for one in tally.near}
    return [
        Line(
            no=choice.no,
            title=choice.title,
            number=number,
            kind=kind,
            cost=choice.cost,
            votes=found["votes"],
            score=found["score"],
            won=found["won"],
            place=found["place"],
            why=found["why"],
            represents=found["represents"],
            each=rupiah(found["paid_most"]),
            lacked=found["lacked"],
            cheaper=near.get(found["id"], 0),
            points=found["points"] and f"{float(Fraction(found['points'])):.2f}",
            tie=ties.get(found["id"]),
            decided=None if decision is None else decision.decided,
            reason="" if decision is None else decision.reason,
        )
        for choice, number, kind, decision in session.execute(wanted)
        if (found := results.get(str(choice.no))) is not None
    ]


def files(session: AnySession, contest_id: int) -> Sequence[ContestFile]:
    """The latest version of the published folder, by name, without what is in them."""
    latest = (
        select(ContestFile.version)
        .where(ContestFile.contest_id == contest_id)
        .order_by(ContestFile.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(ContestFile).where(
        ContestFile.contest_id == contest_id, ContestFile.version == latest
    )
    return session.scalars(query.order_by(ContestFile.name)).all()


def whole_files(session: AnySession, contest_id: int, name: str = "") -> Sequence[ContestFile]:
    """The latest files with what is in them; with ``name`` that one alone."""
    found = files(session, contest_id)
    if not found:
        return ()
    query = select(ContestFile).options(undefer(ContestFile.data))
    query = query.where(
        ContestFile.contest_id == contest_id, ContestFile.version == found[0].version
    )
    query = query.where(ContestFile.name == name) if name else query
    fresh = query.order_by(ContestFile.name).execution_options(populate_existing=True)
    return session.scalars(fresh).all()
