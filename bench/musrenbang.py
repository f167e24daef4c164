"""``bin/bench musrenbang [--proposals N] [--rows N] [--operators N] [--json FILE]``.

In a city of N proposals: the ranked list of a kecamatan with 200 of them, as the public and the
kecamatan see it; what became of all of them (the funnel); a messy table of earlier years brought
in; and the minute in which Rembug Warga closes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import closing, data, messy
from .cases import PUBLIC, Case, forever
from .data import say
from .load import Request
from .measure import Line, measure, measured, table
from .server import Server, serving

LISTED = 200
YEAR = 2035  # in which nobody else has a list
ROWS_A_MINUTE = 12_500  # of a messy table: 25,000 in two minutes
LEAST = 20  # seconds a small table may take: the command starts, and counts anew at its end
BOTH = "FROM item JOIN proposal USING (id)"


@dataclass(frozen=True)
class Import:
    """A table brought in; ``copied`` are the seconds in which PostgreSQL alone reads the file."""

    rows: int
    seconds: float
    copied: float
    outcomes: dict[str, int]
    explained: int


def arrange(database: str) -> str:
    """Put ``LISTED`` proposals of one kecamatan in order under a ceiling; the kecamatan."""
    with data.connect(database) as base:
        area = str(data.one(
            base, f"SELECT left(area_code, 8) {BOTH} WHERE {PUBLIC} AND kind = 'musrenbang'"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")[0])  # fmt: skip
        rows = base.execute(
            f"SELECT id {BOTH} WHERE {PUBLIC} AND area_code LIKE %s ORDER BY id DESC LIMIT %s",
            [f"{area}%", LISTED],
        ).fetchall()
        ids = [row[0] for row in rows]
        base.execute(
            "UPDATE proposal SET plan_year = %s, level = 'kecamatan',"
            " cost = 10000000 + id %% 97 * 1000000 WHERE id = ANY(%s)", [YEAR, ids])  # fmt: skip
        base.execute("UPDATE item SET state = 'verified' WHERE id = ANY(%s)", [ids])
        base.execute("DELETE FROM proposal_level WHERE proposal_id = ANY(%s)"
                     " AND level = 'kecamatan'", [ids])  # fmt: skip
    _rank(database, area, ids)
    return area


def _rank(database: str, area: str, ids: list[int]) -> None:
    from app import create_app
    from app.access import Actor, Seat
    from app.queries.ranking_keys import ListKey
    from app.services import ceilings, ranking
    from models import Whose, db

    os.environ["REMBUK_DATABASE_URL"] = data.address(database)
    with create_app().app_context():
        clerk = Actor(None, None, "", 2, (Seat("validator", area), Seat("planner")))
        ranking.reorder(clerk, ListKey(YEAR, "kecamatan", area), ids)
        decree = ceilings.Decree("indikatif", "Ukuran", None, "Ukuran")
        ceilings.save(clerk, YEAR, {Whose("32.73"): 10**13, Whose(area): 6 * 10**9}, decree)
        ceilings.publish(clerk, YEAR)
        db.session.commit()


def lists(database: str, area: str) -> list[Case]:
    """The ranked list, the funnel, and the history of an RW."""
    ranked = (
        "SELECT item.id, number, title, area_code, item.rw, state, proposal.cost, support_count,"
        " l.rank"
        f" {BOTH} JOIN proposal_level AS l ON proposal_id = item.id AND l.level = 'kecamatan'"
        f" WHERE {PUBLIC} AND plan_year = {YEAR} AND ranking_id IS NOT NULL ORDER BY rank"
    )
    with data.connect(database) as base:
        year, code, rw = data.one(
            base, "SELECT plan_year, code, rw FROM funnel WHERE scope = 'rw'"
            " ORDER BY submitted DESC, code LIMIT 1")  # fmt: skip
    told = f"SELECT * FROM funnel WHERE plan_year = {year} AND"
    counted = (
        "SELECT count(*), sum(cost), sum(budget), sum(spent)"
        f" {BOTH} WHERE {PUBLIC} AND plan_year = {year}"
    )
    return [
        Case(f"ranked list of {LISTED}", forever(f"/musrenbang/prioritas/{area}?tahun={YEAR}"),
             ranked),
        Case(f"{LISTED}, another ceiling",
             forever(f"/musrenbang/prioritas/{area}?tahun={YEAR}&pagu=3000000000"), ranked),
        Case(f"{LISTED} as CSV", forever(f"/musrenbang/prioritas/{area}/unduh.csv?tahun={YEAR}"),
             ranked),
        Case("funnel of the city", forever(f"/musrenbang/hasil?tahun={year}"),
             f"{told} scope IN ('city', 'district', 'department')"),
        Case("funnel of the city, counted", forever(f"/musrenbang/hasil?tahun={year}"), counted),
        Case("funnel of a kelurahan", forever(f"/musrenbang/hasil/wilayah/{code}?tahun={year}"),
             f"{told} code = '{code}'"),
        Case("history of an RW", forever(f"/musrenbang/hasil/wilayah/{code}/rw/{rw}"),
             f"SELECT * {BOTH} WHERE {PUBLIC} AND area_code = '{code}' AND item.rw = {rw}"),
    ]  # fmt: skip


def same_size(line: Line) -> Case:
    """A bare route that answers as many bytes as the page before."""
    size = int(line.kilobytes * 1024)

    def again(_number: int) -> Iterator[Request]:
        while True:
            yield Request(f"/bench/bare/{size}")

    return Case(f"bare route of {line.kilobytes:.0f} KiB", again, goal=1)


def count_again(database: str) -> float:
    """Seconds in which the whole funnel is counted anew."""
    from app import create_app
    from app.services import funnel
    from models import db

    os.environ["REMBUK_DATABASE_URL"] = data.address(database)
    with create_app().app_context():
        began = time.monotonic()
        funnel.refresh(db.session())
        db.session.commit()
        return time.monotonic() - began


def brought(database: str, folder: Path, count: int) -> Import:
    """A messy table of so many rows, brought in by the command, with its report."""
    with data.connect(database) as base:
        places = base.execute(
            "SELECT whole.name, part.name FROM area AS part JOIN area AS whole"
            " ON whole.code = left(part.code, 8) WHERE part.level = 'kelurahan'"
            " AND part.valid_to IS NULL ORDER BY part.code").fetchall()  # fmt: skip
    path, report = folder / "usulan.csv", folder / "hasil.csv"
    messy.write(path, count, places)
    began = time.monotonic()
    rules = str(messy.SAMPLE / "usulan.toml")
    data.flask(database, "proposal", "import", str(path), "--mapping", rules,
               "--report", str(report))  # fmt: skip
    seconds = time.monotonic() - began
    with report.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.reader(file))[1:]  # row, their number, outcome, our number, why
    return Import(
        rows=count,
        seconds=round(seconds, 1),
        copied=round(_copied(database, path), 2),
        outcomes=dict(Counter(row[2] for row in told)),
        explained=len({row[0] for row in told}),
    )


def _copied(database: str, path: Path) -> float:
    """Seconds in which PostgreSQL reads the same file into a bare table."""
    names = ", ".join(f"c{n} text" for n in range(len(messy.columns())))
    with data.connect(database) as base, base.transaction(force_rollback=True):
        base.execute(f"CREATE TEMP TABLE messy ({names})")
        began = time.monotonic()
        with base.cursor().copy(
            "COPY messy FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)"
        ) as copy:
            copy.write(path.read_bytes())
        return time.monotonic() - began


def pages(server: Server, database: str, items: int, requests: int) -> list[Line]:
    """The bare route, the pages, and behind the longest one a bare route of its size."""
    area = arrange(database)
    wanted = (_short(case, requests) for case in lists(database, area))
    lines = measured(server, database, wanted, items, requests)
    case = _short(same_size(lines[1]), requests)
    lines.append(measure(server, database, case, items, lines[0].cpu))
    return lines


def _short(case: Case, requests: int) -> Case:
    return Case(**{**vars(case), "count": min(case.count, requests)})


def said(lines: list[Line], counted: float, table_: Import, end: closing.Outcome) -> str:
    """What there is to say beside the table."""
    page, bare = lines[1], lines[-1]
    return "\n".join((
        f"ranked list: {page.cpu / bare.cpu:.1f} × a bare route of the same size (goal 25),"
        f" {page.times_sql} × its query",
        f"funnel counted anew: {counted:.1f} s for all proposals",
        f"import: {table_.rows:,} rows in {table_.seconds} s (goal"
        f" {max(table_.rows * 60 / ROWS_A_MINUTE, LEAST):.0f}), reading the file alone"
        f" {table_.copied} s; {table_.outcomes}, {table_.explained:,} rows explained",
        f"closing minute: {end.operators} operators sent {end.sent:,} rows, {end.accepted:,}"
        f" accepted, {end.kept:,} kept, {end.late} told that they came too late, {end.lost} lost,"
        f" {end.wrong} wrong; waits p50 {end.p50} ms, p95 {end.p95} ms, longest {end.longest} ms;"
        f" all filed {end.drained} s later",
    ))  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure, print, and keep; 1 when something failed or was lost."""
    options = argparse.ArgumentParser(prog="bin/bench musrenbang", description=__doc__)
    options.add_argument("--proposals", type=int, default=100_000)
    options.add_argument("--rows", type=int, default=25_000, help="rows of the messy table")
    options.add_argument("--operators", type=int, default=500, help="who send in the last minute")
    options.add_argument("--requests", type=int, default=480, help="requests of a case")
    options.add_argument("--fresh", action="store_true", help="fill the kept city anew")
    options.add_argument("--json", type=Path, help="write the figures there as well")
    asked = options.parse_args(arguments)
    with (
        data.filled(asked.proposals, asked.fresh, "musrenbang") as database,
        tempfile.TemporaryDirectory() as folder,
        serving(data.address(database), Path(folder)) as server,
    ):
        os.environ["REMBUK_VAR"] = folder
        lines = pages(server, database, asked.proposals, asked.requests)
        counted = count_again(database)
        say(f"  the last minute, {asked.operators} operators")
        operators = closing.prepare(database, server, asked.operators)
        end = closing.minute(database, operators)
        say(f"  {asked.rows:,} rows of earlier years")
        came = brought(database, Path(folder), asked.rows)
    print(table(lines), said(lines, counted, came, end), sep="\n\n")
    if asked.json:
        _keep(asked.json, lines, counted, came, end)
    return 1 if end.lost or end.wrong or any(line.wrong for line in lines) else 0


def _keep(path: Path, lines: list[Line], counted: float, came: Any, end: Any) -> None:
    told = {"pages": [asdict(x) for x in lines], "funnel_seconds": counted,
            "import": asdict(came), "closing": asdict(end)}  # fmt: skip
    path.write_text(json.dumps(told, indent=1) + "\n")
