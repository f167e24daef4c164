"""The private PostgreSQL clusters: of bin/serve, of the tests (`test`), of bin/bench (`bench`).

Run by hand: `python3 bin/_cluster.py start|stop|status|url|psql [test|bench]`; a cluster started so
keeps running until it is stopped so.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from _packages import ensure_debian, postgres_bin
from _place import PORT, Place, find_place, own_directory, owner
from _say import LOGS, VAR, Stop, alone, last_lines, log, main, say

PRIVATE, TEST, BENCH = "postgres", "test-postgres", "bench-postgres"
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist", "pgcrypto")
START_WITHIN = 20.0  # seconds; after kill -9 the dead children must be reaped first
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "'512MB'",
    "jit": "off",
    "max_wal_size": "'2GB'",
    "checkpoint_timeout": "'10min'",
    "wal_compression": "lz4",
    "random_page_cost": "1.1",
    "timezone": "'Asia/Jakarta'",
    "lc_messages": "'C'",
}
# A test cluster may lose everything at a power cut; it is never asked to keep anything.
TEST_SETTINGS = {
    "shared_buffers": "'256MB'",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_parallel_workers_per_gather": "0",
}


class Cluster:
    """One private cluster: found, created, started, stopped; safe to call from many processes."""

    def __init__(self, name: str) -> None:
        ensure_debian(database=True, tests=False, venv=False)
        self.name = name
        self.place: Place = find_place(name)
        self.log_file = LOGS / f"{name}.log"

    def program(self, name: str) -> Path:
        """The path of a PostgreSQL program, of the version that made the data directory."""
        version = self.place.data / "PG_VERSION"
        number = int(version.read_text()) if version.exists() else None
        folder = postgres_bin(number)
        if folder is None:
            raise Stop(
                f"The database in {self.place.data} needs PostgreSQL {number}: install "
                f"postgresql-{number}-postgis-3, or restore a backup into a new one."
            )
        return folder / name

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database`; connections pass through the socket only."""
        return (
            f"postgresql+psycopg://app@/{database}?host={quote(str(self.place.socket))}&port={PORT}"
        )

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run `sql` as the superuser `app`; returns unaligned rows. Stop when it fails."""
        done = subprocess.run(
            [self.program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.place.socket,
             "-p", str(PORT), "-U", "app", "-d", database, "-c", sql],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PGCONNECT_TIMEOUT": "10"},
        )  # fmt: skip
        if done.returncode:
            raise Stop(f"PostgreSQL refused a statement: {done.stderr.strip()}")
        return done.stdout.strip()

    def running(self) -> bool:
        """Whether the postmaster of this data directory lives (without asking a server)."""
        try:
            first = (self.place.data / "postmaster.pid").read_text().split("\n", 1)[0]
            command = Path(f"/proc/{int(first)}/cmdline").read_bytes()
        except (OSError, ValueError):
            return False
        return os.fsencode(self.place.data) in command

    def start(self) -> bool:
        """Have the cluster running; returns whether this call started it."""
        with alone(f"{self.name}.start"):
            if self.running() and self.answers(START_WITHIN):
                return False
            if not (self.place.data / "PG_VERSION").exists():
                self.create()
            self.configure()
            self.launch()
        return True

    def create(self) -> None:
        """initdb: user `app`, ICU id-ID, UTF-8, checksums."""
        say(f"Creating the database cluster in {self.place.data} …")
        subprocess.run(["rm", "-rf", f"{self.place.data}.part"], check=True)
        sync = ["--no-sync"] if self.name == TEST else []
        self.as_owner(
            ["initdb", "-D", f"{self.place.data}.part", "-U", "app", "-A", "trust",
             "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=id-ID",
             "--data-checksums", *sync],
            "PostgreSQL could not create its cluster",
        )  # fmt: skip
        part = Path(f"{self.place.data}.part")
        with (part / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'rembuk.conf'\n")
        part.rename(self.place.data)

    def configure(self) -> None:
        """Write rembuk.conf beside the data; ALTER SYSTEM still wins over it."""
        settings = {**SETTINGS, **(TEST_SETTINGS if self.name == TEST else {})}
        settings["unix_socket_directories"] = f"'{self.place.socket}'"
        text = "# Written by bin/_cluster.py at each start.\n"
        text += "".join(f"{key} = {value}\n" for key, value in settings.items())
        conf = self.place.data / "rembuk.conf"
        if not conf.exists() or conf.read_text() != text:
            conf.write_text(text)
            conf.chmod(0o644)

    def launch(self) -> None:
        """pg_ctl start, tried again for a while: right after kill -9 the old lock still stands."""
        deadline = time.monotonic() + START_WITHIN
        for directory in (self.place.home, self.place.socket.parent, self.place.socket):
            own_directory(directory)
        while True:
            try:
                self.as_owner(["pg_ctl", "-D", self.place.data, "-w", "-t", "60", "start"],
                              "PostgreSQL did not start")  # fmt: skip
                return
            except Stop:
                if self.running() and self.answers(1):
                    return
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        """Stop the cluster (fast: open transactions are rolled back)."""
        with alone(f"{self.name}.start"):
            if self.running():
                self.as_owner(["pg_ctl", "-D", self.place.data, "-m", "fast", "-w", "-t", "60",
                               "stop"], "PostgreSQL did not stop")  # fmt: skip

    def answers(self, seconds: float) -> bool:
        """Whether the server takes connections within `seconds`."""
        ready = [str(self.program("pg_isready")), "-q", "-h", str(self.place.socket),
                 "-p", str(PORT), "-U", "app", "-d", "postgres"]  # fmt: skip
        deadline = time.monotonic() + seconds
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > deadline or not self.running():
                return False
            time.sleep(0.1)
        return True

    def as_owner(self, command: Sequence[str | Path], failure: str) -> None:
        """Run a PostgreSQL program as the cluster's owner with its output in var/log/<name>.log."""
        words = [str(self.program(str(command[0]))), *map(str, command[1:])]
        log("$ " + " ".join(words))
        with self.log_file.open("a+", encoding="utf-8", errors="replace") as out:
            start = out.seek(0, os.SEEK_END)
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, **owner()
            )
            if done.returncode:
                out.seek(start)
                raise Stop(
                    f"{failure}; the reason, from {self.log_file}:\n{last_lines(out.read())}"
                )

    def ensure_database(self, name: str) -> None:
        """Have the database `name` with the extensions the application needs."""
        if self.oid(name):
            return
        with alone(f"{self.name}.create", "Another command is creating the database …"):
            if self.oid(name):
                return
            say(f"Creating the database {name} with PostGIS …")
            part = f"{name}_part"  # renamed when complete: half a database is never used
            self.psql(f"DROP DATABASE IF EXISTS {part}")
            self.psql(f"CREATE DATABASE {part}")
            self.psql("".join(f"CREATE EXTENSION {one};" for one in EXTENSIONS), part)
            self.psql(f"ALTER DATABASE {part} RENAME TO {name}")

    def oid(self, database: str) -> str:
        """The database's number, '' when there is none; it changes when it is dropped and made."""
        return self.psql(f"SELECT oid FROM pg_database WHERE datname = '{database}'")

    @property
    def kept(self) -> Path:
        """The mark that this cluster was started by hand and is not to be stopped by others."""
        return VAR / f"{self.name}.keep"


