"""Installs what is missing and says what it does; a second call costs a few file reads.

Run by hand: `python3 bin/_ensure.py [--tests]`.
"""

from __future__ import annotations

import os

from _catalogues import compile_stale
from _packages import ensure_debian
from _say import alone, main
from _vendor import ensure_vendor
from _venv import ensure_venv, usable

WAITING = "Another command is installing; waiting for it …"


def ensure(*, tests: bool = False) -> None:
    """Have Debian packages, .venv, browser libraries and compiled catalogues.

    With `tests` also what only tests need. A server named by REMBUK_DATABASE_URL needs no
    PostgreSQL here. Raises Stop with a remedy.
    """
    with alone("setup", WAITING):
        external = os.environ.get("REMBUK_TEST_DATABASE_URL" if tests else "REMBUK_DATABASE_URL")
        ensure_debian(database=not external, tests=tests, venv=not usable())
        ensure_venv(tests=tests)
        ensure_vendor()
        compile_stale()


def by_hand(arguments: list[str]) -> int:
    """Install, and nothing else."""
    ensure(tests="--tests" in arguments)
    return 0


if __name__ == "__main__":
    main(by_hand)
