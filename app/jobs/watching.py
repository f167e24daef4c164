"""News for those who watch a place; one letter a day for those who want no more."""

from __future__ import annotations

from app.queue import enqueue
from app.services import digests, watching
from models import db

from . import jobs
from .mail import hand_over
from .retrying import LONG, QUICK


@jobs.task(name="watch_tell", retry=QUICK)
def watch_tell(change_id: int) -> None:
    """Tell the watches that a change concerns."""
    watching.tell(change_id)


@jobs.periodic(cron="0 23 * * *")  # six in the morning in Bandung
@jobs.task(name="digests_send", queueing_lock="digests_send", retry=QUICK)
def digests_send(timestamp: int) -> None:
    """Queue a letter for everybody who has news."""
    for user_id in digests.readers():
        enqueue("mail_digest", queue="mail", user_id=user_id, day=timestamp)


@jobs.task(name="mail_digest", queue="mail", retry=LONG)
def mail_digest(user_id: int, day: int) -> None:
    """Send somebody the news since the last letter; sent once, forgotten afterwards."""
    letter, news = digests.letter(user_id, day)
    if letter is None or hand_over(letter):  # what nobody wants to read waits for no letter
        digests.sent(news)
    db.session.commit()
