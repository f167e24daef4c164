"""Processes that bin/serve watches over: web, worker; and PostgreSQL's own."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from _say import CHECKOUT, last_lines, log

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
QUIET = 5.0  # seconds a child must have lived for its next start to come at once
LONGEST_PAUSE = 30.0


def die_with_parent() -> None:
    """In the child: be asked to end when the parent dies, even by kill -9."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process with its log; started again after it died, slower each time it dies young."""

    def __init__(
        self, name: str, command: Sequence[str], env: dict[str, str], output: Path
    ) -> None:
        self.name, self.command, self.env, self.output = name, list(command), env, output
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.pause = 0.0

    def start(self) -> None:
        """Start the process in its own group, so that Ctrl-C in the terminal does not reach it."""
        log("$ " + " ".join(self.command))
        self.started = time.monotonic()
        with self.output.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                process_group=0,
                preexec_fn=die_with_parent,
            )

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> bool:
        """Start a dead process again when its pause is over; returns whether it did."""
        if self.alive():
            return False
        lived = time.monotonic() - self.started
        if lived > QUIET + self.pause:
            self.pause = 0.0
        if lived < self.pause:
            return False
        self.pause = min(LONGEST_PAUSE, self.pause * 2 or 1.0)
        self.start()
        return True

    def ask_to_stop(self) -> None:
        """SIGTERM: finish what is in hand, then end."""
        if self.process is not None and self.alive():
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for the end; after `seconds` the whole group is killed."""
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def tail(self) -> str:
        """The last lines of its log."""
        try:
            return last_lines(self.output.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return ""
