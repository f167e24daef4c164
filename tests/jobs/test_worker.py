"""The job worker as real processes: killed, asked to stop, and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from app import create_app
from app.config import ROOT
from app.jobs import load
from app.jobs.running import MOST_DEATHS, connector, rescue
from app.queue import enqueue
from app.services import items, letters, photos
from models import Notification, Photo, db
from tests import databases
from tests import factories as make
from tests.pictures import jpeg, kept
from tests.settings import SECRET, test_settings

PATIENCE = "1.5"
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""
LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = ANY(:tasks)"
MINE = ["photo_process", "mail_notifications"]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Flask]:
    """A city of its own, whose changes are committed and whose worker is another process."""
    with databases.clone() as url:
        app = create_app(test_settings(url, VAR=tmp_path, MAIL_URL=f"file://{tmp_path}/outbox"))
        with app.app_context():
            yield app
            db.session.rollback()
            for engine in db.engines.values():
                engine.dispose()


@contextmanager
def worker(app: Flask) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; killed at the end if it still lives."""
    kept_env = {k: v for k, v in os.environ.items() if not k.startswith("REMBUK_")}
    env = kept_env | {
        "FLASK_APP": "wsgi",
        "REMBUK_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "REMBUK_VAR": str(app.config["VAR"]),
        "REMBUK_MAIL_URL": app.config["MAIL_URL"],
        **{f"REMBUK_{name}_KEY": SECRET for name in ("SECRET", "EVIDENCE", "NIK")},
    }
    command = [sys.executable, "-m", "flask", "worker", "--patience", PATIENCE]
    log = (Path(app.config["VAR"]) / "worker.log").open("ab")
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=log, stdout=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        log.close()


def until(found: Callable[[], Any], what: str, seconds: float = 120) -> None:
    """Wait until it is so; a test that waits in vain says for what."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        db.session.rollback()
        if found():
            return
        time.sleep(0.05)
    pytest.fail(f"waited in vain: {what}")


def left() -> int:
    return int(db.session.scalar(text(LEFT), {"tasks": MINE}) or 0)


def letter() -> Notification:
    """An inbox line whose letter waits in the queue."""
    author, clerk = make.user(), make.user(roles=["moderator"])
    item = make.item(author=author, published=False)
    items.move(item, "verify", make.actor(clerk), {})
    return db.session.scalars(select(Notification).filter_by(user_id=author.id)).one()


@contextmanager
def held(*locks: tuple[Any, str]) -> Iterator[None]:
    """Keep jobs from going on in the middle of what they do."""
    with db.engine.connect() as connection, connection.begin():
        for statement, key in locks:
            connection.execute(statement, {"key": key})
        yield


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(city: Flask) -> None:
    var = Path(city.config["VAR"])
    photo = photos.stage(jpeg(), actor=make.actor(make.user()))
    line = letter()
    db.session.commit()
    locks = (photos.LOCK, f"photo {photo.id}"), (letters.LOCK, f"notification {line.id}")
    with held(*locks), worker(city) as first:
        until(lambda: db.session.scalar(text(WAITING)) >= 2, "both jobs in hand")
        first.kill()
        first.wait()
        assert (len(kept(var / "staging")), kept(var / "media")) == (1, [])
        assert not list((var / "outbox").glob(f"n{line.id}.*"))
    with worker(city) as second:
        until(lambda: left() == 0, "both jobs done by another worker")
        db.session.expire_all()
        assert photo.status == "ready"
        assert kept(var / "staging") == []
        assert kept(var / "media") == sorted([photo.media_name, photo.thumb_name])
        assert line.mailed_at is not None
        (only,) = (var / "outbox").glob(f"n{line.id}.*")
        assert only.suffix == ".eml"
        second.send_signal(signal.SIGTERM)
        assert second.wait(30) == 0


def test_workers_killed_again_and_again_finish_everything_once(city: Flask) -> None:
    var = Path(city.config["VAR"])
    actor = make.actor(make.user())
    made = [photos.stage(jpeg(n * 10), actor=actor) for n in range(5)]
    lines = [letter() for _ in range(6)]
    db.session.commit()
    for pause in (0.05, 0.3):
        before = left()
        with worker(city) as process:
            # all of it may be done before this process looks the first time
            until(lambda before=before: left() < max(before, 1), "some work done")  # type: ignore[misc]
            time.sleep(pause)
            process.kill()
    with worker(city):
        until(lambda: left() == 0, "all work done")
    db.session.expire_all()
    assert {photo.status for photo in made} == {"ready"}
    assert kept(var / "staging") == []
    whole = {name for name in kept(var / "media") if not name.endswith(".part")}  # swept daily
    assert whole == {n for p in made for n in (p.media_name, p.thumb_name)}
    assert all(line.mailed_at for line in lines)
    for line in lines:
        assert len(list((var / "outbox").glob(f"n{line.id}.*.eml"))) == 1


def test_a_worker_asked_to_stop_finishes_what_it_has_in_hand(city: Flask) -> None:
    photo = photos.stage(jpeg(), actor=make.actor(make.user()))
    db.session.commit()
    with worker(city) as process:
        with held((photos.LOCK, f"photo {photo.id}")):
            until(lambda: db.session.scalar(text(WAITING)) >= 1, "the job in hand")
            process.terminate()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
        assert process.wait(30) == 0
    db.session.expire_all()
    assert photo.status == "ready"


def test_a_job_whose_transaction_is_rolled_back_never_was(city: Flask) -> None:
    enqueue("photo_process", photo_id=1)
    db.session.rollback()
    assert left() == 0


def test_a_job_under_which_workers_die_again_and_again_is_given_up(city: Flask) -> None:
    for n in (1, 2):
        enqueue("photo_process", photo_id=n)
    db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    count = text("UPDATE procrastinate_jobs SET attempts = :n WHERE args->>'photo_id' = '1'")
    db.session.execute(count, {"n": MOST_DEATHS})
    db.session.commit()
    _rescue(city)
    states = text("SELECT args->>'photo_id', status::text FROM procrastinate_jobs ORDER BY id")
    assert db.session.execute(states).all() == [("1", "failed"), ("2", "todo")]


def test_a_dead_workers_job_that_waits_a_second_time_stops_no_other_rescue(city: Flask) -> None:
    enqueue("map_fold", once="map_fold", timestamp=0)
    enqueue("photo_process", photo_id=1)
    db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    enqueue("map_fold", once="map_fold", timestamp=60)
    db.session.commit()
    _rescue(city)
    states = text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY 1")
    assert db.session.execute(states).all() == [("map_fold", "todo"), ("photo_process", "todo")]


def _rescue(app: Flask) -> None:
    async def run() -> None:
        jobs = load()
        with jobs.replace_connector(connector(app, 1)):
            async with jobs.open_async():
                await rescue(jobs, 1)

    asyncio.run(run())


def test_a_failed_photo_row_is_never_half_done(city: Flask) -> None:
    photo = photos.stage(jpeg(), actor=make.actor(make.user()))
    db.session.execute(update(Photo).values(status="staged"))
    db.session.commit()
    photos.process(photo.id)
    db.session.rollback()
    db.session.expire_all()
    assert (photo.status, photo.media_name) == ("staged", "")
