"""``bin/bench complaints [--items N] [--requests N] [--json FILE]``: the way of a complaint.

In a city of N items each complaint is filed, verified, routed, answered or proved, resolved and
disputed as people and offices do it in their browsers; beside it the pages they work with and the
public numbers.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from . import data
from .cases import COLUMNS, PUBLIC, Case, forever, once
from .load import Request
from .measure import Line, measured, table
from .server import Server, serving

ALONE = 3  # requests of a step that one client takes by itself
JSON = 12  # the goal for what is not a page, in bare routes
WHY = "Kamera petugas tidak menyimpan keterangan ini."
DUE = "coalesce(due_on, '9999-12-31')"
# What a step writes at the least: the item and a link of its chain.
BARE_STEP = (
    "UPDATE item SET state_since = now(), updated_at = now(), due_on = due_on WHERE id = {id}",
    "INSERT INTO change (item_id, seat, step, source, target, text_hash)"
    " SELECT id, 'coordinator', 'note', state, state, '' FROM item WHERE id = {id}",
)


@dataclass
class City:
    """The city under measure: its database, and requests of steps that were not sent yet."""

    database: str
    requests: int
    started: dict[tuple[str, int], Iterator[Request]] = field(default_factory=dict)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """The rows of a query."""
        with data.connect(self.database) as base:
            return base.execute(query, values).fetchall()

    def kept(self, name: str, of: Callable[[int], Iterator[Request]]) -> Any:
        """Requests of which none is sent twice, however often a client begins."""

        def go_on(number: int) -> Iterator[Request]:
            if (name, number) not in self.started:
                self.started[name, number] = of(number)
            return self.started[name, number]

        return go_on


def filed(city: City, state: str, place_bound: bool | None = None) -> list[list[str]]:
    """Numbers of what each client's resident has filed and now stands in ``state``."""
    bound = "" if place_bound is None else f" AND {'' if place_bound else 'NOT '}place_bound"
    rows = city.rows(
        "SELECT email, number FROM item JOIN user_account ON person_id = author_id"
        f" JOIN category ON code = category_code WHERE state = %s{bound} AND email LIKE %s"
        " ORDER BY item.id",
        *(state, "warga%@ukur.id"),
    )
    return [
        [number for email, number in rows if email == f"warga{n}@ukur.id"]
        for n in range(data.CLIENTS)
    ]


def step(
    city: City, name: str, who: str, state: str, bound: bool | None = None, **form: str
) -> Case:
    """Everybody takes a step with their own complaints in ``state``."""
    waiting = filed(city, state, bound)
    photo = ("photos", _picture()) if form.pop("photo", "") else None

    def of(number: int) -> Iterator[Request]:
        for item in waiting[number]:
            sent = {"key": str(uuid.uuid4()), **form}
            yield Request(f"/lapor/{item}/langkah/{name}", sent, photo)

    count = sum(map(len, waiting)) - min(ALONE, len(waiting[0]))
    title = f"{name}: look at photos" if photo else name
    row = city.rows("SELECT max(id) FROM item WHERE kind = 'lapor'")[0]
    sql = tuple(statement.format(id=row[0]) for statement in BARE_STEP)
    given = {"who": who, "count": count, "alone": ALONE, "goal": 0}
    return once(title, city.kept(title, of), sql=sql, **given)


def _picture() -> bytes:
    """A small photograph of a street that is not there."""
    from PIL import Image

    out = io.BytesIO()
    noise = Image.effect_noise((640, 480), 60).convert("RGB")
    noise.save(out, "JPEG", quality=80)
    return out.getvalue()


