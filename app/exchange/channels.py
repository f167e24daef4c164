"""Messages through channels beside e-mail, by Apprise; in the job worker only."""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app

from app.services.channels import Message


class NotTaken(Exception):
    """The channel did not take the message; it may later."""


def send(message: Message) -> bool:
    """Hand a message over; False when the city no longer offers its channel.  Raises NotTaken."""
    url = current_app.config["CHANNELS"].get(message.channel)
    if url is None:
        return False
    from apprise import Apprise  # slow to import, and only a city with channels needs it

    service = Apprise()
    service.add(url.replace("{address}", quote(message.address, safe="")))
    if not service.notify(title=message.title, body=message.body):
        raise NotTaken(message.channel)
    return True
