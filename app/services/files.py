"""Where pictures lie: a folder today, an object store tomorrow; callers know ``Files`` only."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from flask import current_app


class Files(Protocol):
    """A store of whole files under names made of letters and digits."""

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data`` under ``name``, all of it or nothing; twice does no harm."""

    def read(self, name: str) -> bytes:
        """All of it; raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Forget it; twice does no harm."""

    def older_than(self, seconds: float) -> Iterator[str]:
        """The names kept for longer than that."""


class LocalFiles:
    """Files in a folder that only the application's own user can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, name: str) -> Path:
        if not (name.isascii() and name.isalnum()):
            raise FileNotFoundError(name)
        return self.folder / name[:2] / name

    def put(self, name: str, data: bytes) -> None:
        """Write beside, flush to the disk, then rename: nobody ever sees half a file."""
        path = self._path(name)
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def read(self, name: str) -> bytes:
        """The whole file; raises FileNotFoundError."""
        return self._path(name).read_bytes()

    def delete(self, name: str) -> None:
        """Remove the file if it is there."""
        self._path(name).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        """Names last written longer ago than that; halves of a crash are removed on the way."""
        limit = time.time() - seconds
        for path in self.folder.glob("*/*"):
            if path.stat().st_mtime >= limit:
                continue
            if path.suffix == ".part":
                path.unlink(missing_ok=True)
            else:
                yield path.name


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def staging() -> Files:
    """Originals as they came, never served, until a job has re-encoded them."""
    return LocalFiles(current_app.config["VAR"] / "staging")


def media() -> Files:
    """Re-encoded pictures, named by the SHA-256 of their content."""
    return LocalFiles(current_app.config["VAR"] / "media")
