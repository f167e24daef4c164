"""The key of a secret vote stands outside the database and can be destroyed."""

from __future__ import annotations

import stat

import pytest
from flask import Flask

from app.services import contest_keys


def test_one_person_is_one_mark_in_a_contest_and_another_in_the_next(app: Flask) -> None:
    with app.app_context():
        contest_keys.make(901)
        contest_keys.make(902)
        assert contest_keys.of_person(901, 7) == contest_keys.of_person(901, 7)
        marks = {contest_keys.of_person(c, p) for c in (901, 902) for p in (7, 8)}
    assert len(marks) == 4
    assert {len(mark) for mark in marks} == {32}


def test_the_key_is_for_the_operator_alone_and_never_made_twice(app: Flask) -> None:
    with app.app_context():
        contest_keys.make(903)
        before = contest_keys.of_person(903, 1)
        contest_keys.make(903)
        assert contest_keys.of_person(903, 1) == before
    path = app.config["KEYS_DIR"] / "contest-903.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_destroyed_key_matches_nobody(app: Flask) -> None:
    with app.app_context():
        contest_keys.make(904)
        contest_keys.destroy(904)
        contest_keys.destroy(904)
        assert not contest_keys.exists(904)
        with pytest.raises(contest_keys.KeyGone):
            contest_keys.of_person(904, 1)
