"""``bin/bench casting [--casts N] [--closings N]``: what casting costs, and what a close loses.

Casting goes over the web server, each ballot by another voter who has signed in, in turns with a
bare route of the same server that does one INSERT and COMMIT.  Closings happen under load: what
voters were told is accepted must be what is sealed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import data
from .data import say
from .load import Client, Request, Result, run
from .server import Server, serving

GOAL, DRAINED = 0.4, 2.0  # of the bare route; seconds
CITY = 1000  # items of the city beside it
CHOICES, TURNS = 20, 3
OPEN_FOR = 1.5  # seconds a contest is open under load before it closes
COOKIE = "rembuk"  # what a site without HTTPS calls its session
Token = tuple[str, str]


@dataclass
class Crowd(Client):
    """A client that is another voter for each request."""

    voters: Iterator[Token] = field(default_factory=lambda: iter(()))

    def send(self, request: Request) -> tuple[int, bytes]:
        """Send as the next voter; whatever does not lead to a receipt is wrong."""
        self.cookies[COOKIE], self.token = next(self.voters)
        status, page = super().send(request)
        return (status if status == 303 or status >= 400 else 409), page


@dataclass
class Figures:
    """What was measured: requests a second, CPU milliseconds of each, and the ten closings."""

    bare_per_second: float
    cast_per_second: float
    ratio: float
    bare_cpu: float
    cast_cpu: float
    cast_p50: float
    cast_p95: float
    wrong: int
    accepted: int = 0
    sealed: int = 0
    drained: float = 0.0
    closings: int = 0


class Polls:
    """The application in this process, on the database under measure."""

    def __init__(self, database: str, folder: Path) -> None:
        from app import create_app
        from app.config import settings

        env = {"REMBUK_DATABASE_URL": data.address(database), "REMBUK_VAR": str(folder)}
        self.app = create_app(settings(dict(os.environ) | env))

    def voters(self, count: int) -> list[Token]:
        """So many residents who have signed in: their session cookies and CSRF tokens."""
        from flask_wtf.csrf import generate_csrf
        from sqlalchemy import text

        from models import db

        with self.app.app_context():
            people = text(
                "WITH p AS (INSERT INTO person (name, level) SELECT 'Pemilih ' || n, 2 FROM "
                "generate_series(1, :n) n RETURNING id) INSERT INTO user_account (person_id, email,"
                " password_hash, epoch, confirmed_at) SELECT id, 'pemilih' || id || '@ukur.id', "
                "'-', 'bench', now() FROM p RETURNING id"
            )
            ids = db.session.scalars(people, {"n": count}).all()
            db.session.commit()
        signer: Any = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        found = []
        for one in ids:
            with self.app.test_request_context():
                from flask import session

                session["_user_id"], session["_fresh"] = f"{one}.bench", True
                token = generate_csrf()
                found.append((str(signer.dumps(dict(session))), token))
        return found

    def contest(self, seconds: float = 86_400) -> int:
        """A contest that is open, closes after so many seconds, and has everybody on its roll."""
        from sqlalchemy import text

        from app.services import contest_keys
        from models import Contest, ContestItem, Item, db

        with self.app.app_context():
            now = datetime.now(UTC)
            area = str(db.session.scalar(text("SELECT min(area_code) FROM item")))
            made = Contest(
                title="Ukuran", kind="musrenbang", area_code=area, mode="approval", pagu=10**9,
                seat="planner", salt=os.urandom(16), items=CHOICES,
                opens_at=now - timedelta(days=1), closes_at=now + timedelta(seconds=seconds),
            )  # fmt: skip
            some = db.session.query(Item.id, Item.title).limit(CHOICES).all()
            for no, (item_id, title) in enumerate(some, start=1):
                made.choices.append(ContestItem(no=no, item_id=item_id, title=title, cost=10**8))
            db.session.add(made)
            db.session.flush()
            roll = text(
                "INSERT INTO eligible (contest_id, person_id, level) SELECT :id, person_id, 2 "
                "FROM user_account WHERE epoch = 'bench'"
            )
            db.session.execute(roll, {"id": made.id})
            for state in ("published", "open"):
                made.state = state
                if state == "published":
                    made.spec_hash, made.published_at = "0" * 64, now
                db.session.flush()
            contest_keys.make(made.id)
            db.session.commit()
            return made.id

    def close(self, contest_id: int) -> tuple[float, int]:
        """Close when it is over, and seal: seconds until it was closed, ballots sealed."""
        from sqlalchemy import func, select

        from app.services import contests, sealing
        from models import Contest, SealedBallot, db

        with self.app.app_context():
            due = db.session.scalars(
                select(Contest.closes_at).where(Contest.id == contest_id)
            ).one()
            db.session.commit()
            time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
            while contest_id not in contests.due_to_close():
                db.session.commit()
                time.sleep(0.002)
            db.session.commit()
            began = time.perf_counter()
            contests.close(contest_id)
            db.session.commit()
            took = time.perf_counter() - began
            sealing.seal(contest_id)
            db.session.commit()
            count = select(func.count()).where(SealedBallot.contest_id == contest_id)
            return took, int(db.session.scalar(count) or 0)


def ballot(contest_id: int, picks: Any) -> Request:
    """A ballot as the confirm page sends it."""
    form = {"langkah": "kirim", "pilih": picks}
    return Request(f"/suara/{contest_id}/pilih", form)


def in_turns(server: Server, polls: Polls, casts: int) -> Figures:
    """Casting and the bare route in turns, so that both meet the same machine."""
    voters = iter(polls.voters(casts * TURNS + data.CLIENTS * 4))
    contest_id = polls.contest()  # whoever is there by now stands on its roll
    slow = threading.Lock()

    def turn_of() -> Iterator[Token]:
        while True:
            with slow:
                voter = next(voters)
            yield voter

    crowd: list[Client] = [
        Crowd("127.0.0.1", server.port, voters=turn_of()) for _n in range(data.CLIENTS)
    ]
    plain = [Client("127.0.0.1", server.port) for _n in range(data.CLIENTS)]

    def casting(_number: int) -> Iterator[Request]:
        return (ballot(contest_id, str(1 + n % CHOICES)) for n in itertools.count())

    def bare(_number: int) -> Iterator[Request]:
        return itertools.repeat(Request("/bench/insert", {"n": "7"}))

    run(crowd, casting, data.CLIENTS * 4)
    run(plain, bare, data.CLIENTS * 4)
    rounds: list[tuple[Result, float, Result, float]] = []
    for _turn in range(TURNS):
        floor, floor_cpu = _measured(server, plain, bare, casts)
        cast, cast_cpu = _measured(server, crowd, casting, casts)
        rounds.append((floor, floor_cpu, cast, cast_cpu))
    return _figures(rounds)


def _measured(server: Server, clients: Any, requests: Any, count: int) -> tuple[Result, float]:
    before = server.cpu()
    result = run(clients, requests, count)
    return result, (server.cpu() - before) * 1000 / max(len(result.times), 1)


def _figures(rounds: list[tuple[Result, float, Result, float]]) -> Figures:
    middle = len(rounds) // 2
    by_ratio = sorted(rounds, key=lambda r: _rate(r[2]) / _rate(r[0]))
    floor, floor_cpu, cast, cast_cpu = by_ratio[middle]
    return Figures(
        bare_per_second=round(_rate(floor), 1),
        cast_per_second=round(_rate(cast), 1),
        ratio=round(_rate(cast) / _rate(floor), 2),
        bare_cpu=round(floor_cpu, 2),
        cast_cpu=round(cast_cpu, 2),
        cast_p50=round(cast.percentile(0.5), 1),
        cast_p95=round(cast.percentile(0.95), 1),
        wrong=sum(r[0].wrong + r[2].wrong for r in rounds),
    )


def _rate(result: Result) -> float:
    return len(result.times) / result.seconds


def closings(server: Server, polls: Polls, count: int, figures: Figures) -> None:
    """Contests that close under load; accepted and sealed are added up."""
    voters = polls.voters(1200)
    share = len(voters) // data.CLIENTS
    for _n in range(count):
        contest_id = polls.contest(OPEN_FOR)
        told = [0] * data.CLIENTS
        threads = [
            threading.Thread(
                target=_press,
                args=(server, contest_id, voters[n * share : (n + 1) * share], told, n),
            )
            for n in range(data.CLIENTS)
        ]
        for thread in threads:
            thread.start()
        took, sealed = polls.close(contest_id)
        for thread in threads:
            thread.join()
        figures.accepted += sum(told)
        figures.sealed += sealed
        figures.drained = round(max(figures.drained, took), 3)
        figures.closings += 1
        figures.wrong += sum(told) != sealed


def _press(server: Server, contest_id: int, voters: list[Token], told: list[int], n: int) -> None:
    """Cast for one voter after the other until it is closed; counts what was accepted."""
    client = Crowd("127.0.0.1", server.port, voters=iter(voters))
    for turn in range(len(voters)):
        status, _page = client.send(ballot(contest_id, str(1 + turn % CHOICES)))
        if status != 303:
            return
        told[n] += 1


@contextmanager
def _place() -> Iterator[tuple[Server, Polls]]:
    with (
        data.filled(CITY) as database,
        tempfile.TemporaryDirectory(prefix="rembuk-bench-") as folder,
    ):
        with data.connect(database) as base:
            base.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, n int NOT NULL)")
        polls = Polls(database, Path(folder))
        with serving(data.address(database), Path(folder)) as server:
            yield server, polls


def measured(casts: int, times: int) -> Figures:
    """Everything, on a city of its own."""
    with _place() as (server, polls):
        say("  casting and the bare route, in turns")
        figures = in_turns(server, polls, casts)
        say(f"  {figures.cast_per_second}/s beside {figures.bare_per_second}/s")
        say(f"  {times} closings under load")
        closings(server, polls, times, figures)
    return figures


def table(x: Figures) -> str:
    """The figures for people, beside their goals."""
    return "\n".join(
        (
            f"{'casting':<34}{x.cast_per_second:>8} ballots/s  CPU {x.cast_cpu} ms"
            f"  p50 {x.cast_p50} ms  p95 {x.cast_p95} ms",
            f"{'bare INSERT and COMMIT':<34}{x.bare_per_second:>8} requests/s  CPU {x.bare_cpu} ms",
            f"{'casting in bare routes':<34}{x.ratio:>8}  (goal ≥ {GOAL})",
            f"{'closings under load':<34}{x.closings:>8}  accepted {x.accepted}, sealed {x.sealed}"
            f" (goal: the same)",
            f"{'longest wait for ballots in flight':<34}{x.drained:>8} s  (goal ≤ {DRAINED:g} s)",
            f"{'wrong':<34}{x.wrong:>8}",
        )
    )


def main(arguments: list[str]) -> int:
    """Measure, print, and keep."""
    options = argparse.ArgumentParser(prog="bin/bench casting", description=__doc__)
    options.add_argument("--casts", type=int, default=800, help="ballots of one turn")
    options.add_argument("--closings", type=int, default=10)
    options.add_argument("--json", type=Path, help="write the figures there as well")
    asked = options.parse_args(arguments)
    figures = measured(asked.casts, asked.closings)
    print(table(figures))
    if asked.json:
        asked.json.write_text(json.dumps(asdict(figures), indent=1) + "\n")
    return 1 if figures.wrong or figures.accepted != figures.sealed else 0
