"""What the database itself holds of a vote, whoever writes to it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from models import Ballot, BallotLock, Contest, db
from tests import contests

CAST = text("SELECT * FROM cast_ballot(:which, :who, :chosen, :shares, :way, :fresh)")


def cast(contest: Contest, who: bytes, chosen: Any, way: str = "online", **shares: Any) -> str:
    """The answer of the one function that writes ballots."""
    given = {
        "which": contest.id,
        "who": who,
        "chosen": chosen,
        "shares": shares.get("points", []),
        "way": way,
        "fresh": secrets.token_bytes(16),
    }
    return str(db.session.execute(CAST, given).one().answer)


@pytest.fixture
def who() -> bytes:
    """Somebody's mark."""
    return secrets.token_bytes(32)


def test_a_second_ballot_replaces_the_first(session: Any, who: bytes) -> None:
    contest = contests.contest("open")
    answers = [cast(contest, who, [1, 2]), cast(contest, who, [1, 2]), cast(contest, who, [3])]
    assert answers == ["accepted", "same", "replaced"]
    (ballot,) = session.scalars(select(Ballot))
    assert (ballot.choices, ballot.rev) == ([3], 2)


@pytest.mark.parametrize("chosen", [[], [1, 1], [2, 1], [0], [9], [1, 2, 3, 4, 5, 6], [1, None]])
def test_the_database_refuses_a_ballot_that_breaks_the_limits(
    session: Any, who: bytes, chosen: list[int]
) -> None:
    contest = contests.contest("open", choices=8)
    with pytest.raises(IntegrityError, match="ck_ballot_valid"):
        cast(contest, who, chosen)


@pytest.mark.parametrize(
    ("points", "holds"), [([6, 4], True), ([6, 3], False), ([10, 0], False), ([10], False)]
)
def test_points_add_up_to_what_everybody_has(
    session: Any, who: bytes, points: list[int], holds: bool
) -> None:
    contest = contests.contest("open", mode="points", points=10)
    if holds:
        assert cast(contest, who, [1, 3], points=points) == "accepted"
    else:
        with pytest.raises(IntegrityError, match="ck_ballot_valid"):
            cast(contest, who, [1, 3], points=points)


@pytest.mark.parametrize(
    ("state", "opens", "closes", "way", "answer"),
    [
        ("published", 1, 2, "online", "early"),
        ("published", -1, 2, "online", "accepted"),
        ("open", -2, -1, "online", "closed"),
        ("closed", -2, -1, "online", "closed"),
        ("closed", -2, -1, "paper", "accepted"),
        ("sealed", -2, -1, "paper", "closed"),
    ],
)
def test_the_server_s_clock_and_the_state_say_when_a_ballot_is_taken(
    session: Any, who: bytes, state: str, opens: int, closes: int, way: str, answer: str
) -> None:
    now = datetime.now(UTC)
    contest = contests.contest(
        state, opens_at=now + timedelta(hours=opens), closes_at=now + timedelta(hours=closes)
    )
    assert cast(contest, who, [1], way) == answer


@pytest.mark.parametrize(("precedence", "answer"), [("online", "voted"), ("paper", "given")])
def test_who_voted_online_gets_paper_as_declared(
    session: Any, who: bytes, precedence: str, answer: str
) -> None:
    contest = contests.contest("open", precedence=precedence)
    cast(contest, who, [1])
    hand_out = text("SELECT hand_out(:which, :who, 'paper', NULL)")
    assert session.scalar(hand_out, {"which": contest.id, "who": who}) == answer
    assert len(session.scalars(select(Ballot)).all()) == (answer == "voted")
    assert cast(contest, who, [2]) == ("paper" if answer == "given" else "replaced")


def test_a_voided_ballot_is_gone_and_no_other_is_taken(session: Any, who: bytes) -> None:
    contest = contests.contest("open")
    cast(contest, who, [1])
    void = text("SELECT void_ballot(:which, :who, NULL)")
    assert session.scalar(void, {"which": contest.id, "who": who}) == "voided"
    assert cast(contest, who, [1]) == "void"
    assert [lock.why for lock in session.scalars(select(BallotLock))] == ["void"]


@pytest.mark.parametrize("change", ["most = 4", "rule = '{\"a\": 1}'", "closes_at = now()"])
def test_what_was_published_does_not_change(session: Any, change: str) -> None:
    contest = contests.contest("published")
    with pytest.raises(DatabaseError, match="does not change"):
        session.execute(text(f"UPDATE contest SET {change} WHERE id = {contest.id}"))


@pytest.mark.parametrize(
    ("source", "target", "holds"),
    [
        ("published", "open", True),
        ("published", "draft", False),
        ("open", "tallied", False),
        ("tallied", "certified", True),
        ("certified", "void", False),
        ("closed", "open", False),
    ],
)
def test_a_contest_moves_one_way(session: Any, source: str, target: str, holds: bool) -> None:
    contest = contests.contest(source)
    move = text("UPDATE contest SET state = :to WHERE id = :id")
    if holds:
        session.execute(move, {"to": target, "id": contest.id})
    else:
        with pytest.raises(DatabaseError):
            session.execute(move, {"to": target, "id": contest.id})


def test_choices_stay_as_published(session: Any) -> None:
    contest = contests.contest("published")
    with pytest.raises(DatabaseError, match="does not change"):
        session.execute(text(f"UPDATE contest_item SET cost = 1 WHERE contest_id = {contest.id}"))
