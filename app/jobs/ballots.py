"""Voters hear of a vote and are reminded of it; the box of secret votes is sealed when shut."""

from __future__ import annotations

from app.logs import log
from app.services import sealing, vote_notices, vote_reminders
from models import db

from . import jobs
from .retrying import QUICK


@jobs.periodic(cron="* * * * *")
@jobs.task(name="ballots_seal", queueing_lock="ballots_seal", retry=QUICK)
def ballots_seal(timestamp: int = 0) -> None:
    """Seal what is closed, each in a transaction of its own."""
    for contest_id in sealing.waiting():
        db.session.commit()
        try:
            sealing.seal(contest_id)
        except sealing.NotReady:  # paper is being typed; the next minute asks again
            db.session.rollback()
            continue
        db.session.commit()
        log.info("vote sealed", contest=contest_id)


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="ballots_remind", queueing_lock="ballots_remind", retry=QUICK)
def ballots_remind(timestamp: int = 0) -> None:
    """Remind whoever has not voted when a vote closes soon."""
    for contest_id, mark in vote_reminders.due():
        vote_reminders.remind(contest_id, mark)
        db.session.commit()


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name="votes_tell", queueing_lock="votes_tell", retry=QUICK)
def votes_tell(timestamp: int = 0) -> None:
    """Tell the roll, and who sits on a jury, of votes that are announced or have opened."""
    for contest_id, event in vote_notices.due():
        told = vote_notices.tell(contest_id, event)
        db.session.commit()
        log.info("vote told", contest=contest_id, people=told)
