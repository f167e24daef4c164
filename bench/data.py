"""A database for measuring: a copy of the loaded city, filled to a size, with people to act."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

CLIENTS = 16
PASSWORD = "ukuran-saja-2026"


def address(database: str) -> str:
    """The address of a database on the server of REMBUK_DATABASE_URL."""
    url = make_url(os.environ["REMBUK_DATABASE_URL"]).set(database=database)
    return url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")


def connect(database: str) -> psycopg.Connection[Any]:
    """A connection that commits each statement."""
    return psycopg.connect(address(database), autocommit=True)


def flask(database: str, *words: str) -> None:
    """Run a command of the application on that database, quietly; raises when it fails."""
    env = os.environ | {"REMBUK_DATABASE_URL": address(database), "FLASK_APP": "wsgi"}
    command = [sys.executable, "-m", "flask", *words]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def filled(items: int) -> Iterator[str]:
    """A database with that many items, dropped at the end; yields its name."""
    name = f"rembuk_bench_{uuid.uuid4().hex[:8]}"
    with connect("postgres") as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        flask(name, "db", "upgrade")
        flask(name, "city", "load", "cities/bandung")
        flask(name, "fill", "--items", str(items))
        _people(name)
        with connect(name) as database:
            database.execute("VACUUM ANALYZE")
        yield name
    finally:
        with connect("postgres") as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _people(database: str) -> None:
    """Residents and a coordinator for each client."""
    from argon2 import PasswordHasher

    hashed = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)
    with connect(database) as base:
        for n in range(CLIENTS):
            for role in ("warga", "koordinator"):
                person = base.execute(
                    "INSERT INTO person (name, level) VALUES (%s, 1) RETURNING id", [f"{role} {n}"]
                ).fetchone()
                user = base.execute(
                    "INSERT INTO user_account (person_id, email, password_hash, epoch,"
                    " confirmed_at) VALUES (%s, %s, %s, 'bench', now()) RETURNING id",
                    [person[0] if person else 0, f"{role}{n}@ukur.id", hashed],
                ).fetchone()
                if role == "koordinator" and user:
                    base.execute(
                        "INSERT INTO mandate (user_id, role, valid_from)"
                        " VALUES (%s, 'coordinator', current_date)",
                        [user[0]],
                    )


def drafts(database: str, count: int) -> list[list[str]]:
    """Complete drafts, ``count`` for each client; returns their keys."""
    keys = []
    with connect(database) as base:
        category = base.execute(
            "SELECT code FROM category WHERE kind = 'lapor' AND emergency = '' AND NOT oversight"
            " ORDER BY position LIMIT 1"
        ).fetchone()
        spots = base.execute(
            "SELECT ST_X(point), ST_Y(point), code FROM area WHERE level = 'kelurahan'"
        ).fetchall()
        for n in range(CLIENTS):
            mine = [str(uuid.uuid4()) for _ in range(count)]
            for turn, key in enumerate(mine):
                lon, lat, area = spots[(n * count + turn) % len(spots)]
                data = {
                    "foto": {},
                    "lokasi": {"lon": str(lon), "lat": str(lat), "area_code": area},
                    "isi": {
                        "category_code": category[0] if category else "",
                        "title": f"Lubang di depan pasar nomor {turn}",
                        "body": "Sudah dua minggu, cukup dalam dan berbahaya waktu hujan.",
                        "visibility": "public",
                        "road_class": "lingkungan",
                    },
                }
                base.execute(
                    "INSERT INTO draft (key, kind, user_id, data) SELECT %s, 'lapor', id, %s"
                    " FROM user_account WHERE email = %s",
                    [key, json.dumps(data), f"warga{n}@ukur.id"],
                )
            keys.append(mine)
    return keys
