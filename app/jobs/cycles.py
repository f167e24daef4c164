"""The calendar of e-Musrenbang: file what came before a close, remind before the next."""

from __future__ import annotations

import uuid

from app.logs import log
from app.services import cycle_reminders, intake, notices
from models import db

from . import jobs
from .mail import hand_over
from .retrying import LONG, QUICK


@jobs.task(name="intake_file", queueing_lock="intake_file", retry=QUICK)
def intake_file() -> None:
    """File what was received, in the order in which it came, each by itself.

    One that breaks keeps no other waiting, and is tried again.
    """
    broken: set[uuid.UUID] = set()
    failure: Exception | None = None
    while True:
        try:
            key = intake.file_next(broken)
            db.session.commit()
        except intake.Broken as error:
            db.session.rollback()
            failure = error.__cause__ if isinstance(error.__cause__, Exception) else error
            broken.add(error.args[0])
            log.error("received, not filed", key=str(error.args[0]), exc_info=failure)
            continue
        if key is None:
            break
    if failure is not None:
        raise failure


@jobs.periodic(cron="* * * * *")
@jobs.task(name="intake_look", queueing_lock="intake_look")
def intake_look(timestamp: int) -> None:
    """File what no job was queued for, as when the queue was away."""
    intake_file()


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="cycle_remind", queueing_lock="cycle_remind", retry=QUICK)
def cycle_remind(timestamp: int) -> None:
    """Tell what opens, and what closes soon."""
    cycle_reminders.remind()


@jobs.task(name="mail_notices", queue="mail", retry=LONG)
def mail_notices(notice_ids: list[int]) -> None:
    """Send the letters of lines that are about no item, each once."""
    failure: Exception | None = None
    for notice_id in notice_ids:
        try:
            letter = notices.letter(notice_id)
            if letter is not None and hand_over(letter):
                notices.mailed(notice_id)
            db.session.commit()
        except Exception as error:  # the next letter has nothing to do with it
            db.session.rollback()
            failure = error
    if failure is not None:
        raise failure
