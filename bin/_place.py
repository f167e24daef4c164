"""Where a cluster keeps data and socket, also when the checkout itself cannot hold them."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _say import CHECKOUT, VAR, Stop, make_var, say, write_stamp

PORT = 54329
LONGEST_SOCKET = 107
AS_ROOT = os.geteuid() == 0


@dataclass(frozen=True)
class Place:
    """Absolute paths of one cluster: data directory, socket directory, and where its stamps lie."""

    name: str
    data: Path
    socket: Path

    @property
    def home(self) -> Path:
        """The directory that holds the data directory; ours to write, 0700."""
        return self.data.parent


def owner() -> dict[str, Any]:
    """Arguments of subprocess that make a command run as the cluster's owner.

    PostgreSQL refuses to run as root: root drops to `postgres`, anybody else stays who they are.
    """
    if not AS_ROOT:
        return {"cwd": "/"}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise Stop(
            "There is no user `postgres`: install postgresql-15 with apt, then try again."
        ) from None
    return {
        "cwd": "/",
        "user": entry.pw_uid,
        "group": entry.pw_gid,
        "extra_groups": [],
        "env": {**os.environ, "HOME": "/", "LC_ALL": "C.UTF-8"},
    }


def find_place(name: str) -> Place:
    """The place of the cluster `name`, as remembered in var/<name>.json or chosen now."""
    make_var()
    record = VAR / f"{name}.json"
    data = remembered(record) or choose_data(name)
    own_directory(data.parent)
    socket = data.parent / "socket"
    if too_long(socket):
        socket = short_directory(name) / "socket"
        own_directory(socket.parent)
    own_directory(socket)
    place = Place(name, data, socket)
    text = json.dumps(
        {"checkout": str(CHECKOUT), "data": str(data), "socket": str(socket)}, indent=1
    )
    if not record.exists() or record.read_text(encoding="utf-8") != text:
        write_stamp(record, text)
    return place


def remembered(record: Path) -> Path | None:
    """The recorded data directory, unless it belongs to another checkout that still exists."""
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    data, checkout = Path(kept["data"]), Path(kept["checkout"])
    if checkout != CHECKOUT and (checkout.exists() or data.is_relative_to(checkout)):
        return None
    return data if data.exists() else None


def choose_data(name: str) -> Path:
    """var/<name>/data, or a directory outside the checkout when `postgres` cannot reach it."""
    inside = VAR / name
    own_directory(inside)
    if reachable(inside):
        return inside / "data"
    inside.rmdir()
    outside = short_directory(name)
    say(f"`postgres` cannot reach {VAR}: the database lives in {outside} instead.")
    return outside / "data"


def reachable(directory: Path) -> bool:
    """Whether the cluster's owner can write in `directory` (a parent may be closed to it)."""
    if not AS_ROOT:
        return True
    asked = subprocess.run(["test", "-w", str(directory)], check=False, **owner())
    return asked.returncode == 0


def too_long(socket: Path) -> bool:
    """Whether a socket in this directory exceeds what the kernel takes (107 bytes)."""
    return len(os.fsencode(socket / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET


def short_directory(name: str) -> Path:
    """A short directory for this checkout: below /var/lib for root, else a temporary one."""
    mark = hashlib.sha256(f"{CHECKOUT}\0{name}".encode()).hexdigest()[:12]
    parents = [Path("/var/lib")] if AS_ROOT else []
    parents += [Path(tempfile.gettempdir()), Path("/tmp")]
    for parent in parents:
        candidate = parent / f"rembuk-{mark}"
        if os.access(parent, os.W_OK) and not too_long(candidate / "socket"):
            return candidate
    raise Stop(
        "No short directory for the database's socket: set TMPDIR to a writable, short path."
    )


def own_directory(directory: Path) -> None:
    """Make `directory` (0700) and give it to the cluster's owner; refuse a stranger's."""
    uid, gid = (os.geteuid(), -1)
    if AS_ROOT:
        entry = pwd.getpwnam("postgres")
        uid, gid = entry.pw_uid, entry.pw_gid
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise Stop(
            f"{directory} belongs to another user: start as that user, or remove the directory."
        )
    if AS_ROOT and found.st_uid != uid:
        os.chown(directory, uid, gid)
    if stat.S_IMODE(found.st_mode) != 0o700:
        directory.chmod(0o700)
