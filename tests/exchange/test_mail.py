"""Letters: what they say, how they leave, and that they leave once."""

from __future__ import annotations

import email
import os
import smtplib
import socket
import threading
import uuid
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.exchange import mail
from app.jobs import mail as job
from app.services import comments, items, letters, supports
from app.services.letters import Letter
from models import Item, Notification, User
from tests import factories as make

LETTER = Letter("warga@contoh.id", "Kabar", "Isi surat.\n", "n1.abc", "id")


@pytest.fixture
def outbox(app: Any, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/kotak keluar")
    return tmp_path / "kotak keluar"


def read(folder: Path) -> list[EmailMessage]:
    paths = sorted(folder.glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]  # type: ignore[misc]


def line_of(session: Any, user: User, event: str) -> Notification:
    query = select(Notification).filter_by(user_id=user.id, event=event)
    found: Notification = session.scalars(query.order_by(Notification.id.desc())).first()
    return found


def verified(author: User, **given: Any) -> Item:
    """An item that a moderator has verified, so that its author has been told."""
    item = make.item(author=author, published=False, **given)
    items.move(item, "verify", make.actor(make.user(roles=["moderator"])), {})
    return item


def test_a_letter_says_what_happened_and_where_to_read_it(session: Any, outbox: Path) -> None:
    author = make.user()
    item = verified(author, title="Lubang “besar” & dalam")
    job.mail_notifications([line_of(session, author, "step").id])
    (message,) = read(outbox)
    assert message["To"] == author.email
    assert item.number in message["Subject"]
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_content()
    assert "Lubang “besar” & dalam" in body
    assert f"http://127.0.0.1:5000/lapor/{item.number}" in body
    assert author.person.name not in body
    (path,) = outbox.glob("*.eml")
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_a_letter_leaves_once_however_often_its_job_runs(session: Any, outbox: Path) -> None:
    author = make.user()
    verified(author)
    line = line_of(session, author, "step")
    for _again in range(3):
        job.mail_notifications([line.id])
    session.refresh(line)
    assert line.mailed_at is not None
    assert len(read(outbox)) == 1


def test_a_letter_that_fails_keeps_no_other_waiting(
    session: Any, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authors = [make.user() for _ in range(3)]
    for author in authors:
        verified(author)
    ids = [line_of(session, author, "step").id for author in authors]
    send = mail.send

    def sometimes(letter: Letter) -> None:
        if letter.to == authors[1].email:
            raise ConnectionResetError
        send(letter)

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", sometimes)
        with pytest.raises(ConnectionResetError):
            job.mail_notifications(ids)
    assert len(read(outbox)) == 2
    job.mail_notifications(ids)
    assert sorted(m["To"] for m in read(outbox)) == sorted(author.email for author in authors)


def test_a_letter_whose_sending_was_not_noted_is_known_by_its_id(
    session: Any, outbox: Path
) -> None:
    author = make.user()
    verified(author)
    line = line_of(session, author, "step")
    job.mail_notifications([line.id])
    (first,) = read(outbox)
    line.mailed_at = None  # as after a crash between sending and commit
    session.flush()
    job.mail_notifications([line.id])
    (second,) = read(outbox)
    assert first["Message-ID"] == second["Message-ID"]


def test_a_letter_about_a_confidential_item_says_its_number_and_no_more(
    session: Any, outbox: Path
) -> None:
    author = make.user()
    item = verified(author, visibility="confidential", title="Tiang listrik miring")
    job.mail_notifications([line_of(session, author, "step").id])
    (message,) = read(outbox)
    said = message.as_string() + message.get_content()
    assert item.number in said
    for secret in ("Tiang", item.body, str(item.area.name), f"/lapor/{item.number}", "verif"):
        assert secret.lower() not in said.lower()


def test_who_may_no_longer_read_gets_no_letter(session: Any, outbox: Path) -> None:
    follower = make.user()
    item = make.item(state="verified")
    supports.follow(item, make.actor(follower))
    items.move(item, "route", make.actor(make.user(roles=["moderator"])), {"department": "dsdabm"})
    line = line_of(session, follower, "step")
    item.visibility = "confidential"
    session.flush()
    job.mail_notifications([line.id])
    assert read(outbox) == []


@pytest.mark.parametrize("change", ["closed", "unwanted", "unconfirmed"])
def test_who_wants_no_letters_any_more_gets_none(session: Any, outbox: Path, change: str) -> None:
    author = make.user()
    verified(author)
    line = line_of(session, author, "step")
    if change == "closed":
        author.closed_at = line.created_at
    elif change == "unwanted":
        author.wants_email = False
    else:
        author.confirmed_at = None
    session.flush()
    job.mail_notifications([line.id])
    job.mail_notifications([0])
    assert read(outbox) == []


def test_a_discussion_sends_one_letter_until_it_is_read(session: Any, outbox: Path) -> None:
    author = make.user()
    item = verified(author)
    talkers = [make.actor(make.user()) for _ in range(3)]
    for n, talker in enumerate(talkers):
        comments.add(item, talker, "Setuju", key=uuid.uuid4())
        line = line_of(session, author, "comment")
        if n == 2:
            for earlier in session.scalars(select(Notification).filter_by(user_id=author.id)):
                earlier.read_at = line.created_at
        session.flush()
        job.mail_notifications([line.id])
    assert len(read(outbox)) == 2


@pytest.mark.parametrize("event", ["step", "task", "comment", "answer", "news"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_letter_has_a_subject_and_a_body_in_both_languages(
    session: Any, event: str, language: str
) -> None:
    reader = make.user(language=language)
    item = make.item(author=reader, visibility="confidential" if event == "news" else "public")
    line = Notification(
        user_id=reader.id, event="step" if event == "news" else event, item_id=item.id, source_id=1
    )
    session.add(line)
    session.flush()
    letter = letters.of_notification(line.id)
    assert letter is not None
    assert item.number in letter.subject
    assert "\n" not in letter.subject
    assert len(letter.body) > 80
    assert "{{" not in letter.body
    assert "%(" not in letter.body + letter.subject


@pytest.mark.parametrize("template", ["confirm", "reset", "exists", "password_changed"])
def test_letters_about_the_account_carry_their_link(
    session: Any, outbox: Path, template: str
) -> None:
    user = make.user(wants_email=False)
    letter = letters.of_account(user.id, template, "7")
    assert letter is not None
    mail.send(letter)
    (message,) = read(outbox)
    assert "http://127.0.0.1:5000/" in message.get_content()
    assert letters.of_account(user.id, "../base", "7") is None
    assert letters.of_account(0, template, "7") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Kabar\r\nBcc: lain@contoh.id"},
        {"subject": "Kabar\nBcc: lain@contoh.id"},
        {"to": "a@contoh.id\r\nBcc: lain@contoh.id"},
        {"to": "a@contoh.id, lain@contoh.id"},
        {"to": "bukan alamat"},
        {"to": ""},
        {"to": "a@b@contoh.id"},
        {"key": "n1\r\nX: y"},
    ],
)
def test_no_header_can_be_smuggled_in(app: Any, outbox: Path, changes: dict[str, str]) -> None:
    values = {"to": "a@contoh.id", "subject": "Kabar", "key": "n1"} | changes
    letter = Letter(values["to"], values["subject"], "Isi", values["key"], "id")
    with pytest.raises(mail.Undeliverable):
        mail.send(letter)
    assert not list(outbox.glob("*"))


def test_a_title_with_line_ends_stays_in_the_subject(session: Any, outbox: Path) -> None:
    author = make.user()
    item = verified(author)
    item.title = "Lubang\r\nBcc: lain@contoh.id"
    session.flush()
    job.mail_notifications([line_of(session, author, "step").id])
    (message,) = read(outbox)
    assert message["Bcc"] is None


def test_without_a_mail_address_of_the_city_nothing_is_lost(
    app: Any, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_URL", "")
    author = make.user()
    verified(author)
    line = line_of(session, author, "step")
    job.mail_notifications([line.id])
    session.refresh(line)
    assert line.mailed_at is None


class Server(threading.Thread):
    """An SMTP server that takes one connection and answers ``DATA`` and ``RCPT`` as told."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answers, self.received = answers, ""

    def run(self) -> None:
        with self.listener, self.listener.accept()[0] as peer, peer.makefile("rw", newline="") as f:
            self._talk(f)

    def _talk(self, f: Any) -> None:
        def say(words: str) -> None:
            f.write(words + "\r\n")
            f.flush()

        say("220 siap")
        while line := f.readline():
            word = line.split()[0].split(":")[0].upper()
            if word == "QUIT":
                return say("221 dah")
            answer = self.answers.get(word, "354 silakan" if word == "DATA" else "250 ok")
            say(answer)
            if answer.startswith("354"):
                while (row := f.readline()) != ".\r\n":
                    self.received += row
                say(self.answers.get(".", "250 diterima"))
        return None


@pytest.fixture
def server(request: Any, app: Any, session: Any, monkeypatch: Any) -> Iterator[Server]:
    running = Server(getattr(request, "param", {}))
    running.start()
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{running.port}?tls=none")
    yield running
    running.join(5)


def test_a_server_gets_the_whole_letter(server: Server) -> None:
    mail.send(LETTER)
    server.join(5)
    assert "To: warga@contoh.id" in server.received
    assert "Isi surat." in server.received


@pytest.mark.parametrize(
    "server", [{"RCPT": "550 tidak ada"}, {"DATA": "554 tidak"}, {".": "552 besar"}], indirect=True
)
def test_what_will_never_be_taken_is_not_tried_again(server: Server) -> None:
    with pytest.raises(mail.Undeliverable):
        mail.send(LETTER)


@pytest.mark.parametrize(
    "server", [{"RCPT": "450 nanti"}, {"DATA": "451 nanti"}, {".": "452 penuh"}], indirect=True
)
def test_what_may_be_taken_later_is_tried_again(server: Server) -> None:
    with pytest.raises(smtplib.SMTPException):
        mail.send(LETTER)


def test_a_server_without_encryption_is_refused_unless_the_settings_allow_it(
    app: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{server.port}")
    with pytest.raises(mail.Undeliverable):
        mail.send(LETTER)
    assert server.received == ""


def test_the_outbox_never_shows_half_a_letter(
    outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            mail.send(LETTER)
    assert list(outbox.glob("*.eml")) == []
    mail.send(LETTER)
    assert len(read(outbox)) == 1


def test_taking_a_step_queues_its_letters_in_the_same_transaction(session: Any) -> None:
    from tests.services.test_notify import MAILS

    author, clerk = make.user(), make.user(roles=["moderator"])
    item = make.item(author=author, published=False)
    savepoint = session.begin_nested()
    before = len(session.scalars(MAILS).all())
    items.move(item, "verify", make.actor(clerk), {})
    assert len(session.scalars(MAILS).all()) == before + 1
    savepoint.rollback()
    assert len(session.scalars(MAILS).all()) == before
