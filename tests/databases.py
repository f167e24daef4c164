"""Databases for tests: a template that is migrated and loaded once, and clones of it."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
WATCHED = (
    "migrations/**/*.py",
    "cities/**/*.csv",
    "cities/**/*.toml",
    "app/services/city.py",
    "app/services/areas.py",
    "maps/cells.py",
    "tests/databases.py",
)


def server_url() -> str:
    """The test server; bin/test sets it."""
    url = os.environ.get("REMBUK_TEST_DATABASE_URL")
    if not url:
        raise SystemExit("Run the tests with bin/test: it starts the test server they need.")
    return url


def url_of(database: str) -> str:
    """The address of one database on the test server."""
    url = make_url(server_url()).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def connect(database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection that commits each statement."""
    url = make_url(server_url()).set(drivername="postgresql", database=database)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def template() -> str:
    """The migrated database with the city loaded; made when migrations or city changed."""
    digest = hashlib.sha256()
    for pattern in WATCHED:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    name = f"rembuk_template_{digest.hexdigest()[:12]}"
    with connect() as server:
        server.execute("SELECT pg_advisory_lock(4711)")
        if not _exists(server, name):
            _drop_like(server, "rembuk_template_%")
            building = f"{name}_new"
            server.execute(f'CREATE DATABASE "{building}"')
            _fill(building)
            server.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def _exists(server: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def _drop_like(server: psycopg.Connection[tuple[object, ...]], pattern: str) -> None:
    rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern])
    for (name,) in rows.fetchall():
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _fill(database: str) -> None:
    from flask_migrate import upgrade

    from app import create_app
    from app.services import city
    from models import db
    from tests.settings import test_settings

    app = create_app(test_settings(url_of(database)))
    with app.app_context():
        upgrade()
        city.load(app.config["CITY"].folder)
        _begin_numbers(db.session)
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()


def _begin_numbers(session: Any) -> None:
    """Have the usual series of numbers: each test that files would make and undo its own."""
    from app.kinds import KINDS

    now = date.today().year
    for letter, year in product((kind.letter for kind in KINDS.values()), range(now - 1, now + 3)):
        session.scalar(select(func.next_item_number(letter, year)))


@contextmanager
def clone() -> Iterator[str]:
    """A fresh copy of the template, dropped at the end; yields its URL."""
    source, name = template(), f"rembuk_run_{uuid.uuid4().hex[:10]}"
    with connect() as server:
        server.execute("SELECT pg_advisory_lock(4712)")  # two clones at once need the source
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
    try:
        yield url_of(name)
    finally:
        with connect() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
