"""A database for measuring: a copy of the loaded city, filled to a size, with people to act."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

CLIENTS = 16
FEW = 500  # items of every kind beside those of one
QUICK = 100_000  # a kept city of more items is not filled anew unasked
PASSWORD = "ukuran-saja-2026"


def address(database: str) -> str:
    """The address of a database on the server of REMBUK_DATABASE_URL."""
    url = make_url(os.environ["REMBUK_DATABASE_URL"]).set(database=database)
    return url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")


def connect(database: str) -> psycopg.Connection[Any]:
    """A connection that commits each statement."""
    return psycopg.connect(address(database), autocommit=True)


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)


def flask(database: str, *words: str, show: bool = False) -> None:
    """Run a command of the application on that database.  Raises RuntimeError with its words."""
    env = os.environ | {"REMBUK_DATABASE_URL": address(database), "FLASK_APP": "wsgi"}
    command = [sys.executable, "-m", "flask", *words]
    out = None if show else subprocess.PIPE
    done = subprocess.run(
        command, env=env, stdout=out, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"flask {' '.join(words)} failed:\n{done.stderr[-2000:]}")


@contextmanager
def filled(items: int, fresh: bool = False, only: str = "") -> Iterator[str]:
    """A database with that many items, dropped at the end; yields its name.

    It is a copy of one that is kept from run to run.  ``only``: items of that kind, beside a few
    of all.
    """
    kept = keep(items, fresh, only)
    name = f"rembuk_run_{uuid.uuid4().hex[:8]}"
    with connect("postgres") as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{kept}" STRATEGY FILE_COPY')
    try:
        yield name
    finally:
        with connect("postgres") as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def keep(items: int, fresh: bool = False, only: str = "") -> str:
    """The database of that size that is kept, made when there is none that fits the models.

    One that does not fit goes only when its successor is full.  Raises SystemExit, with nothing
    touched, where that would take long and ``fresh`` does not ask for it.
    """
    name = f"rembuk_bench_{only and only + '_'}{items}"
    with connect("postgres") as server:
        known = _stamp(server, name)
        if known and not fresh:
            unfit = _unfit(server, name, known)
            if not unfit:
                age = datetime.now(UTC) - datetime.fromisoformat(known["filled_at"])
                say(f"{name}: {items:,} items, filled {age.total_seconds() / 3600:.1f} hours ago")
                return name
            say(f"{name} does not fit the models:\n{unfit}")
            if items > QUICK:
                raise SystemExit(f"{name} stays as it is; --fresh fills it anew.")
        say(f"{name}: filling {items:,} items …")
        server.execute(f'DROP DATABASE IF EXISTS "{name}_part" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}_part"')
        _fill(f"{name}_part", items, only)
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'ALTER DATABASE "{name}_part" RENAME TO "{name}"')
        _put_stamp(server, name, datetime.now(UTC).isoformat())
    return name


def _stamp(server: psycopg.Connection[Any], name: str) -> dict[str, str]:
    """When a kept database was filled, and with which migrations; empty when there is none."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = server.execute(query, [name]).fetchone()
    found: dict[str, str] = json.loads(row[0] or "{}") if row else {}
    return found


def _put_stamp(server: psycopg.Connection[Any], name: str, filled_at: str) -> None:
    stamp = {"filled_at": filled_at, "migrations": _migrations()}
    server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{json.dumps(stamp)}'")


def _unfit(server: psycopg.Connection[Any], name: str, known: dict[str, str]) -> str:
    """How the tables differ from the models; empty when they fit.  Newer migrations run first."""
    if known["migrations"] == _migrations():
        return ""
    say(f"{name}: the migrations changed since; looking whether its tables fit …")
    try:
        flask(name, "db", "upgrade")
        flask(name, "db", "check")
    except RuntimeError as error:
        return str(error)
    _put_stamp(server, name, known["filled_at"])
    return ""