@contextmanager
def using(name: str) -> Iterator[Cluster]:
    """The running cluster `name`; whoever leaves last stops it, whatever order they leave in."""
    cluster = Cluster(name)
    with (VAR / f"{name}.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            cluster.start()
            yield cluster
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                if not cluster.kept.exists():
                    cluster.stop()


def by_hand(arguments: list[str]) -> int:
    """start | stop | status | url | psql, of the cluster named; psql takes arguments of its own."""
    act = arguments[0] if arguments else "status"
    others = {"test": TEST, "bench": BENCH}
    named = arguments[1:2] if arguments[1:2] and arguments[1] in others else []
    cluster = Cluster(others[named[0]] if named else PRIVATE)
    database = "rembuk" if cluster.name == PRIVATE else "postgres"
    if act == "start":
        cluster.kept.touch()
        cluster.start()
    elif act == "stop":
        cluster.kept.unlink(missing_ok=True)
        cluster.stop()
    elif act == "psql":
        return subprocess.call(
            [cluster.program("psql"), "-h", cluster.place.socket, "-p", str(PORT), "-U", "app",
             "-d", database, *arguments[1 + len(named) :]]
        )  # fmt: skip
    print(cluster.url(database) if act == "url" else f"running: {cluster.running()}")
    return 0


if __name__ == "__main__":
    main(by_hand)
