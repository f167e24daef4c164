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
from _say import CHECKOUT, main
from _venv import PYTHON

MOST_PROCESSES = 4
LOOKING = {"--pdb", "--trace", "-s", "--collect-only", "--co"}
# Settings of a developer's shell must not reach the tests.
KEPT = {"REMBUK_TEST_DATABASE_URL", "REMBUK_CHROMIUM", "REMBUK_PABULIB_DIR"}


def side_by_side(arguments: list[str]) -> list[str]:
    """Options of pytest for the whole suite: a process a core and one more, each file in one.

    Tests wait for the database and the browser nearly as long as they reckon.
    None when a file or folder is named, or somebody wants to look into a test as it runs.  The
    files keep the order tests/conftest.py gives them.
    """
    cores = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    named = any((CHECKOUT / argument.partition("::")[0]).exists() for argument in arguments)
    if cores == 1 or named or LOOKING.intersection(arguments):
        return []
    return ["-n", str(cores + 1), "--dist", "loadfile", "--no-loadscope-reorder"]


def test(arguments: list[str]) -> int:
    """Run pytest with these arguments; returns its exit code."""
    ensure(tests=True)
    env = {k: v for k, v in os.environ.items() if not k.startswith("REMBUK_") or k in KEPT}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # every process of the tests would compile all anew
    env["REMBUK_CHROMIUM"] = browser() or ""
    command = [str(PYTHON), "-m", "pytest", *side_by_side(arguments), *arguments]
    if env.get("REMBUK_TEST_DATABASE_URL"):
        return call(command, env)
    with using(TEST) as cluster:
        env["REMBUK_TEST_DATABASE_URL"] = cluster.url("postgres")
        return call(command, env)


if __name__ == "__main__":
    main(test)
