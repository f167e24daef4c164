"""What the scripts in bin/ share: the checkout, messages, setup log, running commands, stamps."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VAR = CHECKOUT / "var"
LOGS = VAR / "log"
SETUP_LOG = LOGS / "setup.log"


class Stop(Exception):
    """The script cannot go on; the text is one sentence that tells the reader what to do."""


def say(text: str) -> None:
    """Print one line of progress and keep it in var/log/setup.log."""
    print(text, flush=True)
    log(text)


def log(text: str) -> None:
    """Append one line with its time to var/log/setup.log."""
    make_var()
    with SETUP_LOG.open("a", encoding="utf-8") as out:
        out.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")


def make_var() -> None:
    """Create var/ and var/log/; var/ stays open to passage because `postgres` walks through it."""
    try:
        if not LOGS.is_dir():
            LOGS.mkdir(parents=True, exist_ok=True)
            VAR.chmod(0o755)
        if not SETUP_LOG.exists():
            SETUP_LOG.touch()
    except OSError as error:
        raise Stop(
            f"Cannot write to {VAR} ({error.strerror}): make the checkout yours first."
        ) from None
    if not os.access(SETUP_LOG, os.W_OK):
        raise Stop(f"{SETUP_LOG} belongs to another user: start as that user, or remove {VAR}.")


def run(
    command: Sequence[str | Path],
    failure: str,
    *,
    env: Mapping[str, str] | None = None,
    show: bool = False,
) -> None:
    """Run `command` in the checkout with its output in the setup log, and on the screen if `show`.

    Raises Stop with `failure` and the last lines of the output when it does not end with 0.
    """
    log("$ " + " ".join(map(str, command)))
    lines: list[str] = []
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=CHECKOUT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            lines.append(line)
            log(line.rstrip())
            if show and not line.startswith("{"):  # a line of the structured log is for the file
                print(f"    {line}", end="", flush=True)
    if child.returncode:
        if cause := plain_cause("".join(lines)):
            raise Stop(cause)
        raise Stop(f"{failure}\n{last_lines(''.join(lines))}".rstrip() + f"\nAll: {SETUP_LOG}")


def plain_cause(output: str) -> str:
    """The one sentence for what a person can put right, when a command ended because of it."""
    if said := re.findall(r"^Rembuk does not start: .*", output, re.MULTILINE):
        return str(said[-1])
    if gone := re.findall(r"OperationalError\) (?:connection failed: )?(connection .*)", output):
        return (
            f"The database does not answer ({gone[-1].strip()}): correct REMBUK_DATABASE_URL, or "
            "unset it to have a private one."
        )
    return ""


def last_lines(text: str, count: int = 12) -> str:
    """The last `count` lines of `text`, indented."""
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-count:])


def digest(*paths: Path, extra: str = "") -> str:
    """One SHA-256 over the names and contents of `paths` (missing files count as absent)."""
    total = hashlib.sha256(extra.encode())
    for path in paths:
        total.update(f"\0{path.name}\0".encode())
        if path.is_file():
            total.update(path.read_bytes())
    return total.hexdigest()


def holds(stamp: Path, value: str) -> bool:
    """Whether `stamp` was last written with `value`."""
    try:
        return stamp.read_text(encoding="utf-8") == value
    except OSError:
        return False


def write_stamp(stamp: Path, value: str) -> None:
    """Write `value` so that a reader sees the old or the new text, never a part."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    part = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    part.write_text(value, encoding="utf-8")
    part.replace(stamp)


@contextmanager
def alone(name: str, waiting: str = "") -> Iterator[None]:
    """Hold the lock var/<name>.lock; prints `waiting` once when another process holds it."""
    make_var()
    with (VAR / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                say(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(program: object) -> None:
    """Run `program(arguments)` and exit with its code; a Stop becomes its sentence and code 1."""
    assert callable(program)
    try:
        sys.exit(program(sys.argv[1:]))
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
