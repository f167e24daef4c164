"""The virtual environment .venv, filled from lock files with hashes."""

from __future__ import annotations

import os
import subprocess
import sys

from _say import CHECKOUT, Stop, digest, holds, run, say, write_stamp

VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"


def ensure_venv(*, tests: bool) -> None:
    """Have .venv with the packages of requirements.lock, and those for tests when asked."""
    if not usable():
        create()
    install_lock("requirements.lock", "Installing Python packages …")
    if tests:
        install_lock("requirements-test.lock", "Installing Python packages for tests …")


def create() -> None:
    """Make .venv anew with the Python that runs this script."""
    base = getattr(sys, "_base_executable", sys.executable)
    say("Creating the virtual environment .venv …")
    run(
        [base, "-m", "venv", "--clear", VENV],
        "Python could not create .venv; see the reason above.",
    )


def usable() -> bool:
    """Whether .venv's interpreter still starts and has pip (an upgrade of Python breaks links)."""
    if (VENV / ".rembuk-requirements.lock").exists():
        return os.access(PYTHON, os.X_OK)
    check = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(check, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install_lock(name: str, message: str = "") -> None:
    """pip install the lock file `name` unless its stamp in .venv holds."""
    lock = CHECKOUT / name
    if not lock.exists():
        raise Stop(f"{name} is missing: this checkout is not complete; run `git checkout {name}`.")
    stamp, wanted = VENV / f".rembuk-{name}", digest(lock)
    if holds(stamp, wanted):
        return
    if message:
        say(message)
    run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--no-deps",  # a lock file is complete; what it leaves out is left out on purpose
            "--disable-pip-version-check",
            "-r",
            lock,
        ],
        f"pip could not install {name}; check the network, then try again.",
    )
    write_stamp(stamp, wanted)
