"""Cards with one-time codes: printed once, kept as salted hashes, bound to whoever takes them.

A card is folded: its number stands outside, for the officer; the code inside, for the voter.  The
file with the codes is written for the printer, taken once by who ordered it, and gone within an
hour.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import select, text

from app.access import Actor
from app.queries import booths as queries
from app.queries.ballots import canonical, shown_code, stored
from app.queries.merkle import leaf_hash
from app.queue import enqueue
from models import (
    AnySession,
    Booth,
    CodeBatch,
    Contest,
    VotingCode,
    db,
    reading,
)

from . import audit, contest_keys
from .casting import STORED, Receipt
from .files import Files, LocalFiles
from .refused import Refused

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nobody takes one for another
LOOKS = str.maketrans("ILO", "110")
LENGTH, GROUP = 12, 4  # 60 bits
KEPT = timedelta(hours=1)
MOST = {"codes": 500, "papers": 200}  # of a package
ONCE = text("SELECT answer, rev, nonce FROM cast_once(:which, :who, :chosen, :shares, :fresh)")


def files() -> Files:
    """Where packages wait for who ordered them."""
    return LocalFiles(current_app.config["VAR"] / "packages")


def bare(typed: str) -> str:
    """A code or a number as it was printed, without what people put between the letters."""
    letters = "".join(c for c in typed.upper() if c.isalnum()).translate(LOOKS)
    return letters if letters and set(letters) <= set(LETTERS) else ""


def drawn(count: int = LENGTH) -> str:
    """Fresh random letters."""
    return "".join(secrets.choice(LETTERS) for _n in range(count))


def grouped(letters: str, size: int = GROUP) -> str:
    """Letters in groups, as people read them."""
    return "-".join(letters[n : n + size] for n in range(0, len(letters), size))


def digest(contest: Contest, code: str) -> bytes:
    """What is kept of a code."""
    return hmac.digest(contest.salt, b"code:" + bare(code).encode(), sha256)


# -- packages ---------------------------------------------------------------------------------


def order(contest: Contest, booth: Booth, actor: Actor, seat: str, sort: str, size: int
          ) -> CodeBatch:  # fmt: skip
    """Have a package printed for a booth; ``sort`` is "codes" or "papers".  Raises Refused."""
    if contest.state not in ("published", "open"):
        raise Refused("size", _("Packages are printed after publication, until the vote closes."))
    if not 1 <= size <= MOST[sort]:
        raise Refused("size", _("A package has between 1 and %(most)s pieces.", most=MOST[sort]))
    # Packages of a contest are numbered one after the other.
    db.session.execute(
        select(Contest.id).where(Contest.id == contest.id).with_for_update(key_share=True)
    )
    made = CodeBatch(contest_id=contest.id, booth_id=booth.id, sort=sort, size=size,
                     user_id=actor.user_id, seat=seat)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    enqueue("booth_package", batch_id=made.id)
    audit.note("order_package", f"contest:{contest.id}", by=actor.user_id, detail=f"{sort}:{size}")
    return made


@dataclass(frozen=True)
class Card:
    """What a card says: its number outside, its code inside."""

    number: str
    code: str
    address: str


def cards(batch: CodeBatch) -> list[Card]:
    """Fresh codes for a package; their hashes are kept, the codes are in what is returned only."""
    contest = db.session.get_one(Contest, batch.contest_id)
    first = queries.printed_before(db.session(), batch)
    address = f"{current_app.config['BASE_URL']}/suara/bilik"
    made = []
    for number in range(first + 1, first + batch.size + 1):
        code, card = drawn(), f"{number:04d}"
        kept = VotingCode(contest_id=contest.id, hash=digest(contest, code), batch_id=batch.id,
                          card=card)  # fmt: skip
        db.session.add(kept)
        # after a "#": no server is sent it, and no server writes it down
        made.append(Card(card, grouped(code), f"{address}#{code}"))
    db.session.flush()
    return made


def keep(batch: CodeBatch, file: bytes, at: datetime | None = None) -> None:
    """The package is laid out and waits for who ordered it."""
    batch.file_name = secrets.token_hex(16)
    files().put(batch.file_name, file)
    batch.status, batch.ready_at = "ready", at or datetime.now(UTC)
    db.session.flush()


def fetched(batch: CodeBatch, actor: Actor) -> bytes | None:
    """The file, once, for who ordered it; it is deleted here.  None when it is not there."""
    held = db.session.get(CodeBatch, batch.id, with_for_update=True, populate_existing=True)
    if held is None or held.status != "ready" or held.user_id != actor.user_id:
        return None
    try:
        file = files().read(held.file_name)
    except FileNotFoundError:
        held.status = "gone"
        return None
    files().delete(held.file_name)
    held.status, held.file_name = "fetched", ""
    audit.note("fetch_package", f"batch:{held.id}", by=actor.user_id)
    db.session.flush()
    return file


def give_up(batch_id: int) -> None:
    """It could not be laid out; its cards are worth nothing."""
    batch = db.session.get(CodeBatch, batch_id)
    if batch is not None and batch.status == "waiting":
        batch.status = "failed"


def sweep(at: datetime | None = None) -> int:
    """Delete what nobody took within the hour; its cards are worth nothing.  Says how many."""
    now = at or datetime.now(UTC)
    old = select(CodeBatch).where(CodeBatch.status == "ready", CodeBatch.ready_at < now - KEPT)
    found = db.session.scalars(old).all()
    for batch in found:
        files().delete(batch.file_name)
        batch.status, batch.file_name = "gone", ""
        _spoil(batch)
    db.session.flush()
    for name in list(files().older_than(KEPT.total_seconds() * 2)):
        files().delete(name)  # of a job that was undone
    return len(found)


def _spoil(batch: CodeBatch) -> None:
    mine = select(VotingCode).where(VotingCode.batch_id == batch.id, VotingCode.state == "printed")
    for card in db.session.scalars(mine):
        card.state = "spoiled"


# -- cards and those who take them ------------------------------------------------------------


def _mask(contest_id: int, card: str, who: bytes) -> bytes:
    """A mark hidden, or shown again, with the contest's key."""
    veil = contest_keys.pseud(contest_id, f"card:{card}")
    return bytes(a ^ b for a, b in zip(who, veil, strict=True))


