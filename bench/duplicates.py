"""``bin/bench duplicates [--items N] [--json FILE]``: are reports of one matter found?

Pairs and near misses are written by hand (``bench/duplicates.csv``: Indonesian and Sundanese,
synthetic); they stand among N items of a filled city.  The weights of ``app.alike`` were set
before the pairs were written and were not fitted to them.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import random
import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from . import data

PAIRS = Path(__file__).with_name("duplicates.csv")
SHOWN = 3
SPREAD = 22.0  # metres: how far pins of one matter usually lie apart
METRES = {"place": (8, 40), "object": (40, 110), "far": (320, 900), "old": (5, 40)}
DEGREE = 110_574.0


@dataclass(frozen=True)
class Text:
    """What somebody typed."""

    category: str
    title: str
    body: str


@dataclass(frozen=True)
class Pair:
    """One matter told twice, and a report that only looks like it; ``miss`` says how."""

    row: int
    first: Text
    again: Text
    miss: str
    other: Text


def pairs() -> list[Pair]:
    """The written pairs."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [
            Pair(
                n,
                Text(row["category"], row["title"], row["body"]),
                Text(row["again_category"], row["again_title"], row["again_body"]),
                row["miss"],
                Text(row["miss_category"], row["miss_title"], row["miss_body"]),
            )
            for n, row in enumerate(csv.DictReader(file))
        ]


def moved(spot: tuple[float, float], metres: float, rng: random.Random) -> tuple[float, float]:
    """A spot (lon, lat in degrees) that many metres away in a random direction."""
    turn = rng.random() * 2 * math.pi
    north, east = metres * math.sin(turn), metres * math.cos(turn)
    lon, lat = spot
    return lon + east / (DEGREE * math.cos(math.radians(lat))), lat + north / DEGREE


@dataclass(frozen=True)
class Filed:
    """Where a pair's first report stands, and what its near miss must not be taken for."""

    spot: tuple[float, float]
    first: int
    elsewhere: tuple[float, float]
    not_this: int


def measure(written: list[Pair], seed: int = 5) -> dict[str, Any]:
    """File the first reports, ask with the second ones and with the near misses."""
    from app.queries import alike
    from app.services.alike import count_words
    from models import db

    rng, session = random.Random(seed), db.session()
    spots = _spots(rng, 2 * len(written))
    filed = [_file_both(pair, *spots[2 * n : 2 * n + 2]) for n, pair in enumerate(written)]
    count_words(session)
    session.commit()
    times: list[float] = []

    def asked(text: Text, spot: tuple[float, float]) -> list[int]:
        question = alike.Question("lapor", text.category, *spot, text.title, text.body)
        began = time.perf_counter()
        rows = [row.id for row in alike.similar(session, question)]
        times.append((time.perf_counter() - began) * 1000)
        return rows

    ranks: list[int] = []
    first: dict[str, list[bool]] = defaultdict(list)
    for pair, there in zip(written, filed, strict=True):
        rows = asked(pair.again, moved(there.spot, min(abs(rng.gauss(0, SPREAD)), 90), rng))
        ranks.append(rows.index(there.first) + 1 if there.first in rows else 0)
        missed = moved(there.elsewhere, rng.uniform(*METRES[pair.miss]), rng)
        first[pair.miss].append(asked(pair.other, missed)[:1] == [there.not_this])
    ms = {"p50": _at(times, 0.5), "p95": _at(times, 0.95), "most": round(max(times), 2)}
    return _figures(ranks, first) | {"ms": ms}


def _at(times: list[float], share: float) -> float:
    return round(sorted(times)[int(share * (len(times) - 1))], 2)


def _figures(ranks: list[int], first: dict[str, list[bool]]) -> dict[str, Any]:
    wrong = [hit for hits in first.values() for hit in hits]
    return {
        "pairs": len(ranks),
        "found within 3": round(sum(1 <= rank <= SHOWN for rank in ranks) / len(ranks), 3),
        "found first": round(sum(rank == 1 for rank in ranks) / len(ranks), 3),
        "near misses": len(wrong),
        "near misses first": round(statistics.mean(wrong), 3),
        "by sort": {sort: round(statistics.mean(hits), 3) for sort, hits in sorted(first.items())},
    }


def _file_both(pair: Pair, spot: tuple[float, float], elsewhere: tuple[float, float]) -> Filed:
    """The first report; and where the near miss means what was finished long ago, that as well."""
    first = _file(pair.first, spot, days=4)
    if pair.miss != "old":
        return Filed(spot, first, spot, first)
    return Filed(spot, first, elsewhere, _file(pair.other, elsewhere, days=200, over=True))


def _spots(rng: random.Random, wanted: int) -> list[tuple[float, float]]:
    from app.queries.spots import spots
    from models import db

    found = [spot for some in spots(db.session(), 6, 11).values() for spot in some]
    return rng.sample(found, wanted)


def _file(text: Text, spot: tuple[float, float], days: int, over: bool = False) -> int:
    """File a report and publish it, as it was so many days ago."""
    from app.access import SYSTEM
    from app.kinds import KINDS
    from app.services import items
    from maps.place import resolve
    from models import Person, db

    person = db.session.scalar(select(Person.id).order_by(Person.id).limit(1))
    values = {
        "title": text.title,
        "body": text.body,
        "category_code": text.category,
        "visibility": "public",
        "lon": spot[0],
        "lat": spot[1],
        "area_code": resolve(db.session(), *spot).code,
        "area_basis": "exact",
    }
    at = datetime.now(UTC) - timedelta(days=days)
    item = items.file(KINDS["lapor"], SYSTEM, uuid.uuid4(), values, author_id=person, at=at)
    item.published_at, item.state = at, "closed" if over else "verified"
    db.session.flush()
    number: int = item.id
    return number


def show(f: dict[str, Any], items: int) -> Iterator[str]:
    """The figures as lines for people."""
    yield f"duplicates among {items:,} items (texts are synthetic)"
    yield (
        f"  {f['pairs']} pairs: found within three {f['found within 3']:.1%}, first"
        f" {f['found first']:.1%}"
    )
    yield (
        f"  {f['near misses']} near misses: in first place {f['near misses first']:.1%},"
        f" by sort {f['by sort']}"
    )
    ms = f["ms"]
    yield f"  a question: p50 {ms['p50']} ms, p95 {ms['p95']} ms, at most {ms['most']} ms"
    yield "  goals: ≥ 90 % within three, ≤ 10 % of near misses first, ≤ 50 ms at 1,000,000 items"


def main(arguments: list[str]) -> int:
    """Measure, print, and keep; 1 when a goal is missed."""
    options = argparse.ArgumentParser(prog="bin/bench duplicates", description=__doc__)
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--fresh", action="store_true", help="fill the kept city anew")
    options.add_argument("--json", type=Path, help="write the figures there as well")
    asked = options.parse_args(arguments)
    with data.filled(asked.items, asked.fresh) as database:
        os.environ["REMBUK_DATABASE_URL"] = data.address(database)
        from app import create_app

        with create_app().app_context():
            figures = measure(pairs())
    print("\n".join(show(figures, asked.items)))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    good = figures["found within 3"] >= 0.9 and figures["near misses first"] <= 0.1
    return 0 if good else 1
