"""Votes with a roll and a key for tests.  They flush; none commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.services import contest_keys, contest_spec
from app.services import contests as voting
from models import Contest, Eligible, User, db
from tests import contests


def called(voters: Iterable[User], state: str = "open", **values: Any) -> Contest:
    """A contest in a state, with its key, and these people on its roll."""
    made = contests.contest("draft", **values)
    for voter in voters:
        db.session.add(Eligible(contest_id=made.id, person_id=voter.person_id, level=2))
    db.session.flush()
    contest_keys.make(made.id)
    return made if state == "draft" else walked(made, state)


def walked(made: Contest, state: str) -> Contest:
    """Lead a draft to a state, step by step."""
    db.session.flush()
    made.items = len(made.choices)
    told = contest_spec.digest(db.session, made)
    for step in contests.PATH[: contests.PATH.index(state) + 1]:
        made.state = step
        if step == "published":
            made.spec_hash, made.published_at = told, datetime.now(UTC)
        db.session.flush()
    return made


def dated(contest: Contest, **moments: Any) -> Contest:
    """Other dates for a contest that is published: tests do not wait for its close."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    for name, moment in moments.items():
        setattr(contest, name, moment)
    db.session.flush()
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    return contest


def closed(contest: Contest) -> Contest:
    """The contest is over and closed, as if that had been its day from the beginning."""
    dated(contest, closes_at=datetime.now(UTC) - timedelta(seconds=1))
    dated(contest, spec_hash=contest_spec.digest(db.session, contest))
    assert voting.close(contest.id)
    db.session.refresh(contest)
    return contest
