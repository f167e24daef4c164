"""bin/lint: every check that is not a test, each with its outcome; exit code 1 if one fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from _cluster import EXTENSIONS, TEST, Cluster, using
from _ensure import ensure
from _environment import SECRETS, environment, flask
from _say import CHECKOUT, main, run
from _venv import PYTHON, VENV

TEMPLATES = "app/templates"


def lint(arguments: list[str]) -> int:
    """Run all checks, or those whose name begins with one of `arguments`."""
    ensure(tests=True)
    chosen = [
        (name, command)
        for name, command in checks().items()
        if not arguments or name.startswith(tuple(arguments))
    ]
    failed = [name for name, command in chosen if not passes(name, command, dict(os.environ))]
    if not arguments or "migrations".startswith(tuple(arguments)):
        with using(TEST) as cluster:
            failed += [] if migrations_clean(cluster) else ["migrations"]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return int(bool(failed))


def checks() -> dict[str, list[str]]:
    """Name and command of each check that needs no database."""
    tools = VENV / "bin"
    python = str(PYTHON)
    return {
        "ruff check": [python, "-m", "ruff", "check", "--quiet", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "--quiet", "."],
        "mypy": [python, "-m", "mypy"],
        "import contracts": [str(tools / "lint-imports"), "--cache-dir", "var/import-linter"],
        "templates": [python, "-m", "djlint", TEMPLATES, "--lint", "--quiet"],
        "catalogues": [python, "-B", "bin/_catalogues.py"],
    }


def passes(name: str, command: list[str], env: dict[str, str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    began = time.monotonic()
    env = {**env, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        command, cwd=CHECKOUT, env=env, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    print(f"{'FAILED' if done.returncode else 'ok    '} {name} ({time.monotonic() - began:.1f} s)")
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    sys.stdout.flush()
    return done.returncode == 0


def migrations_clean(cluster: Cluster) -> bool:
    """Whether the migrations, run from nothing, give exactly the tables of models/."""
    database = f"lint_{os.getpid()}"
    env = environment(cluster.url(database))
    env |= dict.fromkeys(SECRETS, "only-for-this-check-" * 3)
    cluster.psql(f"CREATE DATABASE {database}")
    try:
        for extension in EXTENSIONS:
            cluster.psql(f"CREATE EXTENSION {extension}", database)
        run(flask("db", "upgrade"), "The migrations do not run on an empty database.", env=env)
        return passes("migrations", flask("db", "check"), env)
    finally:
        cluster.psql(f"DROP DATABASE {database} WITH (FORCE)")


if __name__ == "__main__":
    main(lint)
