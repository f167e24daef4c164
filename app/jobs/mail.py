"""E-mail and other channels: tried for two days.  Who has got what is written down line by line."""

from __future__ import annotations

from procrastinate import JobContext

from app.exchange import channels as channel_exchange
from app.exchange import mail
from app.logs import log
from app.services import channels, deadline_letters, letters
from app.services.letters import Letter
from models import db

from . import jobs
from .retrying import LONG, QUICK


@jobs.task(name="mail_notifications", queue="mail", retry=LONG)
def mail_notifications(notification_ids: list[int]) -> None:
    """Send the letters of inbox lines, each once; one that fails keeps no other waiting."""
    failure: Exception | None = None
    for notification_id in notification_ids:
        try:
            letter = letters.of_notification(notification_id)
            if letter is not None and hand_over(letter):
                letters.mailed(notification_id)
            db.session.commit()
            _tell_channels(notification_id)
            db.session.commit()
        except Exception as error:  # whatever it is, the next letter has nothing to do with it
            db.session.rollback()
            failure = error
    if failure is not None:
        raise failure


@jobs.task(name="mail_deadlines", queue="mail", retry=LONG)
def mail_deadlines(user_id: int) -> None:
    """Send the day's letter about deadlines."""
    found = deadline_letters.of_deadlines(user_id)
    if found is not None and hand_over(found[0]):
        deadline_letters.mailed(found[1])


@jobs.task(name="mail_account", queue="mail", retry=LONG, pass_context=True)
def mail_account(context: JobContext, user_id: int, template: str) -> None:
    """Send a letter about an account."""
    letter = letters.of_account(user_id, template, str(context.job.id))
    if letter is not None:
        hand_over(letter)


def _tell_channels(notification_id: int) -> None:
    """Say it in the other channels of whoever it is for."""
    messages, failure = channels.of_notification(notification_id), None
    for message in messages:
        try:
            channel_exchange.send(message)
        except channel_exchange.NotTaken as error:
            failure = error
        else:  # one of them is enough: a second try would tell this one twice
            channels.told(notification_id)
    if failure is not None and not channels.was_told(notification_id):
        raise failure


@jobs.task(name="channel_code", queue="mail", retry=QUICK)
def channel_code(channel_id: int) -> None:
    """Send the code that confirms an address."""
    message = channels.code_message(channel_id)
    if message is not None:
        channel_exchange.send(message)


def hand_over(letter: Letter) -> bool:
    """Hand the letter over; what can never arrive is noted in the log and left."""
    try:
        mail.send(letter)
    except mail.MailUnset:
        return False
    except mail.Undeliverable:
        log.warning("letter not taken", letter=letter.key)
    return True
