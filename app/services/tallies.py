"""Count what is sealed: the same ballots and the same rule give the same result, every time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from app.counting import (
    APPROVAL,
    ENGINE,
    POINTS,
    Election,
    Outcome,
    Project,
    Rule,
    canonical,
    count,
)
from app.counting.nearest import nearest
from models import SECRET_MODES, Contest, SealedBallot, Tally, db

from . import audit


def waiting() -> list[int]:
    """Secret contests that are sealed and not counted."""
    sealed = (Contest.mode.in_(SECRET_MODES), Contest.state == "sealed")
    return list(db.session.scalars(select(Contest.id).where(*sealed).order_by(Contest.id)))


def settle(contest_id: int, at: datetime | None = None) -> Tally | None:
    """Count a sealed secret contest and write down what came out; None when it is not sealed."""
    contest = db.session.get(Contest, contest_id, with_for_update={"of": Contest})
    if contest is None or contest.state != "sealed" or not contest.is_secret:
        return None
    votes = election(contest)
    rule = Rule.from_json(contest.rule)
    outcome = count(votes, rule)
    near = [
        {"id": one.id, "cost": int(one.cost), "less": int(one.less)}
        for one in nearest(votes, rule, outcome)
    ]
    return write(contest, rule, outcome, near, at)


def write(
    contest: Contest,
    rule: Rule,
    outcome: Outcome,
    near: list[dict[str, Any]],
    at: datetime | None = None,
) -> Tally:
    """Keep the outcome of a sealed contest for good."""
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


def election(contest: Contest) -> Election:
    """What was sealed, as the engine takes it; lots come from the seal."""
    kinds = (SealedBallot.choices, SealedBallot.points)
    grouped = select(*kinds, func.count()).where(SealedBallot.contest_id == contest.id)
    shares = contest.mode == "points"
    patterns = [
        (tuple(choices), tuple(points) if shares else None, number)
        for choices, points, number in db.session.execute(grouped.group_by(*kinds).order_by(*kinds))
    ]
    projects = [Project(str(one.no), one.cost or 0, one.title) for one in contest.choices]
    form = POINTS if shares else APPROVAL
    seed = bytes.fromhex(contest.sealed_root)
    return Election.of(projects, patterns, contest.pagu or 0, form, seed)