def filing(city: City) -> list[Case]:
    """The last page before sending, which asks for what is alike; and sending."""
    keys = data.drafts(city.database, city.requests // data.CLIENTS + ALONE)
    at = city.rows("SELECT ST_X(point), ST_Y(point) FROM area WHERE level = 'kelurahan' LIMIT 1")[0]
    pin = f"ST_SetSRID(ST_MakePoint({at[0]}, {at[1]}), 4326)"
    near = (
        f"SELECT {COLUMNS} FROM item WHERE {PUBLIC} AND kind = 'lapor'"
        f" AND ST_DWithin(place, {pin}, 0.0014) AND state_since > now() - interval '90 days'"
        f" ORDER BY ST_DistanceSphere(place, {pin}) LIMIT 60"
    )

    def ask(number: int) -> Iterator[Request]:
        while True:
            yield from (Request(f"/lapor/baru/{key}/periksa") for key in keys[number])

    def send(number: int) -> Iterator[Request]:
        return (Request(f"/lapor/baru/{key}/periksa", {}) for key in keys[number])

    count = city.requests
    given = {"who": "warga", "count": count, "alone": ALONE, "goal": 0}
    sends = once("file", city.kept("file", send), **given)
    return [Case("last page, with its like", ask, near, who="warga", count=count), sends]


def way(city: City) -> Iterator[Case]:
    """The steps, each made when the one before has been taken."""
    department = _department(city)
    yield step(city, "verify", "koordinator", "received", note="Benar.")
    yield step(city, "route", "koordinator", "verified", department=department)
    yield step(city, "accept", "petugas", "routed")
    words = {"note": "Sudah dijelaskan dan diselesaikan di loket."}
    yield step(city, "answer", "petugas", "accepted", False, **words)
    words = {"date": _next_month(city), "note": "Masuk jadwal bulan ini."}
    yield step(city, "plan", "petugas", "accepted", True, **words)
    yield step(city, "start", "petugas", "planned", True)
    words = {"note": "Lubang sudah ditambal.", "periksa": "1", "photo": "1"}
    yield step(city, "submit_proof", "petugas", "working", True, **words)
    _develop(city)
    why = {f"explain_{name}": WHY for name in ("time", "distance", "report", "city")}
    words = {"note": "Lubang sudah ditambal."}
    yield step(city, "submit_proof", "petugas", "working", True, **words, **why)
    yield step(city, "resolve", "koordinator", "proof_submitted")
    yield step(city, "dispute", "warga", "resolved", True, note="Masih berlubang.", rating="2")
    yield step(city, "confirm", "warga", "resolved", False, rating="5")


def _department(city: City) -> str:
    with data.connect(city.database) as base:
        return data.busiest(base, "department_code")


def _next_month(city: City) -> str:
    return str(city.rows("SELECT (current_date + 20)::text")[0][0])


def _develop(city: City) -> None:
    """What the job worker does with the photos meanwhile."""
    from app import create_app
    from app.services import photos
    from models import db

    os.environ["REMBUK_DATABASE_URL"] = data.address(city.database)
    with create_app().app_context():
        for (photo,) in city.rows("SELECT id FROM photo WHERE status = 'staged'"):
            photos.process(photo)
            db.session.commit()


def pages(city: City) -> list[Case]:
    """The queues, the numbers, and what partners read."""
    with data.connect(city.database) as base:
        area = data.busiest(base, "area_code")
    department = _department(city)
    rows = city.rows(
        f"SELECT number FROM item WHERE {PUBLIC} AND kind = 'lapor' ORDER BY id DESC LIMIT 200"
    )
    numbers = [f"/georeport/v2/requests/{number}.json" for (number,) in rows]
    some = f"SELECT {COLUMNS} FROM item WHERE kind = 'lapor' AND "
    shown = f"SELECT {COLUMNS} FROM item WHERE {PUBLIC} AND kind = 'lapor'"
    triage = f"area_code = '{area}' AND state IN ('received', 'verified', 'returned')"
    owner = f"department_code = '{department}' AND state IN ('routed', 'accepted', 'working')"
    figure = "SELECT * FROM figure WHERE days = 365 AND scope"
    last = f"ORDER BY {DUE}, id LIMIT 31"
    return [
        Case("kelurahan queue", forever("/kerja/kelurahan"), f"{some}{triage} {last}",
             who="moderator"),
        Case("OPD queue", forever("/kerja/opd"), f"{some}{owner} {last}", who="petugas"),
        Case("numbers", forever("/angka"), f"{figure} IN ('city', 'department', 'district')"),
        Case("numbers of an OPD", forever(f"/angka/opd/{department}"),
             f"{figure} = 'department' AND code = '{department}'"),
        Case("GeoReport, 50 requests", forever("/georeport/v2/requests.json?page_size=50"),
             f"{shown} ORDER BY created_at DESC, id DESC LIMIT 50", JSON),
        Case("GeoReport, one request", forever(*numbers),
             f"SELECT * FROM item WHERE number = '{rows[0][0]}'", JSON),
    ]  # fmt: skip


def cases(city: City) -> Iterator[Case]:
    """Everything in turn."""
    yield from pages(city)
    yield from filing(city)
    yield from way(city)


def round_of(database: str, server: Server, items: int, requests: int) -> list[Line]:
    """Every case on one city."""
    wanted = cases(City(database, requests))
    short = (replace(case, count=min(case.count, requests)) for case in wanted)
    return measured(server, database, short, items, requests)


def missed(lines: list[Line]) -> list[str]:
    """What costs more than its goal, and what failed."""
    dear = [f"{x.case}: × {x.times_bare}, goal {x.goal:.0f}" for x in lines if over(x)]
    return dear + [f"{x.case}: {x.wrong} wrong" for x in lines if x.wrong]


def over(line: Line) -> bool:
    """Does a page cost more than its goal?  Steps have none: they write, chain and tell people."""
    return 0 < line.goal < line.times_bare


def main(arguments: list[str]) -> int:
    """Measure, print, and keep; 1 when something failed."""
    options = argparse.ArgumentParser(prog="bin/bench complaints", description=__doc__)
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--requests", type=int, default=480, help="requests of a case")
    options.add_argument("--fresh", action="store_true", help="fill the kept city anew")
    options.add_argument("--json", type=Path, help="write the figures there as well")
    asked = options.parse_args(arguments)
    with (
        data.filled(asked.items, asked.fresh) as database,
        tempfile.TemporaryDirectory() as folder,
        serving(data.address(database), Path(folder)) as server,
    ):
        os.environ["REMBUK_VAR"] = folder
        lines = round_of(database, server, asked.items, asked.requests)
    print(table(lines))
    print("goals: pages ≤ 25 × the bare route, JSON ≤ 12 ×, nothing wrong")
    print("\n".join(missed(lines) or ["all goals are met"]))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
    return 1 if any(line.wrong for line in lines) else 0
