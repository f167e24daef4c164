"""Count what is not secret as soon as it has closed: seal it under a root, then by the rule."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from sqlalchemy import select

from app.counting import (
    APPROVAL,
    POINTS,
    RANKED,
    Aspect,
    Election,
    Marks,
    Outcome,
    Project,
    Rule,
    count,
)
from app.queries.merkle import Tree
from models import SECRET_MODES, Contest, Tally, db

from . import named, tallies


def rule_of(contest: Contest) -> Rule:
    """The rule as declared; support and a jury alone are lists in order."""
    if contest.mode == "support":
        return Rule(rule=RANKED)
    said = Rule.from_json(contest.rule) if contest.rule else Rule(rule=RANKED, jury=_whole())
    if contest.mode == "jury" and not said.jury:
        return Rule(rule=RANKED, skip=said.skip, jury=_whole(), ties=said.ties)
    return said


def _whole() -> Fraction:
    return Fraction(1)


def waiting() -> list[int]:
    """Contests that have closed and are not secret, to be counted."""
    wanted = select(Contest.id).where(Contest.state == "closed", Contest.mode.not_in(SECRET_MODES))
    return list(db.session.scalars(wanted.order_by(Contest.id)))


def settle(contest: Contest, at: datetime | None = None) -> Tally | None:
    """Seal and count a closed contest that is not secret; None when it is not at that point."""
    db.session.refresh(contest, with_for_update={"of": Contest})
    if contest.is_secret or contest.state != "closed":
        return None
    at = at or datetime.now(UTC)
    tree = Tree()
    for line in named.lines(db.session, contest):
        tree.add(line.encode())
    contest.state, contest.sealed_at, contest.sealed_root = "sealed", at, tree.root().hex()
    db.session.flush()
    return tallies.write(contest, rule_of(contest), counted(contest), [], at)


def counted(contest: Contest) -> Outcome:
    """The outcome of a sealed contest that is not secret.

    Without a pagu everything is listed, and nothing cut off: each costs 1 of as many.
    """
    marks = named.given_marks(db.session, contest) if contest.mode == "jury" else {}
    chosen = [c for c in contest.choices if contest.mode != "jury" or str(c.no) in marks]
    priced = contest.pagu is not None and all(c.cost for c in chosen)
    projects = [Project(str(c.no), (c.cost or 1) if priced else 1, c.title) for c in chosen]
    budget = (contest.pagu or 1) if priced else max(len(projects), 1)
    form = POINTS if contest.mode == "named_points" else APPROVAL
    patterns = named.patterns(db.session, contest)
    seed = bytes.fromhex(contest.sealed_root)
    election = Election.of(projects, patterns, budget, form, seed)
    aspects = tuple(Aspect(c["code"], c["weight"]) for c in named.criteria(contest))
    if not projects:
        return count(election, Rule(rule=RANKED))
    return count(election, rule_of(contest), Marks(aspects, marks) if marks else None)
