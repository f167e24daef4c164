"""Casting a secret ballot: one call of the database's own function, in a transaction of its own.

Nothing else is written in that transaction or beside it: rows of one transaction, or of the next,
show by their ``xmin`` that they belong together.  So the way here goes over a connection that
commits each statement, and whoever calls has ended their own transaction before.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from app.queries.ballots import canonical, shown_code
from app.queries.merkle import leaf_hash
from models import reading

CAST = text(
    "SELECT answer, rev, nonce FROM cast_ballot(:which, :who, :chosen, :shares, :way, :fresh)"
)
STORED = frozenset({"accepted", "replaced", "same"})


@dataclass(frozen=True)
class Receipt:
    """What came of a cast.

    ``answer``: "accepted", "replaced", "same" (all three: it is stored), or why not: "early",
    "closed", "paper" (they took a paper ballot), "void" (their ballot was voided).
    ``code`` is the nonce in groups of four, ``leaf`` the SHA-256 of the sealed ballot in hex;
    both are empty when nothing was stored.
    """

    answer: str
    code: str = ""
    leaf: str = ""

    @property
    def stored(self) -> bool:
        """Is this ballot in the box now?"""
        return self.answer in STORED


def cast(
    contest_id: int,
    who: bytes,
    choices: Sequence[int],
    shares: Sequence[int] = (),
    way: str = "online",
) -> Receipt:
    """Put a ballot into the box, or replace the one that lies there.  Commits by itself.

    ``who`` is ``contest_keys.of_person`` (32 bytes), ``way`` "online", "booth" or "paper";
    ``choices`` ascend and ``shares`` has the points of each (none: empty).  The limits must have
    been checked (``app.forms.ballot.problems``); the database refuses what breaks them.
    """
    values = {
        "which": contest_id,
        "who": who,
        "chosen": list(choices),
        "shares": list(shares),
        "way": way,
        "fresh": secrets.token_bytes(16),
    }
    row = reading().execute(CAST, values).one()
    if row.answer not in STORED:
        return Receipt(row.answer)
    nonce = bytes(row.nonce)
    leaf = leaf_hash(nonce + canonical(contest_id, choices, shares))
    return Receipt(row.answer, shown_code(nonce), leaf.hex())
