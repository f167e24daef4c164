"""What pages may know of ballots: that one is there, what is sealed, and the proof that it is.

Nothing here reads what a ballot says before it is sealed (``app.services.sealing`` alone does).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, bindparam, select
from sqlalchemy.orm import lazyload

from app.forms.ballot import Limits
from app.queries.merkle import Levels
from models import (
    SECRET_MODES,
    AnySession,
    Ballot,
    BallotLock,
    Contest,
    ContestItem,
    Eligible,
    Incident,
    Item,
    SealedBallot,
)

PUBLISHED_FROM = 50  # ballots; of fewer none is shown one by one
TREES_KEPT = 4
COUNTED = ("tallied", "certified")
BEFORE_SEALING = ("published", "open", "closed")


def canonical(contest_id: int, choices: Sequence[int], shares: Sequence[int]) -> bytes:
    """A ballot in the one way of writing it: ``7|1,4,9|5,3,2``, or ``7|1,4,9|-`` without points."""
    points = ",".join(map(str, shares)) or "-"
    return f"{contest_id}|{','.join(map(str, choices))}|{points}".encode("ascii")


def shown_code(nonce: bytes) -> str:
    """A receipt's code as people read it: 32 hexadecimal digits in groups of four."""
    digits = nonce.hex().upper()
    return "-".join(digits[n : n + 4] for n in range(0, len(digits), 4))


@dataclass(frozen=True)
class Door:
    """A contest as somebody finds it, and whether they stand on its roll."""

    contest: Contest
    on_roll: bool
    source: str = ""


@cache
def _door() -> Any:
    mine = and_(Eligible.contest_id == Contest.id, Eligible.person_id == bindparam("person"))
    return (
        select(Contest, Eligible.source)
        .outerjoin(Eligible, mine)
        .where(*_secret(Contest))
        .options(lazyload("*"))
    )


def _secret(of: Any) -> tuple[ColumnElement[bool], ...]:
    """The contest asked for, if it has secret ballots and is no draft."""
    return of.id == bindparam("contest"), of.mode.in_(SECRET_MODES), of.state != "draft"


def door(session: AnySession, contest_id: int, person_id: int | None) -> Door | None:
    """The contest, unless it is still being drawn up, has no secret ballots, or is not there."""
    row = session.execute(_door(), {"contest": contest_id, "person": person_id}).one_or_none()
    return Door(row[0], row[1] is not None, row[1] or "") if row else None


@cache
def _limits() -> Any:
    contest, roll = Contest.__table__, Eligible.__table__
    mine = and_(roll.c.contest_id == contest.c.id, roll.c.person_id == bindparam("person"))
    columns = (contest.c[name] for name in ("least", "most", "points", "items"))
    return select(*columns).join(roll, mine).where(*_secret(contest.c))


def limits(session: AnySession, contest_id: int, person_id: int | None) -> Limits | None:
    """What a ballot of somebody on the roll must keep to; None for whoever is not.

    All that casting asks before it casts, so it is spoken to tables.
    """
    values = {"contest": contest_id, "person": person_id}
    row: Limits | None = session.execute(_limits(), values).one_or_none()
    return row


def shut(contest: Contest, at: datetime) -> str:
    """Why no ballot is accepted at a moment: "annulled", "closed", "early"; "" when it is.

    By the clock of this process, for its pages; the database's own decides.
    """
    if contest.state == "void":
        return "annulled"
    if contest.state not in ("published", "open") or at >= contest.closes_at:
        return "closed"
    return "early" if at < contest.opens_at else ""


@dataclass(frozen=True)
class Stored:
    """What lies under somebody's mark: a ballot (how it came), a lock (why), an incident's note."""

    channel: str = ""
    lock: str = ""
    note: str = ""
    nonce: bytes = b""


@cache
def _stored() -> Any:
    pseud = bindparam("who", type_=LargeBinary)

    def under(table: Any) -> ColumnElement[bool]:
        return and_(table.contest_id == Contest.id, table.pseud == pseud)

    return (
        select(Ballot.channel, Ballot.nonce, BallotLock.why, Incident.public_note)
        .select_from(Contest)
        .outerjoin(Ballot, under(Ballot))
        .outerjoin(BallotLock, under(BallotLock))
        .outerjoin(Incident, Incident.id == BallotLock.incident_id)
        .where(Contest.id == bindparam("contest"))
    )


