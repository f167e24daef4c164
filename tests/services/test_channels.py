"""Channels beside e-mail: an address counts once proved, and each line is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import select, text

from app.config import SettingsError, _channels
from app.exchange import channels as exchange
from app.jobs import mail
from app.services import channels, items, supports, watching
from models import Change, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def offered(app, monkeypatch):
    """A city with one channel; what it is given is kept instead of sent."""
    monkeypatch.setitem(app.config, "CHANNELS", {"Telegram": "json://localhost/{address}"})
    taken = []

    def keep(message):
        taken.append(message)
        return True

    monkeypatch.setattr(exchange, "send", keep)
    return taken


def proved(user, address="@siti_bdg"):
    channel = channels.begin(user, "Telegram", address)
    assert channels.confirm(user, "Telegram", channels.code_of(channel))
    return channel


def moved(follower, **given):
    item = make.item("lapor", state="verified", **given)
    supports.follow(item, make.actor(follower))
    items.move(item, "route", make.everybody(item), {"department": make.DEPARTMENT})
    query = select(Notification.id).where(Notification.user_id == follower.id)
    return item, list(db.session.scalars(query))


def test_the_code_that_was_sent_proves_an_address_and_another_does_not():
    user = make.user()
    channel = channels.begin(user, "Telegram", " @siti_bdg ")
    wrong = "000000" if channels.code_of(channel) != "000000" else "111111"
    assert not channels.confirm(user, "Telegram", wrong)
    assert channel.confirmed_at is None
    assert channels.confirm(user, "Telegram", channels.code_of(channel))
    assert channel.address == "@siti_bdg"


def test_a_code_grows_old_and_is_not_tried_for_ever():
    user = make.user()
    channel = channels.begin(user, "Telegram", "@siti_bdg")
    code = channels.code_of(channel)
    channel.code_until = datetime.now(UTC) - timedelta(seconds=1)
    assert not channels.confirm(user, "Telegram", code)
    for _n in range(channels.TRIES - 1):
        channels.confirm(user, "Telegram", "abc")
    with pytest.raises(channels.TooMany):
        channels.confirm(user, "Telegram", code)


@pytest.mark.parametrize("address", ["", "a", "../x", "a/b?c=d", "x" * 200, "+62 812;rm"])
def test_what_could_change_the_channels_own_address_is_refused(address):
    with pytest.raises(channels.WrongAddress):
        channels.begin(make.user(), "Telegram", address)
    with pytest.raises(channels.WrongAddress):
        channels.begin(make.user(), "Tidak ada", "@siti_bdg")


def test_a_proved_channel_hears_of_each_line_once_however_often_the_job_runs(offered):
    user = make.user(wants_email=False)
    proved(user)
    item, ids = moved(user)
    mail.mail_notifications(ids)
    mail.mail_notifications(ids)
    (message,) = offered
    assert message.address == "@siti_bdg"
    assert item.number in message.body
    assert item.title in message.body


def test_an_address_that_is_not_proved_hears_nothing(offered):
    user = make.user()
    channels.begin(user, "Telegram", "@siti_bdg")
    _item, ids = moved(user)
    mail.mail_notifications(ids)
    assert offered == []


def test_of_a_confidential_item_only_its_number_is_said(offered):
    user = make.user()
    proved(user)
    item, ids = moved(user)
    item.visibility, item.author_id = "confidential", user.person_id
    db.session.flush()
    mail.mail_notifications(ids)
    (message,) = offered
    assert item.title not in message.body
    assert item.number in message.body


def test_a_channel_the_city_gave_up_is_not_used(offered, app, monkeypatch):
    user = make.user()
    proved(user)
    monkeypatch.setitem(app.config, "CHANNELS", {})
    _item, ids = moved(user)
    mail.mail_notifications(ids)
    assert offered == []


def test_the_page_takes_an_address_and_its_code(client_for):
    user = make.user()
    client = client_for(user)
    assert client.get("/profil/saluran").status_code == 200
    assert client.post("/profil/saluran/Telegram", data={"address": "a/b"}).status_code == 422
    assert client.post("/profil/saluran/Telegram", data={"address": "@siti"}).status_code == 302
    code = channels.code_of(channels.of(user)["Telegram"])
    assert client.post("/profil/saluran/Telegram/kode", data={"code": "12"}).status_code == 422
    assert client.post("/profil/saluran/Telegram/kode", data={"code": code}).status_code == 302
    assert channels.of(user)["Telegram"].confirmed_at
    assert client.post("/profil/saluran/Telegram/hapus").status_code == 302
    assert channels.of(user) == {}


def test_the_setting_is_checked_at_start():
    url = "tgram://TOKEN/{address}"
    assert _channels({"REMBUK_CHANNELS": f"Telegram={url}; "}) == {"Telegram": url}
    for wrong in ("Telegram", "Telegram=tgram://TOKEN", "=tgram://{address}"):
        with pytest.raises(SettingsError):
            _channels({"REMBUK_CHANNELS": wrong})
    assert current_app.config["CHANNELS"]


def test_news_of_a_watched_place_comes_through_a_channel_without_any_letter(offered):
    user = make.user(wants_email=False)
    proved(user)
    told = {"name": "Dago", "area_code": make.KELURAHAN, "pace": "instant", "finished": True}
    watching.add(make.actor(user), dict.fromkeys(("kind", "category_code", "metres")) | told)
    item = make.item("lapor", state="verified")
    change = db.session.scalars(
        select(Change.id).where(Change.item_id == item.id, Change.step == "verify")
    ).one()
    jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'mail_notifications'")
    before = db.session.scalar(jobs)
    item.published_at = db.session.get_one(Change, change).at
    watching.tell(change)
    assert db.session.scalar(jobs) == before + 1


def test_when_one_channel_fails_the_other_is_not_told_twice(app, monkeypatch):
    monkeypatch.setitem(app.config["CHANNELS"], "SMS", "json://localhost/{address}")
    taken = []

    def send(message):
        if message.channel == "SMS":
            raise exchange.NotTaken("SMS")
        taken.append(message)
        return True

    monkeypatch.setattr(exchange, "send", send)
    user = make.user()
    proved(user)
    second = channels.begin(user, "SMS", "+6281234567890")
    channels.confirm(user, "SMS", channels.code_of(second))
    _item, ids = moved(user)
    mail.mail_notifications(ids)
    mail.mail_notifications(ids)
    assert len(taken) == 1
