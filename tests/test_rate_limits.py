"""How often one may act is counted once for all web workers."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask_login import FlaskLoginClient

from app import create_app, extensions
from app.rate_store import TableStorage
from models import User, db
from tests import factories as make
from tests.live import at_once, live_app


@pytest.fixture(scope="module")
def live() -> Iterator[Flask]:
    """An application that counts, with real commits."""
    with live_app(RATELIMIT_ENABLED=True) as app:
        app.test_client_class = FlaskLoginClient
        yield app


def test_hits_at_the_same_moment_are_all_counted(live):
    counts = at_once(live, 8, lambda _n: TableStorage("rembuk://").incr("satu", 60))
    assert sorted(counts) == list(range(1, 9))


def test_a_window_that_is_over_begins_anew(live):
    with live.app_context():
        store = TableStorage("rembuk://")
        assert store.incr("dua", 60) == 1
        assert store.incr("dua", 60) == 2
        assert store.get("dua") == 2
        assert store.incr("tiga", -1) == 1
        assert store.get("tiga") == 0
        assert store.incr("tiga", 60) == 1
        store.clear("dua")
        assert store.get("dua") == 0


def test_two_workers_count_together(live):
    other = create_app(dict(live.config))
    with live.app_context():
        TableStorage("rembuk://").incr("empat", 60)
    with other.app_context():
        assert TableStorage("rembuk://").incr("empat", 60) == 2
        for engine in db.engines.values():
            engine.dispose()


def test_whoever_acts_too_often_is_told_to_wait_and_others_are_not(live):
    with live.app_context():
        item = make.item("lapor", state="verified")
        comment = make.comment(item)
        loud, quiet = make.user(), make.user()
        db.session.commit()
        address = f"/lapor/{item.number}/komentar/{comment.id}/lapor"
        people = [db.session.get_one(User, user.id) for user in (loud, quiet)]
        first, second = (live.test_client(user=user) for user in people)
    got = [first.post(address, data={"reason": "Kasar."}) for _ in range(21)]
    assert [response.status_code for response in got] == [302] * 20 + [429]
    assert 0 < int(got[-1].headers["Retry-After"]) <= 3600
    text = unescape(got[-1].get_data(as_text=True))
    told = 'lang="id"' in text and "Something" not in text
    assert told
    assert second.post(address, data={"reason": "Kasar."}).status_code == 302


def tries(client, n, agent="Peramban A", address="36.70.1.1", path="/lacak"):
    """Send a form so often; the last answer's status."""
    headers = {"User-Agent": agent}
    words = {"headers": headers, "environ_overrides": {"REMOTE_ADDR": address}}
    sent = {"number": "L-2026-0000001-4", "code": "salah"}
    return [client.post(path, data=sent, **words).status_code for _n in range(n)][-1]


GUEST = "/lapor/baru/00000000-0000-4000-8000-000000000001/tanpa-akun"  # 10 an hour


def test_guests_behind_one_address_do_not_use_up_each_others_tries(live):
    client = live.test_client()
    assert tries(client, 10, path=GUEST) == 302
    assert tries(client, 1, path=GUEST) == 429
    assert tries(client, 1, "Peramban B", path=GUEST) == 302
    assert tries(client, 1, address="36.70.1.2", path=GUEST) == 302


def test_a_device_that_changes_its_name_meets_the_limit_of_its_network(live, monkeypatch):
    monkeypatch.setattr(extensions, "SHARED", 2)
    client = live.test_client()
    addresses = [f"2001:db8:1:2::{n:x}" for n in range(1, 21)]
    got = [tries(client, 1, f"Robot {n}", ip, GUEST) for n, ip in enumerate(addresses)]
    assert got == [302] * 20
    assert tries(client, 1, "Robot baru", "2001:db8:1:2::ffff", GUEST) == 429
    assert tries(client, 1, "Robot baru", "2001:db8:1:3::1", GUEST) == 302


def test_an_account_is_counted_wherever_it_is(live):
    with live.app_context():
        item, person = make.item("lapor", state="verified"), make.user()
        comment = make.comment(item)
        db.session.commit()
        address = f"/lapor/{item.number}/komentar/{comment.id}/lapor"
        client = live.test_client(user=db.session.get_one(User, person.id))
    got = [
        client.post(
            address, data={"reason": "Kasar."}, environ_overrides={"REMOTE_ADDR": f"36.70.2.{n}"}
        ).status_code
        for n in range(1, 22)
    ]
    assert got == [302] * 20 + [429]


def test_a_wider_limit_is_so_many_times_the_narrow_one():
    assert extensions.wider("10/hour;40/day", 25) == "250 per 1 hour;1000 per 1 day"
    assert extensions.wider("30 per 15 minutes", 25) == "750 per 15 minute"
