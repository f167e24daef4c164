"""What is sealed is counted, what is counted is published, what is certified loses its key."""

from __future__ import annotations

from app.logs import log
from app.services import certifying, contest_folder, tallies
from models import Contest, db

from . import jobs
from .retrying import QUICK


@jobs.periodic(cron="* * * * *")
@jobs.task(name="votes_count", queueing_lock="votes_count", retry=QUICK)
def votes_count(timestamp: int = 0) -> None:
    """Count and publish, each contest in a transaction of its own."""
    for contest_id in tallies.waiting():
        tallies.settle(contest_id)
        db.session.commit()
        log.info("vote counted", contest=contest_id)
    for contest_id in certifying.unpublished():
        contest = db.session.get_one(Contest, contest_id)
        contest_folder.publish(contest, contest_folder.COUNTED)
        db.session.commit()
    for contest_id in certifying.destroy_keys():
        log.info("key of a vote destroyed", contest=contest_id)
    db.session.rollback()
