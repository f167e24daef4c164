"""Prepared statements outlive a page that only reads.

psycopg forgets them at every ROLLBACK, and a session that is given back rolls back.  Where a page
(GET) sent nothing but SELECT, ending with COMMIT is the same to the database, and what was planned
once serves the next page as well.  Everything else rolls back as ever.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from flask import Flask, g, has_app_context, request
from sqlalchemy import Engine, PoolProxiedConnection, event

from models import db

READS = ("SELECT ", "SET LOCAL ")
WROTE: WeakSet[Any] = WeakSet()  # the driver's connections


def init_app(app: Flask) -> None:
    """Let the application's engines end reading transactions so, where there are any."""
    app.before_request(_ask)
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.skip_autocommit_rollback:
                continue  # each statement is by itself: nothing is begun, nothing to be ended
            event.listen(engine, "before_cursor_execute", _note)
            _end_by_commit(engine)


def _ask() -> None:
    g.only_reads = request.method in ("GET", "HEAD")


def _note(
    connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
) -> None:
    """Remember that a connection was told to do more than read."""
    if not statement.startswith(READS) or "FOR UPDATE" in statement:
        WROTE.add(connection.connection.dbapi_connection)


def _end_by_commit(engine: Engine) -> None:
    roll_back = engine.dialect.do_rollback

    def end(connection: PoolProxiedConnection) -> None:
        driver = connection.dbapi_connection
        page = has_app_context() and g.get("only_reads", False)
        if page and driver not in WROTE:
            engine.dialect.do_commit(connection)  # of a failed transaction this is a rollback
        else:
            WROTE.discard(driver)
            roll_back(connection)

    engine.dialect.do_rollback = end  # type: ignore[method-assign,assignment]
