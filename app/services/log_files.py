"""Log files below ``VAR/log``: old ones go."""

from __future__ import annotations

from datetime import datetime

from flask import current_app


def sweep(before: datetime, dry: bool = False) -> int:
    """Delete files last written before that; says how many.  One still written to stays."""
    folder = current_app.config["VAR"] / "log"
    old = [
        path
        for path in (folder.rglob("*") if folder.is_dir() else ())
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    ]
    for path in [] if dry else old:
        path.unlink(missing_ok=True)
    return len(old)