def holder(code: VotingCode) -> bytes:
    """Whose card it is, as the ballots name them.  Raises KeyGone."""
    return _mask(code.contest_id, code.card, bytes(code.holder or b""))


def given_to(contest_id: int, who: bytes) -> VotingCode | None:
    """The card somebody was given.  The voter's lock must be held.  Raises KeyGone."""
    given = select(VotingCode).where(
        VotingCode.contest_id == contest_id, VotingCode.state == "given"
    )
    found = db.session.scalars(given.execution_options(populate_existing=True))
    return next((one for one in found if holder(one) == who), None)


def _locked(contest_id: int, card: str) -> VotingCode:
    number = bare(card)
    wanted = number.zfill(4) if number.isdecimal() else number
    query = select(VotingCode).where(VotingCode.contest_id == contest_id, VotingCode.card == wanted)
    again = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(again).one_or_none()
    if found is None:
        raise Refused("card", _("There is no card with this number. Read it again from outside."))
    return found


def bind(booth: Booth, who: bytes, card: str) -> None:
    """Make a printed card somebody's.  Raises Refused."""
    found = _locked(booth.contest_id, card)
    if found.state == "given":
        raise Refused("card", _("This card was given to somebody already. Take another."))
    if found.state == "spoiled":
        raise Refused("card", _("This card is worth nothing any more. Take another."))
    found.state, found.holder = "given", _mask(found.contest_id, found.card, who)
    db.session.flush()


def spoil(booth: Booth, actor: Actor, card: str) -> None:
    """A card that nobody took is worth nothing from now on.  Raises Refused."""
    found = _locked(booth.contest_id, card)
    if found.state != "printed":
        raise Refused("card", _("This card was given to somebody already, or is worth nothing."))
    found.state = "spoiled"
    audit.note("spoil_card", f"booth:{booth.id}", by=actor.user_id)
    db.session.flush()


# -- voting with one --------------------------------------------------------------------------


@dataclass(frozen=True)
class Admitted:
    """What a typed code opens: a contest and who votes; else ``why`` not.

    ``why``: "unknown", "printed" (not given out yet), "spoiled", "used", "paper", "void", "over".
    """

    why: str = ""
    contest: Contest | None = None
    who: bytes = b""


def admitted(session: AnySession, typed: str) -> Admitted:
    """Look a code up among the running contests; reads only."""
    letters = bare(typed)
    if len(letters) != LENGTH:
        return Admitted("unknown")
    running = select(Contest).where(Contest.state.in_(queries.RUNNING))
    found = [(one, digest(one, letters)) for one in session.scalars(running)]
    for contest, mark in found:
        query = select(VotingCode).where(
            VotingCode.contest_id == contest.id, VotingCode.hash == mark
        )
        code = session.scalars(query).one_or_none()
        if code is not None:
            return _opened(session, contest, code)
    return Admitted("unknown")


def _opened(session: AnySession, contest: Contest, code: VotingCode) -> Admitted:
    if code.state != "given":
        return Admitted(code.state, contest)
    try:
        who = holder(code)
    except contest_keys.KeyGone:
        return Admitted("over", contest)
    there = stored(session, contest.id, who)
    used = "used" if there.channel == "booth" else ""
    return Admitted(there.lock if there.lock in ("paper", "void") else used, contest, who)


def cast(contest_id: int, who: bytes, choices: list[int], shares: list[int]) -> Receipt:
    """Cast the one ballot a card is good for; as ``casting.cast``, with the answer "used", too.

    By itself, over a connection that commits each statement: nothing is written beside it.
    """
    values = {
        "which": contest_id,
        "who": who,
        "chosen": choices,
        "shares": shares,
        "fresh": secrets.token_bytes(16),
    }
    row = reading().execute(ONCE, values).one()
    if row.answer not in STORED:
        return Receipt(str(row.answer))
    nonce = bytes(row.nonce)
    leaf = leaf_hash(nonce + canonical(contest_id, choices, shares))
    return Receipt(str(row.answer), shown_code(nonce), leaf.hex())