def _migrations() -> str:
    files = sorted(Path("migrations/versions").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _fill(name: str, items: int, only: str = "") -> None:
    flask(name, "db", "upgrade")
    flask(name, "city", "load", "cities/bandung")
    if only:
        flask(name, "fill", "--items", str(FEW), show=True)
    more = ("--only", only, "--seed", "2") if only else ()
    flask(name, "fill", "--items", str(items), *more, show=True)
    _people(name)
    with connect(name) as database:
        database.execute("VACUUM ANALYZE")


def _people(database: str) -> None:
    """For each client a resident, a coordinator, a moderator and an officer."""
    from argon2 import PasswordHasher

    hashed = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)
    with connect(database) as base:
        seats = {
            "warga": None,
            "koordinator": ("coordinator", None, None),
            "moderator": ("moderator", busiest(base, "area_code"), None),
            "petugas": ("officer", None, busiest(base, "department_code")),
        }
        for n in range(CLIENTS):
            for name, seat in seats.items():
                _person(base, f"{name}{n}", hashed, seat)


def busiest(base: psycopg.Connection[Any], column: str) -> str:
    """The kelurahan or department with the most complaints under way."""
    query = (
        f"SELECT {column} FROM item WHERE kind = 'lapor' AND {column} IS NOT NULL"
        " AND due_on IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    return str(one(base, query)[0])


def one(base: psycopg.Connection[Any], query: str, *values: Any) -> Any:
    """The one row of an answer.  Raises RuntimeError when there is none."""
    row = base.execute(query, values).fetchone()
    if row is None:
        raise RuntimeError(f"the city has no row for: {query}")
    return row


def _person(base: psycopg.Connection[Any], name: str, hashed: str, seat: Any) -> None:
    person = one(base, "INSERT INTO person (name, level) VALUES (%s, 1) RETURNING id", name)
    user = one(
        base,
        "INSERT INTO user_account (person_id, email, password_hash, epoch, confirmed_at)"
        " VALUES (%s, %s, %s, 'bench', now()) RETURNING id",
        *(person[0], f"{name}@ukur.id", hashed),
    )
    if seat:
        base.execute(
            "INSERT INTO mandate (user_id, role, area_code, department_code, valid_from)"
            " VALUES (%s, %s, %s, %s, current_date)",
            [user[0], *seat],
        )


CATEGORY = (
    "SELECT code FROM category WHERE kind = 'lapor' AND emergency = '' AND NOT oversight"
    " AND valid_to IS NULL AND place_bound = %s AND NOT EXISTS (SELECT FROM category_question"
    " WHERE category_code = category.code AND required) ORDER BY position LIMIT 1"
)


def drafts(database: str, count: int) -> list[list[str]]:
    """Complete drafts, ``count`` for each client, every other one about no place; their keys."""
    keys = []
    with connect(database) as base:
        categories = [one(base, CATEGORY, bound)[0] for bound in (True, False)]
        spots = base.execute(
            "SELECT ST_X(point), ST_Y(point), code FROM area WHERE level = 'kelurahan'"
            " AND valid_to IS NULL ORDER BY code"
        ).fetchall()
        for n in range(CLIENTS):
            mine = [str(uuid.uuid4()) for _ in range(count)]
            for turn, key in enumerate(mine):
                draft = _draft(spots[(n * count + turn) % len(spots)], categories[turn % 2], turn)
                base.execute(
                    "INSERT INTO draft (key, kind, user_id, data) SELECT %s, 'lapor', id, %s"
                    " FROM user_account WHERE email = %s",
                    [key, json.dumps(draft), f"warga{n}@ukur.id"],
                )
            keys.append(mine)
    return keys


def _draft(spot: Any, category: str, turn: int) -> dict[str, dict[str, str]]:
    lon, lat, area = spot
    return {
        "foto": {},
        "lokasi": {"lon": str(lon), "lat": str(lat), "area_code": area},
        "isi": {
            "category_code": category,
            "title": f"Lubang di depan pasar nomor {turn}",
            "body": "Sudah dua minggu, cukup dalam dan berbahaya waktu hujan.",
            "visibility": "public",
            "road_class": "lingkungan",
        },
    }
