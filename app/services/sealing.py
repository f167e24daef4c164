"""Sealing: what lay in the box becomes a list in the order of its leaves, under one root.

This is the only code that reads what ballots say before they are counted, and it reads all of a
contest at once.  A leaf is the SHA-256 of a random number and the vote, so its order says nothing
of who voted when.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import lazyload

from app.queries.ballots import canonical
from app.queries.merkle import Tree, leaf_hash
from models import SECRET_MODES, Ballot, BallotLock, Contest, SealedBallot, db

COPY = "COPY sealed_ballot (contest_id, no, choices, points, channel, nonce, leaf) FROM STDIN"


class NotReady(Exception):
    """The contest cannot be sealed yet; ``reasons`` are sentences for whoever has to act."""

    def __init__(self, reasons: list[Any]) -> None:
        super().__init__(", ".join(map(str, reasons)))
        self.reasons = reasons


def waiting() -> list[int]:
    """Secret contests that are closed and not sealed."""
    closed = (Contest.mode.in_(SECRET_MODES), Contest.state == "closed")
    return list(db.session.scalars(select(Contest.id).where(*closed).order_by(Contest.id)))


def obstacles(contest: Contest) -> list[Any]:
    """Why a closed contest cannot be sealed yet: paper that is not settled.  Empty when it can."""
    if find_spec("app.services.booths") is None:
        return []
    found: list[Any] = import_module("app.services.booths").ready_to_seal(contest)
    return found


def seal(contest_id: int) -> Contest | None:
    """Seal a closed contest: ballots in leaf order, and their root.  Commit afterwards.

    None when there is nothing to seal.  Raises NotReady while paper waits to be settled.  Holds
    the contest's lock alone, so that no paper is typed and no ballot voided meanwhile.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.contest_lock(contest_id))))
    query = select(Contest).where(Contest.id == contest_id).with_for_update(of=Contest)
    contest = db.session.scalars(
        query.options(lazyload("*")), execution_options={"populate_existing": True}
    ).one()
    if contest.state != "closed" or not contest.is_secret:
        return None
    if reasons := obstacles(contest):
        raise NotReady(reasons)
    rows = sorted(_ballots(contest_id), key=lambda row: row[-1])
    tree = Tree()
    for row in rows:
        tree.add(row[3] + canonical(contest_id, row[0], row[1]))
    _write(contest_id, rows)
    done = {
        "state": "sealed",
        "sealed_root": tree.root().hex(),
        "sealed_at": func.clock_timestamp(),
    }
    db.session.execute(update(Contest).where(Contest.id == contest_id).values(done))
    db.session.refresh(contest)
    return contest


Row = tuple[list[int], list[int], str, bytes, bytes]


def _ballots(contest_id: int) -> Iterator[Row]:
    """Every ballot of a contest with its leaf: choices, points, channel, nonce, leaf."""
    query = select(Ballot.choices, Ballot.points, Ballot.channel, Ballot.nonce)
    for choices, points, channel, nonce in db.session.execute(
        query.where(Ballot.contest_id == contest_id)
    ):
        said = canonical(contest_id, choices, points)
        yield choices, points, channel, bytes(nonce), leaf_hash(bytes(nonce) + said)


def _write(contest_id: int, rows: list[Row]) -> None:
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(COPY) as out:
        for no, row in enumerate(rows, start=1):
            out.write_row((contest_id, no, *row))


def matches(contest: Contest) -> bool:
    """Do the sealed ballots give the sealed root still, and is each of them there?"""
    query = select(SealedBallot.choices, SealedBallot.points, SealedBallot.nonce)
    tree = Tree()
    for choices, points, nonce in db.session.execute(
        query.where(SealedBallot.contest_id == contest.id).order_by(SealedBallot.no)
    ):
        tree.add(bytes(nonce) + canonical(contest.id, choices, points))
    return tree.root().hex() == contest.sealed_root


def forget(contest_id: int) -> int:
    """Throw away the box of a sealed contest: ballots and locks by their marks.

    What was counted stays, sealed.  Call when the key is destroyed: without marks not even the
    order in which ballots came can be asked of the database.  Returns how many ballots there were.
    """
    sealed = select(Contest.id).where(Contest.id == contest_id, Contest.sealed_at.is_not(None))
    if db.session.scalar(sealed) is None:
        raise ValueError("only what is sealed may be forgotten")
    db.session.execute(delete(BallotLock).where(BallotLock.contest_id == contest_id))
    gone = delete(Ballot).where(Ballot.contest_id == contest_id).returning(1)
    return len(db.session.execute(gone).all())
