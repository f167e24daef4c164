"""Two acts that wait for each other: one is taken back by the database, and done again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_login import FlaskLoginClient
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from models import Change, Item, Photo, User, db
from tests import factories as make
from tests.live import live_app
from tests.pictures import jpeg

LOCK = "SELECT id FROM item WHERE id = %s FOR UPDATE"
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"


def connect(app: Flask, **how: Any) -> psycopg.Connection[Any]:
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), **how)


@pytest.fixture(scope="module")
def live() -> Iterator[Flask]:
    """An application whose commits are real, and which looks for rings after three seconds."""
    with live_app() as app:
        app.test_client_class = FlaskLoginClient
        with connect(app, autocommit=True) as first:
            name = first.info.dbname
            first.execute(f"ALTER DATABASE \"{name}\" SET deadlock_timeout = '3s'")
        yield app


@pytest.fixture
def other(live: Flask) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, so patient that whoever waits for it is the one taken back."""
    with connect(live) as connection:
        connection.execute("SET deadlock_timeout = '60s'")
        yield connection
        connection.rollback()


@pytest.fixture
def somebody_waits(live: Flask) -> Iterator[Any]:
    """Return as soon as a statement waits for a lock."""
    with connect(live, autocommit=True) as looker:

        def wait() -> None:
            for _n in range(3000):
                if looker.execute(WAITS).fetchone() != (0,):
                    return
                time.sleep(0.01)
            raise AssertionError("nobody waited")

        yield wait


def joining(live: Flask) -> tuple[int, Any, Any]:
    """A moderator, a report and the one it is to be joined with."""
    with live.app_context():
        user, first, second = make.user(roles=("moderator",)), make.item("lapor"), make.item()
        db.session.commit()
        return user.id, (first.id, first.number), (second.id, second.number)


def send(live: Flask, user_id: int, number: str, into: str, **more: Any) -> Any:
    with live.app_context():
        user = db.session.get_one(User, user_id)
        client = live.test_client(user=user)
    sent = {"into": into, "reason": "same_matter", "note": 'Sama, "lubang" <itu>.', "seen": "1"}
    return client.post(f"/lapor/{number}/langkah/merge", data=sent | more)


def steps(live: Flask, item_id: int) -> list[str]:
    with live.app_context():
        rows = select(Change.step).where(Change.item_id == item_id).order_by(Change.seq)
        return list(db.session.scalars(rows))


def test_an_act_that_was_taken_back_for_another_is_done_again_by_itself(
    live, other, somebody_waits
):
    user_id, (first, number), (second, into) = joining(live)
    other.execute(LOCK, [second])
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, live, user_id, number, into)
        somebody_waits()
        other.execute(LOCK, [first])  # in a ring now: the request is taken back
        other.rollback()
        assert answer.result().status_code == 302
    assert steps(live, first) == ["file", "merge"]


def test_whoever_is_taken_back_twice_sends_again_what_was_typed(live, other, somebody_waits):
    user_id, (first, number), (second, into) = joining(live)
    other.execute(LOCK, [second])
    other.execute("SAVEPOINT again")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, live, user_id, number, into)
        somebody_waits()
        other.execute(LOCK, [first])
        other.execute("ROLLBACK TO again")
        somebody_waits()
        other.execute(LOCK, [first])
        response = answer.result()
        other.rollback()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    page = response.get_data(as_text=True)
    assert f'action="/lapor/{number}/langkah/merge' in page
    assert 'name="note" value="Sama, &#34;lubang&#34; &lt;itu&gt;."' in page
    assert f'name="into" value="{into}"' in page
    assert "<itu>" not in page
    assert steps(live, first) == ["file"]
    with live.app_context():
        assert db.session.get_one(Item, first).state == "received"


def test_photos_that_were_kept_already_are_not_kept_twice(live, other, somebody_waits):
    with live.app_context():
        user, item = make.user(roles=("officer",)), make.item("lapor", state="working")
        db.session.commit()
        user_id, item_id, number = user.id, item.id, item.number
        client = live.test_client(user=user)
    other.execute("LOCK TABLE photo IN SHARE MODE")
    with ThreadPoolExecutor(1) as pool:
        sent = {"note": "Sudah rata.", "photos": (jpeg(), "bukti.jpg"), "seen": "1"}
        answer = pool.submit(client.post, f"/lapor/{number}/langkah/submit_proof", data=sent)
        somebody_waits()
        # The request holds the lock that lets uploads take turns; ask for it, and stand in a ring.
        key = f"form {item_id} {user_id}"
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 20))", [key])
        other.rollback()
        assert answer.result().status_code < 500
    with live.app_context():
        mine = select(func.count()).where(Photo.for_item_id == item_id)
        assert db.session.scalar(mine) == 1


def test_a_database_that_fails_otherwise_is_not_asked_again(live, other, somebody_waits):
    user_id, (_first, number), (second, into) = joining(live)
    other.execute(LOCK, [second])
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, live, user_id, number, into)
        somebody_waits()
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        other.execute(ended)
        other.rollback()
        response = answer.result()
    assert response.status_code == 500
    assert "Retry-After" not in response.headers
    assert "langkah/merge" not in unescape(response.get_data(as_text=True))
