"""Contests open and close by the clock."""

from __future__ import annotations

from app.services import contests, named_count
from models import Contest, db

from . import jobs


@jobs.periodic(cron="* * * * *")
@jobs.task(name="contests_turn", queueing_lock="contests_turn")
def contests_turn(timestamp: int) -> None:
    """Open what is due, close what is over and count what is not secret, each by itself."""
    contests.open_due()
    db.session.commit()
    for contest_id in contests.due_to_close():
        contests.close(contest_id)
        db.session.commit()
    for contest_id in named_count.waiting():
        named_count.settle(db.session.get_one(Contest, contest_id))
        db.session.commit()