def stored(session: AnySession, contest_id: int, who: bytes) -> Stored:
    """What lies under a mark, without a word of what it says."""
    row = session.execute(_stored(), {"contest": contest_id, "who": who}).one()
    return Stored(row.channel or "", row.why or "", row.public_note or "", bytes(row.nonce or b""))


@dataclass(frozen=True)
class Choice:
    """Something to choose, as published; ``number`` and ``kind`` are of its item's own page."""

    no: int
    title: str
    summary: str
    cost: int | None
    lon: float | None
    lat: float | None
    area_code: str | None
    department_code: str | None
    number: str
    kind: str


def shuffled(contest: Contest, items: Iterable[Choice], who: int | str) -> list[Choice]:
    """A contest's choices in the order of one voter: the same each time, another for each of them.

    Without it what stands first would be picked more often.
    """

    def place(one: Choice) -> bytes:
        return hmac.digest(contest.salt, f"{who}:{one.no}".encode(), "sha256")

    return sorted(items, key=place)


def browser_mark(contest: Contest, who: int | str) -> str:
    """Under what a browser keeps the unfinished picks of one voter: says nothing to anybody."""
    return hmac.new(contest.salt, f"draft:{who}".encode(), hashlib.sha256).hexdigest()[:16]


def choices(session: AnySession, contest_id: int) -> list[Choice]:
    """What there is to choose from, by number."""
    c = ContestItem
    query = (
        select(
            c.no, c.title, c.summary, c.cost, c.lon, c.lat, c.area_code, c.department_code,
            Item.number, Item.kind,
        )
        .join(Item, Item.id == c.item_id)
        .where(c.contest_id == contest_id)
        .order_by(c.no)
    )  # fmt: skip
    return [Choice(**row) for row in session.execute(query).mappings()]


# -- what was sealed ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step up the tree: the neighbour's hash (hex), whether it stands left, what both make."""

    beside: str
    left: bool
    makes: str


@dataclass(frozen=True)
class Proof:
    """That one sealed ballot is under the published root, step by step."""

    no: int
    size: int
    leaf: str
    steps: tuple[Step, ...]
    root: str
    holds: bool
    ballot: SealedBallot


def digest(text: str) -> bytes | None:
    """What somebody typed as a receipt (16 bytes) or as a leaf (32 bytes); None for neither."""
    digits = "".join(c for c in text if c.isalnum()).lower()
    if len(digits) not in (32, 64) or set(digits) - set("0123456789abcdef"):
        return None
    return bytes.fromhex(digits)


def prove(session: AnySession, contest: Contest, mark: bytes) -> Proof | None:
    """The proof for a receipt or a leaf; None when no sealed ballot of the contest has it."""
    column = SealedBallot.leaf if len(mark) == 32 else SealedBallot.nonce
    query = select(SealedBallot).where(SealedBallot.contest_id == contest.id, column == mark)
    ballot = session.scalars(query).first()
    if ballot is None:
        return None
    tree = _tree(session, contest)
    steps = tuple(_climb(ballot.leaf, tree.path(ballot.no - 1)))
    top = steps[-1].makes if steps else ballot.leaf.hex()
    holds = top == contest.sealed_root
    return Proof(ballot.no, tree.size, ballot.leaf.hex(), steps, contest.sealed_root, holds, ballot)


def _climb(leaf: bytes, path: Iterable[str]) -> Iterable[Step]:
    now = leaf
    for one in path:
        beside, left = bytes.fromhex(one[1:]), one[0] == "L"
        now = hashlib.sha256(b"\1" + (beside + now if left else now + beside)).digest()
        yield Step(beside.hex(), left, now.hex())


def _tree(session: AnySession, contest: Contest) -> Levels:
    """The tree over all sealed ballots; kept, since it never changes under the same root."""
    key = (contest.id, contest.sealed_root)
    found = _trees.get(key)
    if found is None:
        query = select(SealedBallot.leaf).where(SealedBallot.contest_id == contest.id)
        found = Levels.over(map(bytes, session.scalars(query.order_by(SealedBallot.no))))
        while len(_trees) >= TREES_KEPT:
            _trees.pop(next(iter(_trees)), None)
        _trees[key] = found
    return found


_trees: dict[tuple[int, str], Levels] = {}
