"""The environment of the application's processes: database, demo mode and its secrets."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location

from _cluster import PRIVATE, Cluster, using
from _say import CHECKOUT, VAR, Stop, alone
from _venv import VENV

DATABASE = "rembuk"
SECRETS_FILE = VAR / "secrets.env"
SECRETS = ("REMBUK_SECRET_KEY", "REMBUK_EVIDENCE_KEY", "REMBUK_NIK_KEY")


@contextmanager
def prepared(name: str = PRIVATE) -> Iterator[tuple[dict[str, str], Cluster | None]]:
    """Environment and cluster ``name``, running until the block ends.

    The cluster is None when REMBUK_DATABASE_URL names a server that is not ours.
    """
    if os.environ.get("REMBUK_DATABASE_URL"):
        yield environment(os.environ["REMBUK_DATABASE_URL"]), None
        return
    with using(name) as cluster:
        cluster.ensure_database(DATABASE)
        yield environment(cluster.url(DATABASE)), cluster


def environment(database_url: str) -> dict[str, str]:
    """The caller's environment with what the application needs; the demo's secrets too."""
    values = dict(os.environ)
    values["PATH"] = f"{VENV / 'bin'}{os.pathsep}{values.get('PATH', os.defpath)}"
    values["FLASK_APP"] = "wsgi"
    values["PYTHONUNBUFFERED"] = "1"
    values["REMBUK_DATABASE_URL"] = database_url
    values.setdefault("REMBUK_DEMO", "1")
    values.setdefault("REMBUK_VAR", str(VAR))
    if demo(values):
        values = {**kept_secrets(), **values}
    return values


def check_settings(values: dict[str, str]) -> None:
    """Stop with the one sentence the application has for a setting that is missing or wrong."""
    spec = spec_from_file_location("settings_of_the_application", CHECKOUT / "app" / "config.py")
    assert spec is not None
    assert spec.loader is not None
    config = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(config)
    try:
        config.settings(values)
    except config.SettingsError as error:
        raise Stop(str(error)) from None


def demo(values: dict[str, str]) -> bool:
    """Whether these settings run a demonstration (REMBUK_DEMO=0 runs the real thing)."""
    return values.get("REMBUK_DEMO", "1").lower() not in {"0", "false", "no", ""}


def kept_secrets() -> dict[str, str]:
    """The demo's secrets, made once and kept in var/secrets.env (0600)."""
    with alone("secrets"):
        found = read_secrets()
        missing = [name for name in SECRETS if not found.get(name)]
        if missing:
            found |= {
                name: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in missing
            }
            write_secrets(found)
    return found


def read_secrets() -> dict[str, str]:
    """NAME=value lines of var/secrets.env."""
    try:
        lines = SECRETS_FILE.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise Stop(f"{SECRETS_FILE} belongs to another user: start as that user.") from None
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write_secrets(values: dict[str, str]) -> None:
    """Replace var/secrets.env; nobody else can read it at any moment."""
    part = SECRETS_FILE.with_suffix(".part")
    part.unlink(missing_ok=True)
    with open(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(
            "# Secrets of the demo on this machine. Losing them makes stored evidence unreadable.\n"
        )
        out.writelines(f"{name}={value}\n" for name, value in sorted(values.items()))
    part.replace(SECRETS_FILE)


def flask(*arguments: str) -> list[str]:
    """The command line of a Flask command."""
    return [str(VENV / "bin" / "python"), "-m", "flask", *arguments]
