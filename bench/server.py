"""The server under measure: two gunicorn workers on a database of its own; what it uses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
WORKERS, THREADS = 2, 8


class Server:
    """A running server; CPU seconds and memory are those of its workers."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def cpu(self) -> float:
        """CPU seconds the workers have used."""
        return sum(cpu_of(pid) for pid in self.workers())

    def memory(self) -> float:
        """MiB of the largest worker (RSS)."""
        return max(rss_of(pid) for pid in self.workers())


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used, user and system; 0 when it is gone."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(parts[11]) + int(parts[12])) / TICK


def rss_of(pid: int) -> float:
    """MiB a process holds in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database_url: str, folder: Path | None = None) -> Iterator[Server]:
    """The application on that database; stopped at the end.  ``folder`` takes its files."""
    port = free_port()
    env = (
        os.environ
        | ({"REMBUK_VAR": str(folder)} if folder else {})
        | {
            "REMBUK_DATABASE_URL": database_url,
            "REMBUK_DEMO": "0",  # as a city runs it: its files do not change meanwhile
            "REMBUK_RATE_LIMITS": "0",
            "REMBUK_TILES_URL": "",
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_MMAP_THRESHOLD_": "1048576",
        }
    )
    command = [sys.executable, "-m", "gunicorn", "bench.wsgi:application", "-k", "gthread"]
    command += ["-w", str(WORKERS), "--threads", str(THREADS), "-b", f"127.0.0.1:{port}"]
    command += ["--keep-alive", "30", "--log-level", "error"]
    log = Path(os.environ.get("REMBUK_VAR", "var")) / "log" / "bench.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out)
    try:
        _wait(port, process)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _try in range(120):
        if process.poll() is not None:
            raise RuntimeError("the server did not start; see var/log/bench.log")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the server is not ready after a minute; see var/log/bench.log")
