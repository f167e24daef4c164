"""Whoever has the folder of a vote needs nothing else to check it and to count again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pabulib.checker import Checker
from sqlalchemy.exc import DatabaseError

from app.queries import results
from app.services import contest_folder
from models import db
from tests import elections
from tests.published import folder, verified


@pytest.fixture
def vote(session: Any, tmp_path: Path) -> Path:
    """The folder of a vote of sixty."""
    contest, _tally = elections.counted(elections.ballots(60, 6))
    return folder(contest, tmp_path)


def test_the_folder_holds_in_all_its_parts(vote: Path) -> None:
    code, said = verified(vote)
    assert (code, "SALAH" in said) == (0, False), said
    assert said.count("cocok") >= 11
    assert "Semua cocok." in said


def test_points_and_a_threshold_are_counted_again_too(session: Any, tmp_path: Path) -> None:
    given = elections.ballots(55, 6)
    shares = [[10 - len(one) + 1] + [1] * (len(one) - 1) for one in given]
    rule = {**elections.USUAL, "threshold": 30, "comparison": "satisfaction"}
    contest, _tally = elections.counted(given, shares, points=10, rule=rule)
    code, said = verified(folder(contest, tmp_path))
    assert code == 0, said


CHANGES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("ballots.pb", lambda data: data[:-2] + (b"1\n" if data[-2:-1] != b"1" else b"2\n"), "berkas"),
    ("tally.json", lambda data: data.replace(b'"spent": ', b'"spent": 1'), "berkas"),
    ("result.sig", lambda _data: b"00" * 64, "tanda tangan"),
    ("leaves.txt", lambda data: data[65:], "segel"),
]


@pytest.mark.parametrize(("name", "change", "word"), CHANGES)
def test_a_changed_file_is_found(vote: Path, name: str, change: Any, word: str) -> None:
    (vote / name).write_bytes(change((vote / name).read_bytes()))
    code, said = verified(vote)
    assert code == 1, said
    assert any("SALAH" in line and word in line for line in said.splitlines())


def test_another_winner_is_found_though_all_sums_and_hashes_were_made_anew(vote: Path) -> None:
    told = json.loads((vote / "tally.json").read_text())
    told["outcome"]["winners"].reverse()
    (vote / "tally.json").write_text(json.dumps(told))
    code, said = verified(vote)
    assert code == 1
    assert any("SALAH" in line and "pemenang" in line for line in said.splitlines())


def test_the_key_one_knows_is_compared(vote: Path) -> None:
    key = (vote / "key.pub").read_text().strip()
    assert verified(vote, "--key", key)[0] == 0
    assert verified(vote, "--key", "0" * 64)[0] == 1


def test_what_is_no_folder_is_said_in_one_line(tmp_path: Path, vote: Path) -> None:
    (vote / "spec.json").unlink()
    code, said = verified(vote)
    assert (code, len(said.strip().splitlines()[-1:])) == (2, 1)
    assert "Traceback" not in said


def test_pabulib_s_checker_finds_nothing_wrong(session: Any, tmp_path: Path) -> None:
    contest, _tally = elections.counted(elections.ballots(60, 6), most=3)
    found = Checker().process_files([str(folder(contest, tmp_path) / "ballots.pb")])
    # Pabulib has no name for the whole rule; it stands in a comment.
    assert set(found["summary"]) <= {"rule validation skipped"}, found


def test_the_ballots_come_in_the_order_of_the_seal_and_name_nobody(vote: Path) -> None:
    votes = (vote / "ballots.pb").read_text().split("VOTES\n")[1].splitlines()
    assert votes[0] == "voter_id;vote"
    assert all(len(line.split(";")[0]) == 32 for line in votes[1:])
    assert len(votes) == 61


@pytest.mark.parametrize(
    ("number", "shown", "totals"), [(60, True, True), (49, False, True), (9, False, False)]
)
def test_few_voters_are_protected(
    session: Any, tmp_path: Path, number: int, shown: bool, totals: bool
) -> None:
    contest, _tally = elections.counted(elections.ballots(number, 6))
    place = folder(contest, tmp_path)
    told = json.loads((place / "tally.json").read_text())
    assert (place / "ballots.pb").exists() is shown
    assert (place / "validation.csv").exists() is shown
    assert (told["outcome"] is not None) is totals
    assert told["winners"]
    assert verified(place)[0] == 0


def test_in_a_vote_of_one_rw_no_ballot_is_shown_by_itself(session: Any, tmp_path: Path) -> None:
    contest, _tally = elections.counted(elections.ballots(60, 6), terms={"rw": 3})
    place = folder(contest, tmp_path)
    assert not (place / "ballots.pb").exists()
    assert not (place / "validation.csv").exists()
    assert verified(place)[0] == 0


def test_each_ballot_stands_in_the_report_with_its_way_and_that_it_is_valid(vote: Path) -> None:
    head, *rows = (vote / "validation.csv").read_text().splitlines()
    assert head == "no,channel,state"
    assert rows == [f"{n},online,valid" for n in range(1, 61)]


def test_without_receipts_no_code_is_published(session: Any, tmp_path: Path) -> None:
    contest, _tally = elections.counted(elections.ballots(50, 6), receipts=False)
    place = folder(contest, tmp_path)
    codes = [line.split(";")[0] for line in (place / "ballots.pb").read_text().splitlines()[-50:]]
    assert codes == [str(n) for n in range(1, 51)]
    assert verified(place)[0] == 0


def test_what_was_published_stays(session: Any) -> None:
    contest, _tally = elections.counted(elections.ballots(12, 6))
    with pytest.raises(DatabaseError, match="only added"), db.session.begin_nested():
        db.session.execute(contest_folder.ContestFile.__table__.update().values(size=0))
    assert results.files(db.session, contest.id)
