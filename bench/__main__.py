"""``bin/bench [--items N …] [--requests N] [--json FILE]``: one table of what pages cost.

``bin/bench duplicates`` asks instead whether reports of one matter are found.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import cases, data, duplicates
from .load import Client, Request, run
from .server import Server, serving


@dataclass
class Line:
    """One measured case.  Times in milliseconds, memory in MiB; ``times_bare`` compares CPU.

    ``alone`` is the median of one client by itself, to be read beside ``sql``, the bare query.
    """

    items: int
    case: str
    alone: float
    p50: float
    p95: float
    per_second: float
    cpu: float
    times_bare: float
    goal: float
    sql: float
    kilobytes: float
    memory: float
    wrong: int


def bare_query(database: str, sql: str) -> float:
    """The median time of the bare query through psycopg, prepared, in milliseconds."""
    if not sql:
        return 0.0
    with data.connect(database) as base:
        times = []
        for _turn in range(30):
            began = time.perf_counter()
            base.execute(sql, prepare=True).fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[5:])


def clients_for(server: Server, who: str) -> list[Client]:
    """As many clients as the measure wants, signed in when the case asks for it."""
    clients = [Client("127.0.0.1", server.port) for _n in range(data.CLIENTS)]
    for number, client in enumerate(clients):
        if who:
            client.sign_in(f"{who}{number}@ukur.id", data.PASSWORD)
    return clients


def measure(server: Server, database: str, case: cases.Case, items: int, bare: float) -> Line:
    """Run one case, warm, and say what it took."""
    clients = clients_for(server, case.who)
    alone = 0.0
    if not case.who:
        run(clients, case.of, data.CLIENTS * 4)
        alone = run(clients[:1], case.of, 30).percentile(0.5)
    before = server.cpu()
    result = run(clients, case.of, case.count)
    cpu = (server.cpu() - before) * 1000 / max(len(result.times), 1)
    return Line(
        items=items,
        case=case.name,
        alone=round(alone, 1),
        p50=round(result.percentile(0.5), 1),
        p95=round(result.percentile(0.95), 1),
        per_second=round(len(result.times) / result.seconds, 1),
        cpu=round(cpu, 2),
        times_bare=round(cpu / bare, 1) if bare else 1.0,
        goal=case.goal,
        sql=round(bare_query(database, case.sql), 2),
        kilobytes=round(result.bytes / 1024, 1),
        memory=round(server.memory()),
        wrong=result.wrong,
    )


def round_of(items: int, requests: int) -> list[Line]:
    """Every case on a city of that size."""
    say(f"making a city of {items:,} items …")
    with data.filled(items) as database, serving(data.address(database)) as server:
        floor = cases.Case("bare route", lambda n: forever_bare(), count=requests * 4, goal=1)
        lines = [measure(server, database, floor, items, 0.0)]
        bare = lines[0].cpu
        wanted = cases.reading(database) + cases.writing(database, requests)
        for case in wanted:
            say(f"  {case.name}")
            lines.append(measure(server, database, case, items, bare))
    return lines


def forever_bare() -> Any:
    """The bare route, over and over."""
    while True:
        yield Request("/bench/bare.json")


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)


def table(lines: list[Line]) -> str:
    """The lines as a table for people."""
    head = (
        f"{'items':>9}  {'case':<26}{'alone':>7}{'p50 ms':>8}{'p95 ms':>8}{'req/s':>8}{'CPU ms':>8}"
        f"{'× bare':>8}{'goal':>6}{'SQL ms':>8}{'KiB':>7}{'MiB':>6}{'wrong':>7}"
    )
    rows = [
        f"{x.items:>9,}  {x.case:<26}{x.alone:>7}{x.p50:>8}{x.p95:>8}{x.per_second:>8}{x.cpu:>8}"
        f"{x.times_bare:>8}{x.goal:>6.0f}{x.sql:>8}{x.kilobytes:>7}{x.memory:>6.0f}{x.wrong:>7}"
        for x in lines
    ]
    return "\n".join([head, *rows])


def growth(lines: list[Line]) -> str:
    """How the CPU of the lists grew from the smallest to the largest city."""
    sizes = sorted({line.items for line in lines})
    if len(sizes) < 2:
        return ""
    cpu = {(line.items, line.case): line.cpu for line in lines}
    said = [
        f"{case}: × {cpu[sizes[-1], case] / cpu[sizes[0], case]:.2f}"
        for case in ("list", "list, area+category+state", "search", "item page")
    ]
    return f"CPU from {sizes[0]:,} to {sizes[-1]:,} items: {'; '.join(said)} (goal for lists ≤ 1.3)"


def main() -> int:
    """Measure, print, and keep."""
    if sys.argv[1:2] == ["duplicates"]:
        return duplicates.main(sys.argv[2:])
    options = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    options.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--requests", type=int, default=480, help="requests of a writing case")
    options.add_argument("--json", type=Path, help="write the figures there as well")
    asked = options.parse_args()
    lines = [line for items in asked.items for line in round_of(items, asked.requests)]
    print(table(lines), growth(lines), sep="\n\n")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
    return 1 if any(line.wrong for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
