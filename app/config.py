"""Settings: from the environment (``REMBUK_*``) and the city's ``settings.toml``.

Everything is checked at start; what is missing or wrong is said in one sentence.
"""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost")


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to do."""


@dataclass(frozen=True)
class City:
    """What one city says about itself in ``cities/<slug>/settings.toml``."""

    folder: Path
    name: str
    short_name: str
    code: str
    timezone: str
    centre: tuple[float, float]  # lon, lat
    bbox: tuple[float, float, float, float]  # west, south, east, north
    disclaimer: Mapping[str, str]  # text, url
    tiles_url: str
    tiles_attribution: str
    services: Mapping[str, Mapping[str, str]]  # kind slug -> label, word, sentence, action, noun
    emergency: Mapping[str, Any]  # number, text, words
    roles: Mapping[str, str]  # coordinator, planner, auditor, default_owner -> department code
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> City:
        """The city in that folder.  Raises SettingsError when its file is missing or incomplete."""
        try:
            data = tomllib.loads((folder / "settings.toml").read_text("utf-8"))
            city, the_map = data["city"], data["map"]
            return cls(
                folder=folder,
                name=city["name"],
                short_name=city["short_name"],
                code=city["code"],
                timezone=city["timezone"],
                centre=tuple(city["centre"]),
                bbox=tuple(city["bbox"]),
                disclaimer={name: data["disclaimer"][name] for name in ("text", "url")}
                | data["disclaimer"],
                tiles_url=the_map["tiles_url"],
                tiles_attribution=the_map["tiles_attribution"],
                services=data["services"],
                emergency=data["emergency"],
                roles=data["roles"],
                facts=data,
            )
        except FileNotFoundError:
            raise SettingsError(
                f"No settings.toml in {folder}; set REMBUK_CITY to a folder of cities/."
            ) from None
        except KeyError as error:
            raise SettingsError(f"{folder / 'settings.toml'} lacks the entry {error}.") from None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def synonyms(self) -> Mapping[str, str]:
        """Words of the street and their standard ones, from ``synonyms.csv`` if there is one."""
        path = self.folder / "synonyms.csv"
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8", newline="") as file:
            return {row["word"]: row["means"] for row in csv.DictReader(file)}

    def day(self, moment: datetime | None = None) -> date:
        """The day it is (or was at ``moment``) in the city."""
        return (moment or datetime.now(UTC)).astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The moment at which a day begins in the city."""
        return datetime.combine(day, time(), self.zone)


def _flag(env: Mapping[str, str], name: str, default: bool = False) -> bool:
    value = env.get(name, "").strip().lower()
    if value in ("", "1", "0", "true", "false", "yes", "no"):
        return value in ("1", "true", "yes") if value else default
    raise SettingsError(f"{name} must be 1 or 0, not {value!r}.")


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    said = env.get(name) or str(default)
    if said.isascii() and said.isdecimal() and least <= int(said[:9]) <= most:
        return int(said)
    raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {said!r}.")


def _folder(env: Mapping[str, str], name: str, default: Path, mode: int = 0o777) -> Path:
    """A folder to write to, made when it is not there."""
    folder = Path(env.get(name) or default)
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{name}: {folder} cannot be made ({error.strerror}).") from None
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"{name}: {folder} cannot be written to by this user.")
    return folder


def _base_url(env: Mapping[str, str]) -> str:
    url = (env.get("REMBUK_BASE_URL") or "http://127.0.0.1:5000").rstrip("/")
    if not re.fullmatch(r"https?://(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d+)?", url, re.ASCII):
        raise SettingsError(
            f"REMBUK_BASE_URL must read like https://rembuk.example.go.id, not {url!r}."
        )
    return url


def _hosts(env: Mapping[str, str], base_url: str, demo: bool) -> list[str] | None:
    """The host names that are answered; None answers all, as a demo may be looked at from anywhere.

    This machine's own names are always among them: whoever watches over the process asks there.
    """
    hosts = [host.strip() for host in env.get("REMBUK_HOSTS", "").split(",") if host.strip()]
    for host in hosts:
        if not re.fullmatch(r"\.?[\w.-]+", host, re.ASCII):
            raise SettingsError(
                f"REMBUK_HOSTS must hold names such as rembuk.example.go.id, not {host!r}."
            )
    if not hosts and demo:
        return None
    return [*(hosts or [urlsplit(base_url).netloc]), *LOOPBACK]


def _tiles(env: Mapping[str, str], usual: str) -> str:
    url = env.get("REMBUK_TILES_URL", usual)
    if url and not re.match(r"https?://[^/]+/|/[^/]", url):
        raise SettingsError(
            "REMBUK_TILES_URL must read like https://tiles.example.org/{z}/{x}/{y}.png or be empty."
        )
    return url


