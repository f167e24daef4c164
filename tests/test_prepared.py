"""What was prepared outlives a page that only reads; what a page wrote and did not keep is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g
from psycopg._preparing import PrepareManager
from sqlalchemy import Engine, text

from models import db

COUNT = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%4711%'")
OFTEN = 8  # psycopg prepares at the sixth time


FORGETS = PrepareManager.clear  # tests keep what is prepared; here it is as in earnest


@pytest.fixture
def engine(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(PrepareManager, "clear", FORGETS)
    with app.app_context():
        yield db.engine
        db.engine.dispose()


def ask(engine: Engine, statement: str, times: int = 1) -> None:
    for _ in range(times):
        with engine.connect() as connection:
            connection.execute(text(statement))


def prepared(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(COUNT) or 0)


@pytest.mark.parametrize(("only_reads", "kept"), [(True, 1), (False, 0)])
def test_a_page_that_reads_leaves_prepared_statements_behind(
    engine: Engine, only_reads: bool, kept: int
) -> None:
    g.only_reads = only_reads
    ask(engine, "SELECT 4711", OFTEN)
    assert prepared(engine) == kept


WRITES = ("UPDATE city_probe SET n = 2", "WITH x AS (DELETE FROM city_probe RETURNING n) SELECT *")


@pytest.mark.parametrize("statement", [WRITES[0], f"{WRITES[1]} FROM x"])
def test_what_a_page_wrote_and_did_not_commit_is_gone(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE city_probe AS SELECT 1 AS n"))
    try:
        g.only_reads = True
        ask(engine, statement)
        with engine.connect() as connection:
            assert connection.scalars(text("SELECT n FROM city_probe")).all() == [1]
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE city_probe"))


@pytest.mark.parametrize(("method", "reads"), [("get", True), ("post", False)])
def test_only_pages_that_are_asked_for_count_as_reading(
    app: Flask, method: str, reads: bool
) -> None:
    asked = []
    with app.test_request_context("/", method=method.upper()):
        app.preprocess_request()
        asked.append(g.only_reads)
    assert asked == [reads]
