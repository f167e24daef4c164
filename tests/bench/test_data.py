"""A city kept for measuring is never thrown away before there is another."""

from __future__ import annotations

from typing import Any

import pytest

from bench import data


class Server:
    """Takes down what a server is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_what: object) -> None:
        return None

    def execute(self, statement: str, _values: Any = None) -> None:
        self.told.append(statement)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server with a kept city of older migrations, whose tables no longer fit."""
    made = Server()

    def refused(_database: str, *words: str, show: bool = False) -> None:
        if words == ("db", "check"):
            raise RuntimeError("an index is missing")

    kept = {"filled_at": "2026-01-01T00:00:00+00:00", "migrations": "older"}
    monkeypatch.setattr(data, "connect", lambda _name: made)
    monkeypatch.setattr(data, "flask", refused)
    monkeypatch.setattr(data, "_stamp", lambda _server, _name: kept)
    monkeypatch.setattr(data, "_fill", lambda *_what: made.told.append("filled"))
    return made


def test_a_large_city_that_does_not_fit_stays_and_is_not_filled_unasked(server: Server) -> None:
    with pytest.raises(SystemExit, match="--fresh"):
        data.keep(1_000_000)
    assert server.told == []


@pytest.mark.parametrize(("items", "fresh"), [(1_000, False), (1_000_000, True)])
def test_the_kept_city_goes_only_when_its_successor_is_full(
    server: Server, items: int, fresh: bool
) -> None:
    name = data.keep(items, fresh)
    dropped = server.told.index(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    assert server.told.index("filled") < dropped
    assert server.told[dropped + 1].startswith(f'ALTER DATABASE "{name}_part" RENAME')


def test_a_city_that_fits_after_newer_migrations_is_stamped_with_them(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[tuple[str, ...]] = []
    monkeypatch.setattr(data, "flask", lambda _name, *words, show=False: run.append(words))
    assert data.keep(1_000_000) == "rembuk_bench_1000000"
    assert run == [("db", "upgrade"), ("db", "check")]
    assert [said.split()[0] for said in server.told] == ["COMMENT"]
    assert data._migrations() in server.told[0]
