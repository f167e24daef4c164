"""Count what is not secret as soon as it has closed: seal it under a root, then by the rule."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from sqlalchemy import select

from app.counting import APPROVAL, POINTS, RANKED, Election, Rule
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
    marks = named.marks_of(db.session, contest)
    return tallies.write(contest, rule_of(contest), counted(contest), marks, at)


def counted(contest: Contest) -> Election:
    """What is counted in a sealed contest that is not secret."""
    projects, budget = tallies.purse(contest)
    form = POINTS if contest.mode == "named_points" else APPROVAL
    seed = bytes.fromhex(contest.sealed_root)
    return Election.of(projects, named.patterns(db.session, contest), budget, form, seed)
