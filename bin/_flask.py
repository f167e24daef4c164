"""bin/flask: any command of the application, with environment and database ready."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import redirect_stdout

from _ensure import ensure
from _environment import flask, prepared
from _say import CHECKOUT, main
from _state import migrate

# These must see the database as it stands, or need none.
UNMIGRATED = {"db", "routes", "--help", "--version"}


def command(arguments: list[str]) -> int:
    """Run `flask <arguments>` in the checkout; returns its exit code."""
    with redirect_stdout(sys.stderr):  # what the command prints may be read by a program
        return _command(arguments)


def _command(arguments: list[str]) -> int:
    ensure()
    with prepared() as (env, cluster):
        if arguments and arguments[0] not in UNMIGRATED:
            migrate(env, cluster)
        return call(flask(*arguments), env)


def call(words: list[str], env: dict[str, str]) -> int:
    """Run a child on this terminal and wait for its end, also when asked to stop."""
    child = subprocess.Popen(words, cwd=CHECKOUT, env=env)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the terminal sent it to the child as well
            continue


if __name__ == "__main__":
    main(command)
