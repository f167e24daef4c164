"""The published folder of a vote, as somebody who downloads it has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.queries import results
from models import Contest, db


def folder(contest: Contest, place: Path) -> Path:
    """The published files, written down."""
    place.mkdir(exist_ok=True)
    for one in results.whole_files(db.session, contest.id):
        (place / one.name).write_bytes(one.data)
    return place


def verified(place: Path, *arguments: str) -> tuple[int, str]:
    """What the verifier of the folder itself says of it."""
    command = [sys.executable, "-I", str(place / "verify.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, done.stdout + done.stderr
