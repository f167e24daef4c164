"""How often one may act is counted once for all web workers."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask_login import FlaskLoginClient

from app import create_app
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
    text = unescape(got[-1].get_data(as_text=True))
    told = 'lang="id"' in text and "Something" not in text
    assert told
    assert second.post(address, data={"reason": "Kasar."}).status_code == 302
