"""``flask fill``: a full-size city, for measuring."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.queries.calendar import city_day
from app.services import alike, bulk, bulk_bare, facets, fill, funnel, numbers, repeated
from app.services.bulk import Brought
from maps import fold
from models import Item, db

WRITERS = 2
MEMORY = "SET LOCAL work_mem = '256MB'"
LARGE = 10_000  # from so many items on it pays to make indexes at the end
TABLES = (
    "person", "user_account", "item", "complaint", "proposal", "proposal_level", "idea", "change",
    "change_text", "comment", "support", "follow",
)  # fmt: skip
FILLED = TABLES[2:]
COUNTED = ("map_grid", "facet", "complaint_fact", "figure", "figure_month", "common_word")
FORK = get_context("fork")


@click.command("fill")
@click.option("--items", type=click.IntRange(1, 10_000_000), required=True, help="How many items.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another city.")
@click.option("--only", type=click.Choice(tuple(fill.SHARES)), help="One kind alone.")
@click.option("--batch", type=click.IntRange(1, 200_000), default=5_000, hidden=True)
def group(items: int, seed: int, only: str | None, batch: int) -> None:
    """Add ITEMS invented items of the last three years with people, trails and discussion.

    When they are more than the city has, indexes and foreign keys are away meanwhile: do it while
    nobody else uses the city.
    """
    began = time.monotonic()

    def say(what: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {what}")

    _put_back()  # what a filling that was killed left away
    where = fill.setting(seed, only or "")
    people = bulk.people(list(fill.residents(where, max(items // 5, 10), seed)))
    today = city_day()
    bulk.open_series(range(today.year - fill.YEARS, today.year + 2))
    there = db.session.scalar(select(func.count()).select_from(Item)) or 0
    db.session.commit()
    say(f"{len(people):,} people")
    bare = items >= max(LARGE, there) and bulk_bare.lay_bare(db.session(), FILLED)
    db.session.commit()
    done = 0
    try:
        for brought in _write(where, people, items, batch, seed):
            done += brought.items
            say(
                f"{done:,} items; this batch: {brought.changes:,} steps, "
                f"{brought.comments:,} comments, {brought.supports:,} supports"
            )
    finally:
        if bare:
            _put_back()
            say("indexes and keys are there again")
    _finish(TABLES[:2] if bare else TABLES)
    say("counts for lists, map and numbers are fresh")


def _put_back() -> None:
    """Make indexes and keys that are away again; several at once where that may be."""
    indexes = bulk_bare.missing(db.session(), side_by_side=True)
    db.session.commit()  # or the others would wait for this reader
    _at_once(partial(bulk_bare.put_back, one) for one in indexes)
    keys = bulk_bare.missing(db.session(), side_by_side=False)
    if keys:
        _analyse(FILLED)
    for one in keys:
        bulk_bare.put_back(one, db.session())
        db.session.commit()
    bulk_bare.done(db.session())
    db.session.commit()


def _at_once(works: Iterable[Callable[[Session], Any]]) -> None:
    """Do works in threads, each in a session and a transaction of its own."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def alone(work: Callable[[Session], Any]) -> None:
        with app.app_context():
            work(db.session())
            db.session.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(alone, works))


def _analyse(tables: Iterable[str]) -> None:
    db.session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    db.session.execute(text(f"ANALYZE {', '.join(tables)}"))
    db.session.commit()


def _finish(changed: Iterable[str]) -> None:
    """What the jobs would do: statistics, counts for lists and map, numbers, common words."""

    def count(session: Session) -> None:
        session.execute(text(MEMORY))
        facets.refresh(session)
        fold.fold(session)

    def figures(session: Session) -> None:
        session.execute(text(MEMORY))
        numbers.refresh(session)
        funnel.refresh(session)
        repeated.refresh(session)
        alike.count_words(session)

    _analyse(changed)
    _at_once((count, figures))
    _analyse(COUNTED)


def _write(
    where: fill.Setting, people: list[fill.Login], items: int, size: int, seed: int
) -> Iterator[Brought]:
    """Bring the items in by several processes, each its share, each batch in a transaction."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    lives = fill.lived(where, seed)
    told: Any = FORK.SimpleQueue()
    shares = [items // WRITERS + (n < items % WRITERS) for n in range(WRITERS)]

    def write(writer: int) -> None:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)  # connections are not shared between processes
            mine = seed * WRITERS + writer
            for batch in fill.batches(where, people, shares[writer], size, mine, lives):
                brought = bulk.bring(batch)
                db.session.commit()
                told.put(replace(brought, numbers={}))

    global _share
    _share = write
    with ProcessPoolExecutor(WRITERS, FORK) as pool:
        running: set[Future[None]] = {pool.submit(_run, n) for n in range(WRITERS)}
        while running or not told.empty():
            ended, running = wait(running, timeout=0.2)
            for one in ended:
                one.result()
            while not told.empty():
                yield told.get()


_share: Callable[[int], None]


def _run(writer: int) -> None:
    _share(writer)