def _secret(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if len(value) < 32:
        raise SettingsError(
            f"{name} is missing or shorter than 32 characters; set it, for example to the output "
            'of: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return value


def _database(env: Mapping[str, str]) -> str:
    url = env.get("REMBUK_DATABASE_URL", "")
    if not url:
        raise SettingsError(
            "REMBUK_DATABASE_URL is missing; start with bin/serve or bin/flask, which run a "
            "private PostgreSQL, or set it to postgresql://user@host/database."
        )
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise SettingsError("REMBUK_DATABASE_URL must begin with postgresql://.")
    return f"postgresql+psycopg://{rest}"


def _mail(env: Mapping[str, str]) -> str:
    url = env.get("REMBUK_MAIL_URL", "")
    parts = urlsplit(url)
    if url and parts.scheme not in ("smtp", "smtps", "file"):
        raise SettingsError("REMBUK_MAIL_URL must begin with smtp://, smtps:// or file://.")
    if url and not (parts.path if parts.scheme == "file" else parts.hostname):
        raise SettingsError("REMBUK_MAIL_URL names no server (or, after file://, no folder).")
    return url


def _channels(env: Mapping[str, str]) -> dict[str, str]:
    """Channels beside e-mail: "WhatsApp=whatsapp://…/{address};Telegram=tgram://…/{address}"."""
    found = {}
    for entry in filter(None, map(str.strip, env.get("REMBUK_CHANNELS", "").split(";"))):
        name, _equals, url = (part.strip() for part in entry.partition("="))
        if not name or "://" not in url or "{address}" not in url:
            raise SettingsError(
                "REMBUK_CHANNELS must read NAME=URL;NAME=URL with addresses of Apprise that hold"
                " {address}, for example Telegram=tgram://TOKEN/{address}."
            )
        found[name] = url
    return found


def settings(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The application's configuration.  Raises SettingsError."""
    env = os.environ if env is None else env
    demo = _flag(env, "REMBUK_DEMO")
    https = _flag(env, "REMBUK_HTTPS")
    var = _folder(env, "REMBUK_VAR", ROOT / "var")
    base_url = _base_url(env)
    city = City.read(Path(env.get("REMBUK_CITY") or ROOT / "cities" / "bandung"))
    database = _database(env)
    engine = {"pool_size": 8, "max_overflow": 4}
    autocommit = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    return {
        "CITY": city,
        "DEMO": demo,
        "VAR": var,
        "KEYS_DIR": _folder(env, "REMBUK_KEYS_DIR", var / "keys", 0o700),
        "SECRET_KEY": _secret(env, "REMBUK_SECRET_KEY"),
        "EVIDENCE_KEY": _secret(env, "REMBUK_EVIDENCE_KEY"),
        "NIK_KEY": _secret(env, "REMBUK_NIK_KEY"),
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        "SQLALCHEMY_BINDS": {"reading": {"url": database, **engine, **autocommit}},
        "BASE_URL": base_url,
        "TRUSTED_HOSTS": _hosts(env, base_url, demo),
        "PROXIES": _number(env, "REMBUK_PROXIES", 0, 0, 9),
        "ARRIVAL_HEADER": _flag(env, "REMBUK_ARRIVAL_HEADER"),
        "HTTPS": https,
        "SESSION_COOKIE_NAME": "__Host-rembuk" if https else "rembuk",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 3600
        * _number(env, "REMBUK_SESSION_HOURS", 24 * 14, 1, 24 * 366),
        "MAIL_URL": _mail(env) or (f"file://{var / 'outbox'}" if demo else ""),
        "MAIL_FROM": env.get("REMBUK_MAIL_FROM") or "rembuk@localhost",
        "CHANNELS": _channels(env),
        "TILES_URL": _tiles(env, city.tiles_url if demo else ""),
        "TILES_ATTRIBUTION": env.get("REMBUK_TILES_ATTRIBUTION", city.tiles_attribution),
        "MAX_CONTENT_LENGTH": 52 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 200,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": https,
        "RATELIMIT_ENABLED": _flag(env, "REMBUK_RATE_LIMITS", True),
        "BABEL_DEFAULT_LOCALE": "id",
        "BABEL_DEFAULT_TIMEZONE": city.timezone,
        "LANGUAGES": ("id", "en"),
        "ARGON2": (2, 19 * 1024, 1),  # passes, KiB, lanes: OWASP
        "JSON_SORT_KEYS": False,
    }
