"""What is measured: requests as people send them, and the bare query behind each."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from . import data
from .load import Request

PUBLIC = "published_at IS NOT NULL AND visibility <> 'confidential'"
COLUMNS = "id, number, title, state, category_code, area_code, created_at, support_count"
CENTRE = (107.6098, -6.9147)


@dataclass(frozen=True)
class Case:
    """One line of the table.  ``of`` gives client n its requests; ``sql`` is the bare query.

    ``alone``: so many requests one client makes by itself before.  What cannot be sent twice does
    not ``repeats``, so nothing warms it.
    """

    name: str
    of: Callable[[int], Iterator[Request]]
    sql: str | tuple[str, ...] = ""
    goal: float = 25  # CPU against the bare route
    who: str = ""  # sign in as: warga, koordinator, moderator, petugas; nobody
    count: int = 480
    alone: int = 30
    repeats: bool = True


def forever(*paths: str) -> Callable[[int], Iterator[Request]]:
    """The same requests over and over."""
    return lambda number: (Request(path) for path in itertools.cycle(paths))


def once(name: str, of: Callable[[int], Iterator[Request]], **more: Any) -> Case:
    """A case whose requests cannot be sent twice."""
    return Case(name, of, **{"alone": 0, "repeats": False, **more})


def _box(zoom: int) -> tuple[float, float, float, float]:
    """What a phone (390 × 600 px) shows at that zoom around the centre: w, s, e, n."""
    degree = 360 / 256 / 2**zoom
    lon, lat = CENTRE
    return (
        round(lon - 195 * degree, 5),
        round(lat - 300 * degree, 5),
        round(lon + 195 * degree, 5),
        round(lat + 300 * degree, 5),
    )


def _clusters(zoom: int) -> Case:
    box = _box(zoom)
    square = 360 / 2 ** (zoom + 2)
    return Case(
        f"clusters z{zoom}",
        forever(f"/peta/klaster.json?z={zoom}&bbox={','.join(map(str, box))}"),
        sql=(
            f"SELECT floor(ST_X(place) / {square}), floor(ST_Y(place) / {square}), kind, count(*),"
            f" avg(ST_X(place)), avg(ST_Y(place)) FROM item WHERE {PUBLIC} AND place &&"
            f" ST_MakeEnvelope({box[0]}, {box[1]}, {box[2]}, {box[3]}, 4326) GROUP BY 1, 2, 3"
        ),
        goal=12,
    )


def reading(database: str) -> list[Case]:
    """The pages anybody reads."""
    with data.connect(database) as base:
        area, category, state = _one(
            base,
            "SELECT area_code, category_code, state FROM item"
            f" WHERE {PUBLIC} AND kind = 'lapor' GROUP BY 1, 2, 3 ORDER BY count(*) DESC LIMIT 1",
        )
        rows = base.execute(
            f"SELECT number FROM item WHERE {PUBLIC} AND kind = 'lapor' ORDER BY id DESC LIMIT 200"
        ).fetchall()
    newest = f"SELECT {COLUMNS} FROM item WHERE {PUBLIC} AND kind = 'lapor'"
    narrow = f"area_code = '{area}' AND category_code = '{category}' AND state = '{state}'"
    return [
        Case("list", forever("/lapor/"), f"{newest} ORDER BY id DESC LIMIT 21"),
        Case(
            "list, area+category+state",
            forever(f"/lapor/?area={area}&category={category}&state={state}"),
            f"{newest} AND {narrow} ORDER BY id DESC LIMIT 21",
        ),
        Case(
            "search",
            forever("/cari?q=lampu+jalan", "/cari?q=banjir", "/cari?q=sampah+pasar"),
            f"SELECT {COLUMNS} FROM item WHERE {PUBLIC} AND search @@"
            " websearch_to_tsquery('indonesian', 'lampu jalan') ORDER BY id DESC LIMIT 21",
        ),
        Case(
            "item page",
            forever(*(f"/lapor/{number}" for (number,) in rows)),
            f"SELECT * FROM item WHERE number = '{rows[0][0]}'",
        ),
        *(_clusters(zoom) for zoom in (11, 14, 17)),
    ]


def writing(database: str, count: int) -> list[Case]:
    """What people and staff do: file, take a step, support."""
    per_client = count // data.CLIENTS
    keys = data.drafts(database, per_client)
    with data.connect(database) as base:
        waiting = _numbers(base, "state = 'received' AND NOT oversight", count)
        shown = _numbers(base, f"{PUBLIC} AND state IN ('verified', 'routed', 'working')", 200)

    def filings(number: int) -> Iterator[Request]:
        return (Request(f"/lapor/baru/{key}/periksa", {}) for key in keys[number])

    def steps(number: int) -> Iterator[Request]:
        mine = waiting[number :: data.CLIENTS]
        return (
            Request(f"/lapor/{item}/langkah/verify", {"note": "Benar.", "key": str(uuid.uuid4())})
            for item in mine
        )

    def supports(number: int) -> Iterator[Request]:
        for item in shown:
            yield Request(f"/lapor/{item}/dukung", {})
            yield Request(f"/lapor/{item}/dukung", {"batal": "1"})

    return [
        once("file", filings, who="warga", count=count),
        once("step", steps, who="koordinator", count=min(count, len(waiting))),
        once("support", supports, who="warga", count=count),
    ]


def _numbers(base: Any, where: str, count: int) -> list[str]:
    query = f"SELECT number FROM item WHERE kind = 'lapor' AND {where} ORDER BY id DESC LIMIT %s"
    return [number for (number,) in base.execute(query, [count]).fetchall()]


def _one(base: Any, query: str) -> Any:
    return base.execute(query).fetchone()
