"""One measured case: what a request takes alone and among many, beside the floor and its query."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from . import data
from .cases import Case
from .load import Client, Request, run
from .server import Server

TIMED, WARM = 30, 5  # a bare query is asked so often; the first few do not count


@dataclass
class Line:
    """One measured case.  Times in milliseconds, memory in MiB; ``times_bare`` compares CPU.

    ``alone`` is the median of one client by itself; ``times_sql`` compares it with ``sql``, the
    bare query.
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
    times_sql: float
    kilobytes: float
    memory: float
    wrong: int


def bare_query(database: str, sql: str | tuple[str, ...]) -> float:
    """The median time of the bare statements through psycopg, prepared, in milliseconds.

    What they write is taken back, so a commit is not in it.
    """
    if not sql:
        return 0.0
    statements = (sql,) if isinstance(sql, str) else sql
    times = []
    with data.connect(database) as base:
        for _turn in range(TIMED):
            with base.transaction(force_rollback=True):
                began = time.perf_counter()
                for statement in statements:
                    answer = base.execute(statement, prepare=True)
                    if answer.description:
                        answer.fetchall()
                times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[WARM:])


def clients_for(server: Server, who: str) -> list[Client]:
    """As many clients as the measure wants, signed in when the case asks for it."""
    clients = [Client("127.0.0.1", server.port) for _n in range(data.CLIENTS)]
    for number, client in enumerate(clients):
        if who:
            client.sign_in(f"{who}{number}@ukur.id", data.PASSWORD)
    return clients


def measure(server: Server, database: str, case: Case, items: int, bare: float) -> Line:
    """Run one case, warm where it may be repeated, and say what it took."""
    clients = clients_for(server, case.who)
    if case.repeats:
        run(clients, case.of, data.CLIENTS * 4)
    alone = run(clients[:1], case.of, case.alone) if case.alone else None
    before = server.cpu()
    result = run(clients, case.of, case.count)
    cpu = (server.cpu() - before) * 1000 / max(len(result.times), 1)
    one = alone.percentile(0.5) if alone else 0.0
    sql = bare_query(database, case.sql)
    return Line(
        items=items,
        case=case.name,
        alone=round(one, 1),
        p50=round(result.percentile(0.5), 1),
        p95=round(result.percentile(0.95), 1),
        per_second=round(len(result.times) / result.seconds, 1),
        cpu=round(cpu, 2),
        times_bare=round(cpu / bare, 1) if bare else 1.0,
        goal=case.goal,
        sql=round(sql, 2),
        times_sql=round(one / sql, 1) if sql else 0.0,
        kilobytes=round(result.bytes / 1024, 1),
        memory=round(server.memory()),
        wrong=result.wrong + (alone.wrong if alone else 0) + (not result.times),
    )


def floor(requests: int) -> Case:
    """The bare route, over and over."""

    def forever(number: int) -> Iterator[Request]:
        return itertools.repeat(Request("/bench/bare.json"))

    return Case("bare route", forever, count=requests, goal=1)


def measured(
    server: Server, database: str, cases: Iterable[Case], items: int, requests: int
) -> list[Line]:
    """The bare route, then every case beside it.

    The bare route is asked again before each case and its mean taken: on machines whose clock
    follows their load one reading says little.
    """
    lines, floors = list[Line](), list[Line]()
    for case in cases:
        data.say(f"  {case.name}")
        floors.append(measure(server, database, floor(requests * 2), items, 0.0))
        lines.append(measure(server, database, case, items, 1.0))
    bare = statistics.fmean(one.cpu for one in floors)
    for line in lines:
        line.times_bare = round(line.cpu / bare, 1)
    return [replace(floors[0], cpu=round(bare, 2)), *lines]


def table(lines: list[Line]) -> str:
    """The lines as a table for people."""
    head = (
        f"{'items':>9}  {'case':<28}{'alone':>7}{'p50 ms':>8}{'p95 ms':>8}{'req/s':>8}{'CPU ms':>8}"
        f"{'× bare':>8}{'goal':>6}{'SQL ms':>8}{'× SQL':>7}{'KiB':>7}{'MiB':>6}{'wrong':>7}"
    )
    rows = [
        f"{x.items:>9,}  {x.case:<28}{x.alone:>7}{x.p50:>8}{x.p95:>8}{x.per_second:>8}{x.cpu:>8}"
        f"{x.times_bare:>8}{x.goal or '–':>6}{x.sql:>8}{x.times_sql:>7}{x.kilobytes:>7}"
        f"{x.memory:>6.0f}{x.wrong:>7}"
        for x in lines
    ]
    return "\n".join([head, *rows])
