"""Settings are checked at start: what is missing or wrong is said in one sentence."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from _environment import check_settings
from _say import Stop

from app.config import SettingsError, settings

SECRET = "x" * 32
NEEDED = {
    "REMBUK_DATABASE_URL": "postgresql://somebody@host/base",
    "REMBUK_SECRET_KEY": SECRET,
    "REMBUK_EVIDENCE_KEY": SECRET,
    "REMBUK_NIK_KEY": SECRET,
}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return NEEDED | {"REMBUK_VAR": str(tmp_path / "var")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "") for name in NEEDED),
        ("REMBUK_SECRET_KEY", "short"),
        ("REMBUK_DATABASE_URL", "mysql://host/base"),
        ("REMBUK_DEMO", "perhaps"),
        ("REMBUK_PROXIES", "-1"),
        ("REMBUK_PROXIES", "two"),
        ("REMBUK_SESSION_HOURS", "0"),
        ("REMBUK_SESSION_HOURS", "-3"),
        ("REMBUK_SESSION_HOURS", "9" * 40),
        ("REMBUK_BASE_URL", "foo"),
        ("REMBUK_BASE_URL", "javascript:alert(1)"),
        ("REMBUK_BASE_URL", "https://rembuk.example/under"),
        ("REMBUK_HOSTS", "http://foo/"),
        ("REMBUK_HOSTS", "[::1]"),
        ("REMBUK_HOSTS", "rembuk.example, b c"),
        ("REMBUK_TILES_URL", "javascript:x"),
        ("REMBUK_MAIL_URL", "smtp://"),
        ("REMBUK_MAIL_URL", "file://"),
        ("REMBUK_MAIL_URL", "http://host"),
        ("REMBUK_VAR", "/proc/nope"),
        ("REMBUK_KEYS_DIR", "/proc/nope"),
        ("REMBUK_CITY", "/nowhere"),
        ("REMBUK_CHANNELS", "Telegram"),
    ],
)
def test_what_is_missing_or_wrong_stops_with_one_sentence_that_names_it(
    env: dict[str, str], name: str, value: str
) -> None:
    for read, error in ((settings, SettingsError), (check_settings, Stop)):
        with pytest.raises(error) as told:
            read(env | {name: value})
        said = str(told.value)
        assert name in said
        assert said.endswith((".", '"'))
        assert "\n" not in said


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ({"REMBUK_DEMO": "1"}, None),
        ({"REMBUK_DEMO": "1", "REMBUK_HOSTS": "a.go.id"}, ["a.go.id"]),
        ({"REMBUK_BASE_URL": "https://a.go.id:8443/"}, ["a.go.id:8443"]),
        ({"REMBUK_HOSTS": " a.go.id, .b.go.id "}, ["a.go.id", ".b.go.id"]),
    ],
)
def test_in_service_only_the_citys_names_and_this_machines_are_answered(
    env: dict[str, str], given: dict[str, str], answered: Any
) -> None:
    found = settings(env | given)["TRUSTED_HOSTS"]
    assert found == (answered and [*answered, "127.0.0.1", "localhost"])


def test_the_folder_of_keys_is_open_to_nobody_else(env: dict[str, str]) -> None:
    folder = settings(env)["KEYS_DIR"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
