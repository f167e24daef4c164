"""E-mail: one job a letter, tried for two days."""

from __future__ import annotations

from procrastinate import JobContext

from app.exchange import mail
from app.logs import log
from app.services import letters
from app.services.letters import Letter

from . import jobs
from .retrying import LONG


@jobs.task(name="mail_notification", queue="mail", retry=LONG)
def mail_notification(notification_id: int) -> None:
    """Send the letter of an inbox line, once."""
    letter = letters.of_notification(notification_id)
    if letter is not None and _sent(letter):
        letters.mailed(notification_id)


@jobs.task(name="mail_account", queue="mail", retry=LONG, pass_context=True)
def mail_account(context: JobContext, user_id: int, template: str) -> None:
    """Send a letter about an account."""
    letter = letters.of_account(user_id, template, str(context.job.id))
    if letter is not None:
        _sent(letter)


def _sent(letter: Letter) -> bool:
    """Hand the letter over; what can never arrive is noted in the log and left."""
    try:
        mail.send(letter)
    except mail.MailUnset:
        return False
    except mail.Undeliverable:
        log.warning("letter not taken", letter=letter.key)
    return True
