"""``flask fill``: a full-size city, for measuring."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy import text

from app.queries.calendar import city_day
from app.services import alike, bulk, facets, fill, numbers
from app.services.bulk import Batch, Brought
from maps import fold
from models import db

WRITERS = 2  # one makes items while the database takes the other's in
TABLES = (
    "person", "user_account", "item", "complaint", "proposal", "proposal_level", "idea", "change",
    "change_text", "comment", "support", "follow",
)  # fmt: skip

COUNTED = ("map_grid", "facet", "complaint_fact", "figure", "figure_month", "common_word")


@click.command("fill")
@click.option("--items", type=click.IntRange(1, 10_000_000), required=True, help="How many items.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another city.")
@click.option("--batch", type=click.IntRange(1, 200_000), default=5_000, hidden=True)
def group(items: int, seed: int, batch: int) -> None:
    """Add ITEMS invented items of the last three years with people, trails and discussion."""
    began = time.monotonic()

    def say(what: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {what}")

    where = fill.setting(seed)
    people = bulk.people(list(fill.residents(where, max(items // 5, 10), seed)))
    today = city_day()
    bulk.open_series(range(today.year - fill.YEARS, today.year + 2))
    db.session.commit()
    say(f"{len(people):,} people")
    done = 0
    for brought in _write(fill.batches(where, people, items, batch, seed)):
        done += brought.items
        say(
            f"{done:,} items; this batch: {brought.changes:,} steps, "
            f"{brought.comments:,} comments, {brought.supports:,} supports"
        )
    _finish()
    say("counts for lists, map and numbers are fresh")


def _finish() -> None:
    """What the jobs would do: statistics, counts for lists and map, numbers, common words."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def analyse() -> None:
        db.session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        db.session.execute(text(f"ANALYZE {', '.join(TABLES)}"))

    def count() -> None:
        db.session.execute(text("SET LOCAL work_mem = '256MB'"))
        facets.refresh(db.session)
        fold.fold(db.session)

    def alone(work: Callable[[], None]) -> None:
        with app.app_context():
            work()
            db.session.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(alone, (analyse, count)))
    db.session.execute(text("SET LOCAL work_mem = '256MB'"))
    numbers.refresh(db.session())
    alike.count_words(db.session())
    db.session.execute(text(f"ANALYZE {', '.join(COUNTED)}"))
    db.session.commit()


def _write(batches: Iterator[Batch]) -> Iterator[Brought]:
    """Bring the batches in by several writers, each batch in a transaction of its own."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    turn = Lock()

    def write() -> Brought | None:
        with turn:
            batch = next(batches, None)
        if batch is None:
            return None
        with app.app_context():
            brought = bulk.bring(batch)
            db.session.commit()
        return brought

    with ThreadPoolExecutor(WRITERS) as pool:
        running: set[Any] = {pool.submit(write) for _ in range(WRITERS)}
        while running:
            future = next(as_completed(running))
            running.remove(future)
            if (brought := future.result()) is not None:
                running.add(pool.submit(write))
                yield brought
