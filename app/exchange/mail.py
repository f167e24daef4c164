"""E-mail: to an SMTP server, or into a folder where the demonstration shows what would be sent.

``MAIL_URL`` is ``smtp://user:password@host:587?tls=required`` (``tls=none`` for a server on this
machine), ``smtps://user:password@host:465`` or ``file:///folder``.

A letter that left just before the worker died, and whose sending could not be written down any
more, leaves once more.  Both copies carry the same Message-ID, by which a mail server or program
can recognise the second; in the folder the second takes the place of the first.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from app.services.letters import Letter

SECONDS = 30  # for every answer of the server


class MailUnset(Exception):
    """REMBUK_MAIL_URL is empty: this city sends no mail."""


class Undeliverable(Exception):
    """The server will never take this letter; trying again is of no use."""


def send(letter: Letter) -> None:
    """Hand a letter over.

    Raises Undeliverable, MailUnset, or what the connection raises when it may work later.
    """
    url = current_app.config["MAIL_URL"]
    if not url:
        raise MailUnset
    message = compose(letter)
    if urlsplit(url).scheme == "file":
        _to_folder(Path(unquote(urlsplit(url).path)), message, letter.key)
    else:
        _to_server(url, message)


def compose(letter: Letter) -> EmailMessage:
    """The message.  Line ends in an address or a subject raise Undeliverable, never a header."""
    message = EmailMessage(policy=default.clone(utf8=False))
    config = current_app.config
    host = urlsplit(config["BASE_URL"]).hostname or "localhost"
    try:
        shown, address = parseaddr(config["MAIL_FROM"])
        message["From"] = Address(shown or config["CITY"].name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.key}@{host}>"
    except (ValueError, IndexError, MessageError) as error:
        raise Undeliverable from error
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.leave:
        message["List-Unsubscribe"] = f"<{letter.leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.body)
    return message


def _to_folder(folder: Path, message: EmailMessage, key: str) -> None:
    """Write the message whole under its own name, readable by this user alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, part = folder / f"{key}.eml", folder / f".{key}.{os.getpid()}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(message.as_bytes(policy=SMTP))
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def _to_server(url: str, message: EmailMessage) -> None:
    try:
        with _server(url) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        if all(400 <= code < 500 for code, _ in error.recipients.values()):
            raise
        raise Undeliverable from error
    except smtplib.SMTPNotSupportedError as error:
        raise Undeliverable from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        if error.smtp_code < 500:
            raise
        raise Undeliverable from error


def _server(url: str) -> smtplib.SMTP:
    """A server ready to take letters: encrypted unless the settings say ``tls=none``."""
    parts = urlsplit(url)
    host, user = parts.hostname or "localhost", unquote(parts.username or "")
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        safe = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=safe)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
    try:
        if parts.scheme == "smtp" and parse_qs(parts.query).get("tls", [""])[0] != "none":
            server.starttls(context=ssl.create_default_context())
        if user:
            server.login(user, unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server
