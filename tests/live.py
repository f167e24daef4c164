"""The application for tests: in one transaction, or with real commits for threads and browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.extensions import limiter
from app.queries.labels import forget
from models import READING, db
from tests import databases
from tests.settings import test_settings

LOOKS_ON = "rollback_only"


@contextmanager
def live_app(**changes: Any) -> Iterator[Flask]:
    """An application on a fresh clone of the template; the clone goes at the end."""
    with databases.clone() as url:
        app = create_app(test_settings(url, **changes))
        yield app
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def at_once(app: Flask, n: int, act: Callable[[int], Any]) -> list[Any]:
    """Run ``act(0) … act(n - 1)`` in threads that start together, each in its own context.

    Returns what each returned, or the exception it raised.
    """
    start = Barrier(n)

    def run(number: int) -> Any:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return act(number)
            except Exception as error:
                db.session.rollback()
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n)))


@contextmanager
def one_transaction(app: Flask) -> Iterator[Any]:
    """The session in one transaction that is rolled back at the end; commits become savepoints.

    Pages read through the same connection; their session neither begins nor ends anything on it.
    """
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        # Flask-Limiter is as the application made last has set it.
        patch.setattr(limiter, "enabled", app.config["RATELIMIT_ENABLED"])
        connection = db.engine.connect()
        outer = connection.begin()
        patch.setitem(db.engines, None, connection)
        patch.setitem(db.engines, READING, connection)
        patch.setattr("models.base.Session", partial(Session, join_transaction_mode=LOOKS_ON))
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        yield db.session
        db.session.remove()
        outer.rollback()
        connection.close()
        forget()
