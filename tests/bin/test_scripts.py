"""The pure parts of the scripts in bin/: stamps, places, secrets, lock files, vendor list."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import _environment
import _flask
import _gunicorn
import _place
import _say
import _serve
import pytest
from _packages import install_debian
from _say import CHECKOUT, Stop
from gunicorn.glogging import SafeAtoms

LOCKS = sorted(CHECKOUT.glob("requirements*.lock"))
SCRIPTS = ["serve", "test", "flask", "bench", "lint", "translate"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_names_no_index_and_hashes_every_package(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://|--index|--find-links|--extra", text.split("\n", 1)[1])
    packages = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert packages
    assert all("--hash=sha256:" in package for package in packages)


def test_the_npm_lock_names_no_registry_and_keeps_integrity() -> None:
    packages = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]
    installed = [entry for name, entry in packages.items() if name]
    assert all("resolved" not in entry and entry["integrity"] for entry in installed)


def test_every_vendor_pattern_belongs_to_a_dependency() -> None:
    package = json.loads((CHECKOUT / "package.json").read_text())
    patterns = [one for many in package["rembuk"]["vendor"].values() for one in many]
    strangers = [p for p in patterns if not p.startswith(tuple(package["dependencies"]))]
    assert strangers == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_executable_and_valid_shell(name: str) -> None:
    script = CHECKOUT / "bin" / name
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)


def test_a_digest_changes_with_content_and_with_absence(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    absent = _say.digest(file)
    file.write_text("a")
    first = _say.digest(file)
    file.write_text("b")
    assert len({absent, first, _say.digest(file)}) == 3


def test_a_stamp_holds_only_for_the_value_it_was_written_with(tmp_path: Path) -> None:
    stamp = tmp_path / "deep" / "stamp"
    assert not _say.holds(stamp, "one")
    _say.write_stamp(stamp, "one")
    assert _say.holds(stamp, "one")
    assert not _say.holds(stamp, "two")


def test_a_socket_path_is_too_long_beyond_107_bytes() -> None:
    name = len("/.s.PGSQL.54329")
    assert not _place.too_long(Path("/" + "a" * (107 - name - 1)))
    assert _place.too_long(Path("/" + "a" * (107 - name)))
    assert _place.too_long(Path("/" + "é" * ((107 - name) // 2 + 1)))


def test_a_remembered_place_is_used_by_its_own_checkout_only(tmp_path: Path) -> None:
    record, data = tmp_path / "postgres.json", tmp_path / "data"
    data.mkdir()
    record.write_text(json.dumps({"checkout": str(CHECKOUT), "data": str(data)}))
    assert _place.remembered(record) == data
    other = tmp_path / "other"
    other.mkdir()
    record.write_text(json.dumps({"checkout": str(other), "data": str(data)}))
    assert _place.remembered(record) is None


def test_a_moved_checkout_keeps_its_data_outside(tmp_path: Path) -> None:
    record, data = tmp_path / "postgres.json", tmp_path / "data"
    data.mkdir()
    record.write_text(json.dumps({"checkout": str(tmp_path / "gone"), "data": str(data)}))
    assert _place.remembered(record) == data


def test_a_broken_record_of_the_place_is_ignored(tmp_path: Path) -> None:
    record = tmp_path / "postgres.json"
    record.write_text("{")
    assert _place.remembered(record) is None


def test_the_demo_keeps_its_secrets_in_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets.env"
    monkeypatch.setattr(_environment, "SECRETS_FILE", file)
    made = _environment.kept_secrets()
    assert set(made) == set(_environment.SECRETS)
    assert all(len(value) >= 32 for value in made.values())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _environment.kept_secrets() == made


def test_secrets_are_not_invented_outside_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMBUK_DEMO", "0")
    for name in _environment.SECRETS:
        monkeypatch.delenv(name, raising=False)
    values = _environment.environment("postgresql://db/rembuk")
    assert not set(_environment.SECRETS) & set(values)
    assert values["REMBUK_DATABASE_URL"] == "postgresql://db/rembuk"


def test_a_secret_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_environment, "SECRETS_FILE", tmp_path / "secrets.env")
    monkeypatch.delenv("REMBUK_DEMO", raising=False)
    monkeypatch.setenv("REMBUK_SECRET_KEY", "given")
    assert _environment.environment("postgresql://db/x")["REMBUK_SECRET_KEY"] == "given"


def test_a_port_in_use_is_refused_with_a_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Stop, match=r"in use: .* --port"):
            _serve.refuse_used("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99999), ("192.0.2.1", 5000)])
def test_an_impossible_address_is_refused_with_a_remedy(host: str, port: int) -> None:
    with pytest.raises(Stop, match="--port"):
        _serve.refuse_used(host, port)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:5000"),
        ("0.0.0.0", "http://127.0.0.1:5000"),
        ("::1", "http://[::1]:5000"),
    ],
)
def test_the_address_shown_can_be_opened(host: str, url: str) -> None:
    assert _serve.address(host, 5000) == url


def test_without_root_the_remedy_names_packages_and_the_cluster_to_avoid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("_packages.root_prefix", lambda: None)
    before = ["sh", "-c", "echo 'create_main_cluster = false' > file"]
    with pytest.raises(Stop, match=r"create_main_cluster.*apt-get install .*postgis"):
        install_debian(["postgresql-15-postgis-3"], "PostgreSQL", before)


def test_a_missing_secret_stops_with_one_sentence() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("REMBUK_")}
    env |= {"REMBUK_DEMO": "0", "REMBUK_DATABASE_URL": "postgresql://nobody@/nothing"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "routes"]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and not done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("Rembuk does not start: REMBUK_SECRET_KEY is missing")


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("Rembuk does not start: X is missing.", "Rembuk does not start: X is missing."),
        (
            '(psycopg.OperationalError) connection failed: connection to server at "h" failed: no',
            'The database does not answer (connection to server at "h" failed: no): correct',
        ),
    ],
)
def test_what_a_person_can_put_right_is_said_without_a_trace(printed: str, said: str) -> None:
    trace = f"Traceback (most recent call last):\n  File …\n{printed}\nBackground: elsewhere"
    with pytest.raises(Stop) as stop:
        _say.run(["sh", "-c", 'printf %s "$1"; exit 1', "sh", trace], "It did not work.")
    assert str(stop.value).startswith(said)
    assert "Traceback" not in str(stop.value)


def test_only_the_command_itself_speaks_where_a_program_may_read(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def elsewhere() -> Iterator[tuple[dict[str, str], None]]:
        yield dict(os.environ), None

    monkeypatch.setattr(_flask, "ensure", lambda: None)
    monkeypatch.setattr(_flask.signal, "signal", lambda *_rest: None)
    monkeypatch.setattr(_flask, "prepared", elsewhere)
    monkeypatch.setattr(_flask, "migrate", lambda *_rest: _say.say("Bringing the database …"))
    monkeypatch.setattr(_flask, "flask", lambda *words: ["echo", *words])
    assert _flask.command(["[1]"]) == 0
    said = capfd.readouterr()
    assert said.out == "[1]\n"
    assert "Bringing" in said.err


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/sandi-baru/IjEi.aGk.x_y-z", "/sandi-baru/…"),
        ("/umpan/Zm9vYmFy.atom", "/umpan/…"),
        ("/georeport/v2/tokens/abc.json", "/georeport/v2/tokens/…"),
        ("/lapor/L-2026-0000012-3", "/lapor/L-2026-0000012-3"),
        ("/sandi-baru", "/sandi-baru"),
    ],
)
def test_the_log_of_requests_keeps_nothing_that_opens_something(path: str, said: str) -> None:
    logger = _gunicorn.AccessLog.__new__(_gunicorn.AccessLog)
    environ = {"PATH_INFO": path, "RAW_URI": path, "REQUEST_METHOD": "GET", "SERVER_PROTOCOL": ""}
    answer = SimpleNamespace(status="200 OK", headers=[], sent=1, response_length=1)
    asked = SimpleNamespace(headers=[], path=path)
    line = logger.atoms(answer, asked, environ, timedelta(seconds=1))
    assert (
        _gunicorn.access_log_format % SafeAtoms(line) == line["t"] + f' GET "{said}" 200 1 1000ms'
    )
