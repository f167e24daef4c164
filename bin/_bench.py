"""bin/bench: `python -m bench` with environment and database ready."""

from __future__ import annotations

from _ensure import ensure
from _environment import prepared
from _flask import call
from _say import main
from _state import load_city, migrate
from _venv import PYTHON


def bench(arguments: list[str]) -> int:
    """Run the measurements; returns their exit code."""
    ensure()
    with prepared() as (env, cluster):
        migrate(env, cluster)
        load_city(env, cluster)
        return call([str(PYTHON), "-m", "bench", *arguments], env)


if __name__ == "__main__":
    main(bench)
