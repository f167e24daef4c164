"""An application on a database of its own, with real commits: for threads and browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from flask import Flask

from app import create_app
from models import db
from tests import databases
from tests.settings import test_settings


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
