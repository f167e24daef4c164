"""A restarted database costs nobody a page."""

from __future__ import annotations

from sqlalchemy import create_engine, text

import models  # noqa: F401 (looks at every connection before it is used)
from tests import databases


def test_a_connection_the_server_ended_is_replaced_before_it_is_used() -> None:
    engine = create_engine(databases.url_of("postgres"), pool_size=1)
    pid = text("SELECT pg_backend_pid()")
    with engine.connect() as connection:
        first = connection.scalar(pid)
    with engine.connect() as connection:
        assert connection.scalar(pid) == first
    with databases.connect() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    with engine.connect() as connection:
        assert connection.scalar(pid) != first
    engine.dispose()
