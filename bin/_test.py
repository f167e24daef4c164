"""bin/test: pytest on a private cluster without fsync, Chromium beside it.

The tests get the cluster's URL and make their own databases; with REMBUK_TEST_DATABASE_URL set they
get that server instead.
"""

from __future__ import annotations

import os

from _cluster import TEST, using
from _ensure import ensure
from _flask import call
from _packages import browser
from _say import main
from _venv import PYTHON

MOST_PROCESSES = 4
# Settings of a developer's shell must not reach the tests.
KEPT = {"REMBUK_TEST_DATABASE_URL", "REMBUK_CHROMIUM"}


def side_by_side() -> list[str]:
    """Options of pytest for the whole suite: one process a core, each file in one of them."""
    cores = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    return ["-n", str(cores), "--dist", "loadfile"] if cores > 1 else []


def test(arguments: list[str]) -> int:
    """Run pytest with these arguments; returns its exit code."""
    ensure(tests=True)
    env = {k: v for k, v in os.environ.items() if not k.startswith("REMBUK_") or k in KEPT}
    env["REMBUK_CHROMIUM"] = browser() or ""
    command = [str(PYTHON), "-m", "pytest", *(arguments or side_by_side())]
    if env.get("REMBUK_TEST_DATABASE_URL"):
        return call(command, env)
    with using(TEST) as cluster:
        env["REMBUK_TEST_DATABASE_URL"] = cluster.url("postgres")
        return call(command, env)


if __name__ == "__main__":
    main(test)
