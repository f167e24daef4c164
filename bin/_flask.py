"""bin/flask: any command of the application, with environment and database ready."""

from __future__ import annotations

import subprocess

from _ensure import ensure
from _environment import flask, prepared
from _say import main
from _state import migrate


def command(arguments: list[str]) -> int:
    """Run `flask <arguments>` in the caller's directory's checkout; returns its exit code."""
    ensure()
    with prepared() as (env, cluster):
        if arguments[:1] not in (["db"], ["--help"], []):
            migrate(env, cluster)
        return call(flask(*arguments), env)


def call(words: list[str], env: dict[str, str]) -> int:
    """Run a child that shares the terminal; Ctrl-C reaches it, and we wait for its end."""
    from _say import CHECKOUT

    child = subprocess.Popen(words, cwd=CHECKOUT, env=env)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    main(command)
