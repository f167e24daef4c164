"""The last minute of Rembug Warga: hundreds of RW operators send at once, and what became of it.

Each operator has typed a table of proposals and sends its rows one by one, as the queue of a phone
does.  What the server accepted has to be there afterwards as a proposal, with the time it came.
"""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from . import data
from .data import say
from .load import Client, Request
from .server import Server

ROWS = 4  # each operator sends so many
SPREAD = 50.0  # seconds over which they begin; the stage closes after a minute
MINUTE = timedelta(seconds=60)


@dataclass
class Operator:
    """Somebody at a table: rows of their RW, and what the server said to each."""

    email: str
    area_code: str
    rw: int
    client: Client
    mark: str = ""
    said: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What became of the minute; times in milliseconds, ``drained`` in seconds."""

    operators: int
    sent: int
    accepted: int
    kept: int
    lost: int
    late: int
    wrong: int
    p50: float
    p95: float
    longest: float
    drained: float


def prepare(database: str, server: Server, count: int) -> list[Operator]:
    """Operators with a seat over an RW each, signed in."""
    from argon2 import PasswordHasher

    hashed = PasswordHasher(1, 8 * 1024, 1).hash(data.PASSWORD)
    with data.connect(database) as base:
        areas = [row[0] for row in base.execute(
            "SELECT code FROM area WHERE level = 'kelurahan' AND valid_to IS NULL ORDER BY code"
        )]  # fmt: skip
        made = [
            Operator(f"rw{n}@ukur.id", areas[n % len(areas)], 1 + n // len(areas),
                     Client("127.0.0.1", server.port))
            for n in range(count)
        ]  # fmt: skip
        for one in made:
            _seat(base, one, hashed)
    _each(made, lambda one: one.client.sign_in(one.email, data.PASSWORD), 8)
    return made


def _seat(base: Any, one: Operator, hashed: str) -> None:
    name = f"Operator RW {one.rw} {one.area_code}"
    person = data.one(base, "INSERT INTO person (name, level) VALUES (%s, 2) RETURNING id", name)
    user = data.one(
        base,
        "INSERT INTO user_account (person_id, email, password_hash, epoch, confirmed_at)"
        " VALUES (%s, %s, %s, 'bench', now()) RETURNING id",
        *(person[0], one.email, hashed),
    )
    base.execute(
        "INSERT INTO mandate (user_id, role, area_code, rw, valid_from)"
        " VALUES (%s, 'operator', %s, %s, current_date)",
        [user[0], one.area_code, one.rw],
    )


def _each(operators: list[Operator], act: Any, threads: int) -> None:
    """Do something for all, by so many threads."""

    def work(number: int) -> None:
        for one in operators[number::threads]:
            act(one)

    made = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for thread in made:
        thread.start()
    for thread in made:
        thread.join()


def minute(database: str, operators: list[Operator]) -> Outcome:
    """Let the stage close in a minute, everybody send before, and look what there is."""
    from app import create_app

    os.environ["REMBUK_DATABASE_URL"] = data.address(database)
    app = create_app()
    with app.app_context():
        _marks(database, operators)
        _close_in_a_minute()
    began = time.monotonic()
    _each(operators, lambda one: _sends(one, began), len(operators))
    seconds = _drain(app)
    return _told(database, operators, seconds)


def _marks(database: str, operators: list[Operator]) -> None:
    """By which a phone knows its account."""
    from app.access import Actor
    from app.services import queued

    with data.connect(database) as base:
        ids = dict(base.execute("SELECT email, id FROM user_account WHERE email LIKE 'rw%@ukur.id'"
                                ).fetchall())  # fmt: skip
    for one in operators:
        one.mark = queued.mark(Actor(ids[one.email], None, "", 2))


def _close_in_a_minute() -> None:
    from app.access import SYSTEM
    from app.services import cycles
    from models import db

    now = datetime.now(UTC)
    cycles.begin(now.year + 1, SYSTEM)
    window = cycles.Wanted("rembug_warga", "32.73", now - timedelta(days=9), now + MINUTE)
    cycles.declare(now.year + 1, [window], SYSTEM)
    db.session.commit()


def _sends(one: Operator, began: float) -> None:
    """Rows one after the other, beginning at a moment of their own."""
    rng = random.Random(one.email)
    time.sleep(max(began + rng.random() * SPREAD - time.monotonic(), 0))
    sheet = uuid.uuid4()
    head = {"area_code": one.area_code, "rw": str(one.rw), "nama": f"Ketua RW {one.rw}",
            "channel": "paper", "how": "signed", "agreed": "y", "funding": "musrenbang",
            "account": one.mark}  # fmt: skip
    for turn in range(ROWS):
        key = str(uuid.uuid4())
        cells = {"kamus": ("F08", "F18", "F02", "F14")[turn % 4], "volume": str(3 + turn),
                 "rt": str(turn + 1), "tempat": f"Gang {rng.randrange(900)}"}  # fmt: skip
        path = f"/kerja/musrenbang/rw/{sheet}/baris/{key}"
        asked = time.monotonic()
        status = _status(one.client, Request(path, head | cells))
        one.said[key] = status
        one.waits.append((time.monotonic() - asked) * 1000)


def _status(client: Client, request: Request) -> int:
    """What the server says; a connection that was closed meanwhile is opened anew, as phones do."""
    for _try in range(2):
        try:
            return client.send(request)[0]
        except (OSError, http.client.HTTPException):
            client.connection.close()
    return 0


def _drain(app: Any) -> float:
    """What the job worker does; seconds until nothing waits."""
    from app.jobs.cycles import intake_file

    began = time.monotonic()
    with app.app_context():
        intake_file.func()
    return time.monotonic() - began


def _told(database: str, operators: list[Operator], seconds: float) -> Outcome:
    said = {key: status for one in operators for key, status in one.said.items()}
    waits = sorted(wait for one in operators for wait in one.waits)
    accepted = [key for key, status in said.items() if status in (200, 202)]
    with data.connect(database) as base:
        there = {
            str(row[0])
            for row in base.execute(
                "SELECT filing_key FROM item WHERE filing_key = ANY(%s::uuid[])", [accepted]
            )
        }
        late = {str(row[0]) for row in base.execute(
            "SELECT key FROM intake WHERE key = ANY(%s::uuid[]) AND status = 'refused'"
            " AND problem <> ''", [accepted])}  # fmt: skip
        in_time = {str(row[0]) for row in base.execute(
            "SELECT key FROM intake JOIN item ON filing_key = key WHERE created_at = received_at"
            " AND key = ANY(%s::uuid[])", [accepted])}  # fmt: skip
    if stray := there - in_time - {k for k, status in said.items() if status == 200}:
        say(f"  {len(stray)} are filed with another time than they came")
    lost = set(accepted) - there - late
    return Outcome(
        operators=len(operators), sent=len(said), accepted=len(accepted), kept=len(there),
        lost=len(lost), late=len(late),
        wrong=sum(status not in (200, 202, 422) for status in said.values()),
        p50=round(waits[len(waits) // 2]), p95=round(waits[len(waits) * 95 // 100]),
        longest=round(waits[-1]), drained=round(seconds, 1),
    )  # fmt: skip
