"""Double ballots, ballots over the limit, ballots lost at the close: the usual way has them all.

Each race is run twice on a real database, once as such code is usually written and once as ours.
"""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.services import casting, sealing
from app.services import contests as voting
from models import Ballot, Contest, SealedBallot, db
from tests import contests
from tests.live import at_once, live_app

VOTERS, HANDS = 30, 8  # voters, and how often each presses "send" at the same moment
NAIVE = """
CREATE TABLE naive_ballot (id bigserial PRIMARY KEY, voter bytea NOT NULL, choices smallint[]);
CREATE TABLE naive_line (id bigserial PRIMARY KEY, voter bytea NOT NULL, item int NOT NULL);
CREATE TABLE naive_cast (id bigserial PRIMARY KEY, contest_id bigint NOT NULL);
"""


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    """An application with real commits, and the tables that a usual program would have."""
    pool = {"SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 20, "max_overflow": 10}}
    with live_app(**pool) as app, app.app_context():
        db.session.execute(text(NAIVE))
        db.session.commit()
        yield app


def opened(**values: Any) -> int:
    made = contests.contest("open", **values)
    db.session.commit()
    return made.id


def together(app: Flask, voters: list[bytes], act: Any) -> list[Any]:
    """Every voter's eight hands press at the same moment, voter after voter; what each got."""
    start = Barrier(HANDS)

    def hand(number: int) -> list[Any]:
        got = []
        for who in voters:
            start.wait(timeout=30)
            got.append(act(who, number))
        return got

    found = []
    for answers in at_once(app, HANDS, hand):
        if isinstance(answers, Exception):
            raise answers
        found += answers
    return found


def people(n: int = VOTERS) -> list[bytes]:
    return [secrets.token_bytes(32) for _ in range(n)]


def test_one_ballot_each_however_often_it_is_sent_at_once(city: Flask) -> None:
    voters, contest_id = people(), opened(choices=8)

    def naive(who: bytes, number: int) -> None:
        given = {"who": who, "choices": [number + 1]}
        there = db.session.execute(text("SELECT FROM naive_ballot WHERE voter = :who"), given)
        if not there.all():
            db.session.execute(
                text("INSERT INTO naive_ballot (voter, choices) VALUES (:who, :choices)"), given
            )
        db.session.commit()

    def ours(who: bytes, number: int) -> str:
        return casting.cast(contest_id, who, [number + 1]).answer

    together(city, voters, naive)
    assert db.session.scalar(text("SELECT count(*) FROM naive_ballot")) > VOTERS
    answers = Counter(together(city, voters, ours))
    rows = db.session.execute(
        select(Ballot.pseud, Ballot.rev).where(Ballot.contest_id == contest_id)
    ).all()
    assert {bytes(row.pseud) for row in rows} == set(voters)
    assert len(rows) == VOTERS
    assert answers == {"accepted": VOTERS, "replaced": VOTERS * (HANDS - 1)}
    assert {row.rev for row in rows} == {HANDS}


def test_no_ballot_over_the_limit_however_fast_it_is_pressed(city: Flask) -> None:
    voters, contest_id = people(), opened(choices=8)
    limit = 5

    def naive(who: bytes, number: int) -> None:
        given = {"who": who, "item": number + 1}
        count = text("SELECT count(*) FROM naive_line WHERE voter = :who")
        if (db.session.scalar(count, given) or 0) < limit:
            db.session.execute(
                text("INSERT INTO naive_line (voter, item) VALUES (:who, :item)"), given
            )
        db.session.commit()

    def ours(who: bytes, number: int) -> str:
        size = number + 1 if number < 7 else limit + 1
        try:
            return casting.cast(contest_id, who, list(range(1, size + 1))).answer
        except IntegrityError as error:
            return "refused" if "ck_ballot_valid" in str(error.orig) else "?"
        finally:
            db.session.remove()

    together(city, voters, naive)
    over = text(
        "SELECT count(*) FROM (SELECT FROM naive_line GROUP BY voter HAVING count(*) > 5) v"
    )
    assert db.session.scalar(over) > 0
    answers = Counter(together(city, voters, ours))
    longest = select(func.max(func.cardinality(Ballot.choices)), func.count())
    assert tuple(db.session.execute(longest.where(Ballot.contest_id == contest_id)).one()) == (
        limit,
        VOTERS,
    )
    assert answers["refused"] == VOTERS * 3  # of 6 and of 7 picks, and of 6 once more
    assert answers["accepted"] == VOTERS
    assert sum(answers.values()) == VOTERS * HANDS


CLOSINGS, CLIENTS, GAP, SLOWEST = 10, 8, 0.35, 0.12  # seconds


def test_ten_closings_under_load_lose_nothing_that_was_accepted(city: Flask) -> None:
    ids = [opened(choices=2) for _ in range(CLOSINGS)]
    soon = text(
        "UPDATE contest SET closes_at = clock_timestamp() + make_interval(secs => :gap * place) "
        "FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS one(which, place) WHERE id = which"
    )
    with db.session.begin_nested():
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(soon, {"ids": ids, "gap": GAP})
    db.session.commit()

    def client(number: int) -> tuple[Counter[int], Counter[int]]:
        """What this client was told is accepted, of both sorts, until everything is closed."""
        lot, naive, ours = random.Random(number), Counter[int](), Counter[int]()
        left = list(ids)
        while left:
            contest_id = left[0]  # all press where the close is next
            wait = lot.random() * SLOWEST
            if _naive(contest_id, wait):
                naive[contest_id] += 1
            answer = _slow(contest_id, wait)
            if answer == "accepted":
                ours[contest_id] += 1
            else:
                assert answer == "closed"
                left.remove(contest_id)
        return naive, ours

    def closer(_number: int) -> dict[int, int]:
        """Counts the naive box when the time is over, and closes and seals ours."""
        counted = {}
        for contest_id in ids:
            while not _over(contest_id):
                time.sleep(0.01)
            same = {"id": contest_id}
            counted[contest_id] = db.session.scalar(
                text("SELECT count(*) FROM naive_cast WHERE contest_id = :id"), same
            )
            db.session.commit()
            assert voting.close(contest_id)
            db.session.commit()
            assert sealing.seal(contest_id)
            db.session.commit()
        return counted

    def act(number: int) -> Any:
        return closer(number) if number == CLIENTS else client(number)

    results = at_once(city, CLIENTS + 1, act)
    failed = [one for one in results if isinstance(one, Exception)]
    assert not failed
    *clients, naively = results
    told_naive, told = Counter[int](), Counter[int]()
    for naive, ours in clients:
        told_naive += naive
        told += ours
    sealed = dict(
        db.session.execute(
            select(SealedBallot.contest_id, func.count())
            .where(SealedBallot.contest_id.in_(ids))
            .group_by(SealedBallot.contest_id)
        ).all()
    )
    assert sum(told_naive.values()) > sum(naively.values())  # accepted, and not in the count
    assert told.total() > CLOSINGS
    assert sealed == dict(told)
    for contest in db.session.scalars(select(Contest).where(Contest.id.in_(ids))):
        assert contest.state == "sealed"
        assert sealing.matches(contest)


def _over(contest_id: int) -> bool:
    asked = text("SELECT clock_timestamp() >= closes_at FROM contest WHERE id = :id")
    over = db.session.scalar(asked, {"id": contest_id})
    db.session.commit()
    return bool(over)


def _naive(contest_id: int, wait: float) -> bool:
    """The usual way: the time is asked, something takes a while, the ballot is written."""
    asked = text("SELECT now() < closes_at FROM contest WHERE id = :id")
    if not db.session.scalar(asked, {"id": contest_id}):
        db.session.rollback()
        return False
    time.sleep(wait)
    db.session.execute(text("INSERT INTO naive_cast (contest_id) VALUES (:id)"), {"id": contest_id})
    db.session.commit()
    return True


def _slow(contest_id: int, wait: float) -> str:
    """Our function, in a transaction that takes just as long to be committed."""
    values = {
        "which": contest_id,
        "who": secrets.token_bytes(32),
        "chosen": [1],
        "shares": [],
        "way": "online",
        "fresh": secrets.token_bytes(16),
    }
    answer = str(db.session.execute(casting.CAST, values).one().answer)
    if answer == "accepted":
        time.sleep(wait)
    db.session.commit()
    return answer
