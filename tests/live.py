"""The application for tests: in one transaction, or with real commits for threads and browsers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from threading import Barrier
from typing import Any

import pytest
from flask import Flask, has_request_context
from flask_babel import get_locale
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from app import create_app
from app.extensions import limiter
from app.queries.labels import forget
from models import READING, db
from tests import databases
from tests.settings import test_settings

LOOKS_ON = "rollback_only"


class Compiled(FileSystemBytecodeCache):
    """Templates as compiled for a language, by whichever application and process was first.

    Words, addresses and pieces of other templates are set into them: whatever file of the
    application changes, they are made anew.
    """

    def __init__(self) -> None:
        folder = databases.ROOT / "var" / "templates"
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder), f"{_mark()}-%s")
        for old in folder.glob("*-*"):
            if not old.name.startswith(_mark()):
                old.unlink(missing_ok=True)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Each language has templates of its own, and so have letters: no request is there."""
        return super().get_cache_key(f"{get_locale()} {has_request_context()} {name}", filename)


@cache
def _mark() -> str:
    """Tells one state of the application's files from another."""
    files = (path for part in ("app", "blueprints") for path in (databases.ROOT / part).rglob("*"))
    seen = [path for path in files if path.suffix not in ("", ".pyc")]
    told = (f"{path} {(at := path.stat()).st_size} {at.st_mtime_ns}" for path in sorted(seen))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def assembled(settings: dict[str, Any]) -> Flask:
    """The application; its templates are compiled once for all that are alike."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = Compiled()
    return app


@contextmanager
def live_app(**changes: Any) -> Iterator[Flask]:
    """An application on a fresh clone of the template; the clone goes at the end."""
    with databases.clone() as url:
        app = assembled(test_settings(url, **changes))
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
