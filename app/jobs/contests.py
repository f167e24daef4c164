"""Contests open and close by the clock."""

from __future__ import annotations

from app.services import contests
from models import db

from . import jobs


@jobs.periodic(cron="* * * * *")
@jobs.task(name="contests_turn", queueing_lock="contests_turn")
def contests_turn(timestamp: int) -> None:
    """Open what is due, then close what is over, each by itself."""
    contests.open_due()
    db.session.commit()
    for contest_id in contests.due_to_close():
        contests.close(contest_id)
        db.session.commit()
