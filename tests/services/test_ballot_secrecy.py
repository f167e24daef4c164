"""A whole election with real commits; then everything that was written anywhere is searched.

Nobody's name, number, address or mark may stand beside a choice: not in a table, an array, a job,
a log, a file or a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from app import logs
from app.jobs import ballots as jobs
from app.jobs.running import work
from app.services import contest_keys, sealing, vote_reminders
from models import Contest, db
from tests import boxes
from tests import factories as make
from tests.conftest import Client
from tests.live import live_app

PICKS = {"Sekar": [2, 5, 9], "Danu": [1, 7, 11], "Euis": [3, 4, 12], "Maman": [2, 5, 9]}


@dataclass(frozen=True)
class Voter:
    """Who somebody is."""

    id: int
    email: str
    name: str
    mark: bytes


@dataclass
class Election:
    """What happened, and what nobody may find together."""

    app: Flask
    contest_id: int
    people: dict[str, Voter]
    codes: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    beside: list[dict[str, int]] = field(default_factory=list)  # rows written while each cast
    log: str = ""


@pytest.fixture(scope="module")
def election(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Election]:
    """Four people sign in and vote, one of them twice; a fifth is reminded; it is sealed."""
    outbox = tmp_path_factory.mktemp("outbox")
    changes = {"RATELIMIT_ENABLED": True, "MAIL_URL": f"file://{outbox}"}
    with pytest.MonkeyPatch.context() as patch, live_app(**changes) as app:
        patch.setattr("app.extensions.limiter.enabled", True)
        lines = _listen(patch, outbox / "log.txt")
        with app.app_context():
            made = _called(app)
            for name, picks in PICKS.items():
                _vote(made, name, picks)
            _vote(made, "Danu", [6, 8, 10])
            for contest_id, mark in vote_reminders.due():
                assert vote_reminders.remind(contest_id, mark) == 1
            db.session.commit()
            work(app, 1, 20.0, wait=False)
            _end(made)
            made.log = Path(lines).read_text("utf-8")
        yield made


def _listen(patch: pytest.MonkeyPatch, path: Path) -> Path:
    """What the application writes to its log, in a file."""
    out = path.open("w", encoding="utf-8", buffering=1)
    patch.setattr("sys.stderr", out)
    logs.configure()
    return path


def _called(app: Flask) -> Election:
    app.test_client_class = Client
    people = {
        name: make.user(f"{name.lower()}.rahasia@contoh.id", level=2, name=f"{name} Rahasia Sekali")
        for name in (*PICKS, "Lupa")
    }
    now = datetime.now(UTC)
    contest = boxes.called(
        people.values(),
        choices=12,
        opens_at=now - timedelta(days=9),
        closes_at=now + timedelta(hours=20),
    )
    db.session.commit()
    known = {}
    for name, user in people.items():
        mark = contest_keys.of_person(contest.id, user.person_id)
        known[name] = Voter(user.id, user.email, user.person.name, mark)
    return Election(app, contest.id, known)


def _vote(made: Election, name: str, picks: list[int]) -> None:
    """Sign in by the form, pick, look, cast, ask; each as a browser does."""
    browser = made.app.test_client()
    email = made.people[name].email
    page = browser.post("/masuk", data={"email": email, "password": make.PASSWORD})
    assert page.status_code == 302
    path = f"/suara/{made.contest_id}/pilih"
    sent = {"pilih": [str(no) for no in picks]}
    before = _moment()
    assert browser.get(path).status_code == 200
    assert browser.post(path, data={"langkah": "periksa", **sent}).status_code == 200
    assert _written_since(before) == {}
    before = _moment()
    receipt = browser.post(path, data={"langkah": "kirim", **sent}, follow_redirects=True)
    assert receipt.status_code == 200
    made.beside.append(_written_since(before))
    before = _moment()
    page_text = receipt.get_data(as_text=True)
    code = re.findall(r"(?:[0-9A-F]{4}-){7}[0-9A-F]{4}", page_text)[0]
    assert browser.get(f"/suara/{made.contest_id}/cek").status_code == 200
    assert browser.post(f"/suara/{made.contest_id}/cek", data={"kode": code}).status_code == 200
    assert _written_since(before) == {}
    made.codes.append(code)
    made.leaves += re.findall(r'vote-leaf">([0-9a-f]{64})<', page_text)


def _end(made: Election) -> None:
    boxes.closed(db.session.get_one(Contest, made.contest_id))
    db.session.commit()
    jobs.ballots_seal()
    db.session.commit()


# -- what was written while somebody cast ------------------------------------------------------


def _tables() -> list[str]:
    """Every table of the database, of whatever schema."""
    found = text(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') "
        "AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    )
    return sorted(db.session.scalars(found))


def _moment() -> int:
    number = db.session.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
    db.session.commit()
    assert number is not None
    return int(number)


def _written_since(before: int) -> dict[str, int]:
    """How many rows of which table were written by later transactions."""
    rows = " UNION ALL ".join(
        f"SELECT '{table}' AS name, count(*) AS n FROM {table} WHERE xmin::text::bigint > :before"
        for table in _tables()
    )
    found = db.session.execute(
        text(f"SELECT name, n FROM ({rows}) t WHERE n > 0"), {"before": before}
    )
    written = {row.name: row.n for row in found}
    db.session.commit()
    return written


def test_casting_writes_the_ballot_and_nothing_else(election: Election) -> None:
    assert election.beside == [{"public.ballot": 1}] * 5


# -- what stands where, afterwards -------------------------------------------------------------


def _rows() -> dict[str, list[str]]:
    """Every row of every table as text; bytes as hexadecimal digits."""
    found = {}
    for table in _tables():
        found[table] = list(db.session.scalars(text(f"SELECT t::text FROM {table} t")))
    db.session.commit()
    return found


@pytest.fixture
def rows(election: Election) -> Iterator[dict[str, list[str]]]:
    """The whole database as text."""
    with election.app.app_context():
        yield _rows()


def _where(rows: dict[str, list[str]], what: str) -> set[str]:
    return {table for table, lines in rows.items() if any(what in line for line in lines)}


def _array(picks: list[int]) -> str:
    return "{" + ",".join(map(str, picks)) + "}"


def test_choices_stand_in_the_box_and_under_the_seal_and_nowhere_else(
    election: Election, rows: dict[str, list[str]]
) -> None:
    for picks in ([2, 5, 9], [3, 4, 12], [6, 8, 10]):
        assert _where(rows, _array(picks)) == {"public.ballot", "public.sealed_ballot"}
        spelled = ",".join(map(str, picks))
        assert not _where(rows, f"[{spelled}]") | _where(rows, f"[{', '.join(map(str, picks))}]")
    assert not _where(rows, _array([1, 7, 11]))  # what was replaced is gone


def test_no_mark_receipt_or_leaf_stands_outside_the_box(
    election: Election, rows: dict[str, list[str]]
) -> None:
    for name, voter in election.people.items():
        assert _where(rows, voter.mark.hex()) == ({"public.ballot"} if name != "Lupa" else set())
    for code in election.codes:
        assert not _where(rows, code)
        assert _where(rows, code.replace("-", "").lower()) <= {
            "public.ballot",
            "public.sealed_ballot",
        }
    for leaf in election.leaves:
        assert _where(rows, leaf) <= {"public.sealed_ballot"}


def test_the_box_and_the_seal_hold_nothing_that_leads_to_anybody(election: Election) -> None:
    with election.app.app_context():
        look = inspect(db.engine)
        columns = {t: {c["name"] for c in look.get_columns(t)} for t in ("ballot", "sealed_ballot")}
        keys = {key["referred_table"] for t in columns for key in look.get_foreign_keys(t)}
    limits = {"least", "most", "total", "items"}
    said = {"contest_id", "choices", "points", "channel", "nonce"}
    assert columns["ballot"] == said | limits | {"pseud", "rev"}
    assert columns["sealed_ballot"] == said | {"no", "leaf"}
    assert keys == {"contest"}


def test_nobody_stands_beside_the_contest_in_what_the_acts_leave(
    election: Election, rows: dict[str, list[str]]
) -> None:
    """Of the tables that name a voter, only the roll and the reminder say which vote it was."""
    known = {"public.eligible", "public.notice", "public.roll_version"}
    for table, lines in rows.items():
        if table in known | {"public.ballot", "public.sealed_ballot"}:
            continue
        for name in PICKS:
            voter = election.people[name]
            for line in lines:
                named = voter.email in line or voter.name in line
                assert not (named and f"/suara/{election.contest_id}" in line), (table, line)
    reminded = [line for line in rows["public.notice"] if "vote_closing" in line]
    assert len(reminded) == 1
    assert f",{election.people['Lupa'].id}," in reminded[0]


def test_sealed_ballots_come_in_the_order_of_their_leaves(election: Election) -> None:
    with election.app.app_context():
        found = db.session.execute(
            text("SELECT leaf, xmin::text FROM sealed_ballot ORDER BY no")
        ).all()
    leaves = [bytes(row.leaf) for row in found]
    assert leaves == sorted(leaves)
    assert len(leaves) == 4
    assert len({row.xmin for row in found}) == 1  # written together: nothing of when


def test_logs_files_and_letters_say_nothing_of_a_ballot(election: Election) -> None:
    folder = Path(election.app.config["VAR"])
    outbox = Path(election.app.config["MAIL_URL"].removeprefix("file://"))
    keys = Path(election.app.config["KEYS_DIR"])
    files = [p for f in (folder, outbox) for p in f.rglob("*") if p.is_file()]
    letters = [p for p in files if p.suffix == ".eml"]
    assert any("lupa.rahasia" in p.read_text("utf-8", "replace") for p in letters)
    secrets = [*election.codes, *(code.replace("-", "").lower() for code in election.codes)]
    secrets += [*election.leaves, *(voter.mark.hex() for voter in election.people.values())]
    for path in files:
        if keys in path.parents:
            continue
        said = path.read_bytes()
        for secret in secrets:
            assert secret.encode() not in said, path
        assert b"2,5,9" not in said and b"pilih=" not in said, path
    assert "account.sign_in" in election.log  # it was listened to
    assert "voting_ballot" not in election.log
    assert not [name for name in PICKS if f"{name} Rahasia" in election.log]


def test_when_the_box_is_thrown_away_no_mark_is_left_and_the_seal_still_holds(
    election: Election,
) -> None:
    with election.app.app_context():
        assert sealing.forget(election.contest_id) == 4
        contest_keys.destroy(election.contest_id)
        db.session.commit()
        rows = _rows()
        for voter in election.people.values():
            assert not _where(rows, voter.mark.hex())
        contest = db.session.scalars(select(Contest).where(Contest.id == election.contest_id)).one()
        assert sealing.matches(contest)
