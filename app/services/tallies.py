"""Count what is sealed: the same ballots and the same rule give the same result, every time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.counting import (
    APPROVAL,
    ENGINE,
    POINTS,
    Election,
    Marks,
    Project,
    Rule,
    canonical,
    count,
)
from app.counting.nearest import nearest
from models import SECRET_MODES, Contest, SealedBallot, Tally, db

from . import audit, named


def waiting() -> list[int]:
    """Secret contests that are sealed and not counted."""
    sealed = (Contest.mode.in_(SECRET_MODES), Contest.state == "sealed")
    return list(db.session.scalars(select(Contest.id).where(*sealed).order_by(Contest.id)))


def settle(contest_id: int, at: datetime | None = None) -> Tally | None:
    """Count a sealed secret contest and write down what came out; None when it is not sealed."""
    contest = db.session.get(Contest, contest_id, with_for_update={"of": Contest})
    if contest is None or contest.state != "sealed" or not contest.is_secret:
        return None
    return write(
        contest, Rule.from_json(contest.rule), election(contest),
        named.marks_of(db.session, contest), at,
    )  # fmt: skip


def write(
    contest: Contest,
    rule: Rule,
    votes: Election,
    marks: Marks | None = None,
    at: datetime | None = None,
) -> Tally:
    """Count a sealed contest and keep the outcome for good."""
    outcome = count(votes, rule, marks)
    near = [
        {"id": one.id, "cost": int(one.cost), "less": int(one.less)}
        for one in (nearest(votes, rule, outcome, marks) if is_priced(contest) else ())
    ]
    made = Tally(
        contest_id=contest.id,
        engine=ENGINE,
        input_root=contest.sealed_root,
        rule_hash=hashlib.sha256(canonical(rule.to_json())).hexdigest(),
        outcome=outcome.to_json(),
        result_hash=outcome.result_hash,
        near=near,
    )
    db.session.add(made)
    contest.state, contest.tallied_at = "tallied", at or datetime.now(UTC)
    db.session.flush()
    audit.note("contest.tally", f"contest:{contest.id}", by=None, detail=outcome.result_hash)
    return made


def is_priced(contest: Contest) -> bool:
    """Is money shared out?  Else each choice counts one of as many as are taken."""
    return contest.pagu is not None and all(one.cost for one in contest.choices)


def purse(contest: Contest) -> tuple[list[Project], int]:
    """What may be taken, at what cost, and the budget: rupiah, or places where there is no pagu.

    Without a declared number of places everything is listed, and nothing cut off.
    """
    priced, choices = is_priced(contest), contest.choices
    projects = [Project(str(c.no), (c.cost or 1) if priced else 1, c.title) for c in choices]
    places = int(contest.terms.get("places") or 0) or len(choices)
    return projects, (contest.pagu or 1) if priced else places


def election(contest: Contest) -> Election:
    """What was sealed, as the engine takes it; lots come from the seal."""
    kinds = (SealedBallot.choices, SealedBallot.points)
    grouped = select(*kinds, func.count()).where(SealedBallot.contest_id == contest.id)
    shares = contest.mode == "points"
    patterns = [
        (tuple(choices), tuple(points) if shares else None, number)
        for choices, points, number in db.session.execute(grouped.group_by(*kinds).order_by(*kinds))
    ]
    form = POINTS if shares else APPROVAL
    seed = bytes.fromhex(contest.sealed_root)
    projects, budget = purse(contest)
    return Election.of(projects, patterns, budget, form, seed)
