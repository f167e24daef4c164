"""What every test may ask for: the application, a session that is rolled back, clients."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from flask_login import FlaskLoginClient
from psycopg._preparing import PrepareManager
from sqlalchemy.orm import Session, scoped_session

from app.services import areas
from models import User, db
from tests import databases, examples
from tests.live import assembled, one_transaction
from tests.settings import test_settings

examples.register()

# What breaks on purpose is logged as ever, but not with a picture of every variable on the way.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)

# Reading sessions share the test's connection and must not open savepoints of their own on it.
READER = partial(Session, join_transaction_mode="rollback_only")


# Begun first, in this order, so that no process ends with one of them alone.  Workers come before
# journeys: a process that drives a browser has an event loop, in which none can be started.
LONG = (
    "test_worker.py",
    "test_ballot_secrecy.py",
    "test_journeys.py",
    "journeys",
    "test_matrix.py",
    "test_work_secrets.py",
    "test_demo.py",
    "test_proof.py",
    "test_learning.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    place = {name: n for n, name in enumerate(LONG)}
    items.sort(key=lambda item: min(place.get(part, len(LONG)) for part in item.path.parts))


class Client(FlaskLoginClient):
    """Gives every request its own ``g`` and session, as in production."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, then forget what the session had read."""
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        return response


@pytest.fixture(autouse=True)
def _now(request: pytest.FixtureRequest) -> None:
    """A module's ``NOW`` is the moment its test begins, not its import: a run lasts minutes."""
    if hasattr(request.module, "NOW"):
        request.module.NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="session", autouse=True)
def _remembered() -> Iterator[None]:
    """What is the same in every test is reckoned once: the cells of a city, plans of statements.

    psycopg forgets its prepared statements at every ROLLBACK, and each test ends in one.
    """
    known = cache(areas.cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(areas, "cells", lambda sites: dict(known(tuple(sites))))
        patch.setattr(PrepareManager, "clear", lambda _self: False)
        patch.setattr(PrepareManager, "prepare_threshold", 2)
        patch.setattr(PrepareManager, "prepared_max", 1000)
        yield


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The database of this run."""
    with databases.clone() as url:
        yield url


@pytest.fixture(scope="session")
def app(database_url: str) -> Iterator[Flask]:
    """The application on the run's database."""
    app = assembled(test_settings(database_url))
    app.test_client_class = Client
    gc.collect()
    gc.freeze()  # what lives as long as the run need not be looked through again and again
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Any]]:
    """One transaction for the whole test, rolled back at its end; commits become savepoints."""
    with one_transaction(app) as session:
        yield session


@pytest.fixture
def client_for(app: Flask, session: Any) -> Callable[..., FlaskClient]:
    """A client signed in as somebody, or as nobody."""

    def make(user: User | None = None) -> FlaskClient:
        return app.test_client(user=user)

    return make


@pytest.fixture
def client(client_for: Callable[..., FlaskClient]) -> FlaskClient:
    """A stranger."""
    return client_for()
