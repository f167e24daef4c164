"""Debian packages: PostgreSQL with PostGIS, Pango, and for the tests Chromium and a font."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from _say import Stop, run, say

POSTGRES = Path("/usr/lib/postgresql")
NO_MAIN = Path("/etc/postgresql-common/createcluster.d/no-main.conf")
POSTGIS = "PostgreSQL with PostGIS"
OLDEST = 15
PANGO = {  # what WeasyPrint draws letters with: the library, Debian's package
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
# Chromium without a window asks for half as much of the machine; only Debian has it apart.
HEADLESS = "chromium-headless-shell"
BROWSERS = (HEADLESS, "chromium", "chromium-browser", "google-chrome")


def postgres_bin(version: int | None = None) -> Path | None:
    """The program folder of `version`, or of the newest PostgreSQL >= 15 that has PostGIS."""
    names = (path.name for path in POSTGRES.glob("*") if path.name.isdigit())
    versions = [version] if version else sorted(map(int, names), reverse=True)
    for number in versions:
        programs = POSTGRES / str(number) / "bin"
        postgis = programs.parent / "lib" / "postgis-3.so"
        if number >= OLDEST and (programs / "postgres").exists() and postgis.exists():
            return programs
    return None


def ensure_debian(*, database: bool, tests: bool, venv: bool) -> None:
    """Have the Debian packages for these purposes; all that is missing in one go."""
    missing: dict[str, list[str]] = {}
    if database and not postgres_bin():
        missing[POSTGIS] = [postgres_package()]
    if tests and not browser():
        missing["Chromium for the browser tests"] = [browser_package(), "fonts-noto-core"]
    if tests and not shutil.which("pdftotext"):
        missing["pdftotext, by which tests read what is printed"] = ["poppler-utils"]
    if venv and importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        missing["Python's venv module"] = [f"python{version}-venv"]
    if letters := [name for lib, name in PANGO.items() if not ctypes.util.find_library(lib)]:
        missing["Pango for printed documents"] = letters
    if missing:
        packages = [package for names in missing.values() for package in names]
        install_debian(
            packages, ", ".join(missing), no_main_cluster() if POSTGIS in missing else None
        )


def postgres_package() -> str:
    """The PostGIS package of the newest PostgreSQL that this Debian or Ubuntu offers."""
    found = ""
    if shutil.which("apt-cache"):
        found = subprocess.run(
            ["apt-cache", "search", "--names-only", r"^postgresql-[0-9]+-postgis-3$"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    numbers = [int(number) for number in re.findall(r"^postgresql-(\d+)-", found, re.MULTILINE)]
    newest = max(numbers, default=0)
    return f"postgresql-{newest}-postgis-3" if newest >= OLDEST else "postgresql-postgis"


def browser_package() -> str:
    """Chromium without a window where it is offered, else Chromium."""
    if not shutil.which("apt-cache"):
        return "chromium"
    asked = ["apt-cache", "show", HEADLESS]
    found = subprocess.run(asked, capture_output=True, check=False).returncode == 0
    return HEADLESS if found else "chromium"


def no_main_cluster() -> list[str]:
    """The command that keeps Debian from creating and starting a cluster of its own."""
    line = f"mkdir -p {NO_MAIN.parent} && echo 'create_main_cluster = false' > {NO_MAIN}"
    return ["sh", "-c", line]


def browser() -> str | None:
    """The path of Chromium, or None."""
    named = os.environ.get("REMBUK_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def install_debian(packages: list[str], what: str, before: list[str] | None = None) -> None:
    """apt-get install as root or through `sudo -n`; Stop names the command where neither works."""
    prefix = root_prefix()
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if prefix is None or not shutil.which("apt-get"):
        first = f"{' '.join(before[2:])}; " if before else ""
        raise Stop(
            f"Missing: {what}. As root, run `{first}apt-get update && {' '.join(command)}`, "
            "then start this again."
        )
    say(f"Installing {what} with apt ({' '.join(packages)}) …")
    failure = (
        f"apt-get could not install {what}: run `apt-get update && {' '.join(command)}` as root."
    )
    env = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    lock = ["-o", "DPkg::Lock::Timeout=300"]
    if before:
        run([*prefix, *before], failure)
    run([*env, "apt-get", *lock, "update", "-q"], failure)
    run([*env, "apt-get", *lock, *command[1:]], failure)


def root_prefix() -> list[str] | None:
    """What to put before a command to run as root: nothing, `sudo -n`, or None (no way)."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


def npm_remedy() -> str:
    """The sentence for a machine where npm can be had in no way."""
    return (
        "npm is missing: install Node 18 or newer (`apt-get install npm`), then start this again."
    )
