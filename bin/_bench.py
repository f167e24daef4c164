"""bin/bench: `python -m bench` with environment and a cluster of its own, which keeps cities."""

from __future__ import annotations

import os

from _cluster import BENCH
from _ensure import ensure
from _environment import prepared
from _flask import call
from _say import main
from _venv import PYTHON


def bench(arguments: list[str]) -> int:
    """Run the measurements; returns their exit code."""
    ensure()
    if {"-h", "--help"} & {*arguments}:
        return call([str(PYTHON), "-m", "bench", *arguments], dict(os.environ))
    with prepared(BENCH) as (env, _cluster):
        return call([str(PYTHON), "-m", "bench", *arguments], env)


if __name__ == "__main__":
    main(bench)
