"""Paper ballots: printed with a serial number, read by two apart, counted when both agree.

Nobody is shown what another has read.  Where readings differ, a third operator reads the paper; or
both begin again.  More papers than were handed out at a booth are not taken: whose they are cannot
be known, and somebody might have voted twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, text

from app.access import Actor
from app.queries import booths as queries
from app.queries.booths import Handed
from models import Booth, CodeBatch, Contest, PaperBallot, db

from . import audit, contest_keys
from .booth_codes import LETTERS, bare
from .booths import NOTE, seat_for
from .refused import Refused

HALF = 10  # bits of a half of a number; serials are numbers up to 2 ** 20 in disguise
ROUNDS = 6
CHECK = 3  # letters that tell a serial that was read wrongly
INVALID = {  # why a paper says nothing that counts
    "blank": _("Nothing is marked"),
    "too_few": _("Fewer are marked than needed"),
    "too_many": _("More are marked than allowed"),
    "unclear": _("It is not clear what is meant"),
    "signed": _("A name or a sign tells whose it is"),
    "torn": _("It is torn or cannot be read"),
}
CAST = text("SELECT answer FROM cast_ballot(:which, :who, :chosen, :shares, 'paper', :fresh)")
TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('papers', :booth))")


# -- serial numbers ---------------------------------------------------------------------------


def _mixed(contest_id: int, half: int, turn: int) -> int:
    mark = contest_keys.pseud(contest_id, f"serial:{turn}:{half}")
    return int.from_bytes(mark[:2]) % (1 << HALF)


def _hidden(contest_id: int, number: int, back: bool = False) -> int:
    """A number in disguise (or out of it): neighbours in a stack look nothing alike."""
    left, right = number >> HALF, number % (1 << HALF)
    for turn in range(ROUNDS)[:: -1 if back else 1]:
        if back:
            left, right = right ^ _mixed(contest_id, left, turn), left
        else:
            left, right = right, left ^ _mixed(contest_id, right, turn)
    return (left << HALF) | right


def _letters(value: int, count: int) -> str:
    return "".join(LETTERS[value >> (5 * n) & 31] for n in range(count - 1, -1, -1))


def _check(contest_id: int, body: str) -> str:
    mark = contest_keys.pseud(contest_id, f"check:{body}")
    return _letters(int.from_bytes(mark[:2]), CHECK)


def serial(contest_id: int, number: int) -> str:
    """The serial number of the n-th paper of a contest, from 0.  Raises KeyGone."""
    body = _letters(_hidden(contest_id, number), 4)
    return f"{body}-{_check(contest_id, body)}"


def serials(batch: CodeBatch) -> list[str]:
    """The serial numbers of a package."""
    first = queries.printed_before(db.session(), batch)
    return [serial(batch.contest_id, n) for n in range(first, first + batch.size)]


def genuine(contest_id: int, typed: str) -> str:
    """A serial number as typed, in the one way of writing it.  Raises Refused."""
    letters = bare(typed)
    body, check = letters[:4], letters[4:]
    if len(letters) != 4 + CHECK or check != _check(contest_id, body):
        raise Refused("serial", _("This is no serial number of this vote. Read it again."))
    value = 0
    for letter in body:
        value = value * 32 + LETTERS.index(letter)
    if _hidden(contest_id, value, back=True) >= queries.printed(db.session(), contest_id, "papers"):
        raise Refused("serial", _("No paper with this number was printed."))
    return f"{body}-{check}"


# -- readings ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What somebody reads on a paper; ``invalid`` says why it does not count ("": it does)."""

    choices: Sequence[int] = ()
    points: Sequence[int] = ()
    invalid: str = ""

    @property
    def said(self) -> tuple[list[int] | None, list[int] | None]:
        """As it is written down."""
        if self.invalid:
            return None, None
        return list(self.choices), list(self.points)


def key(booth: Booth, actor: Actor, typed: str, reading: Reading) -> PaperBallot:
    """Take one operator's reading of a paper; the second one decides whether both agree.

    The paper's new state: "once", "matched", "differs", "invalid".  Raises Refused, KeyGone.
    """
    contest = _closed(booth, actor)
    written = genuine(contest.id, typed)
    db.session.execute(TAKE_TURNS, {"booth": booth.id})
    paper = _paper(contest.id, written)
    if paper is None:
        return _first(booth, actor, written, reading)
    if paper.booth_id != booth.id:
        raise Refused("serial", _("This paper was typed in at another booth."))
    if actor.user_id == paper.first_by_id:
        raise Refused("serial", _("You have read this paper. A colleague reads it now."))
    if paper.second_by_id is not None:
        raise Refused("serial", _("This paper was read twice already."))
    _second(contest, paper, actor, reading)
    db.session.flush()
    return paper


def _closed(booth: Booth, actor: Actor) -> Contest:
    if not seat_for(actor, booth.area_code):
        raise Refused("", _("Your seat does not serve at this booth."))
    contest = db.session.get_one(Contest, booth.contest_id)
    if contest.state != "closed":
        raise Refused("", _("Papers are read between the close of the vote and its sealing."))
    return contest


def _paper(contest_id: int, written: str) -> PaperBallot | None:
    query = select(PaperBallot).where(
        PaperBallot.contest_id == contest_id, PaperBallot.serial == written
    )
    again = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(again).one_or_none()


def _first(booth: Booth, actor: Actor, written: str, reading: Reading) -> PaperBallot:
    out = queries.handed(db.session(), booth.contest_id).get(booth.id, Handed())
    there = sum(queries.keyed(db.session(), booth.contest_id).get(booth.id, {}).values())
    if there >= out.outside:
        raise Refused("serial", _(
            "Only %(n)s papers were handed out at this booth, and as many are typed in. Lay this "
            "one aside and report it under Incidents.", n=out.outside))  # fmt: skip
    choices, points = reading.said
    made = PaperBallot(
        contest_id=booth.contest_id, booth_id=booth.id, serial=written, first=choices,
        first_points=points, first_by_id=actor.user_id, note=reading.invalid,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _second(contest: Contest, paper: PaperBallot, actor: Actor, reading: Reading) -> None:
    paper.second, paper.second_points = reading.said
    paper.second_by_id = actor.user_id
    first = (paper.first, paper.first_points)
    if reading.said != first:
        paper.state, paper.note = "differs", ""
    elif reading.invalid:
        paper.state, paper.note = "invalid", paper.note or reading.invalid
    else:
        paper.state = "matched"
        _count(contest, paper, reading)


def _count(contest: Contest, paper: PaperBallot, reading: Reading) -> None:
    """Make the paper a ballot."""
    who = contest_keys.pseud(contest.id, f"paper:{paper.serial}")
    values = {"which": contest.id, "who": who, "chosen": list(reading.choices),
              "shares": list(reading.points), "fresh": secrets.token_bytes(16)}  # fmt: skip
    answer = db.session.scalar(CAST, values)
    if answer not in ("accepted", "same"):
        raise Refused("", _("The vote was sealed meanwhile. Nothing more is taken."))


# -- where two readings differ ----------------------------------------------------------------


def settle(paper_id: int, booth: Booth, actor: Actor, reading: Reading, note: str) -> PaperBallot:
    """A third operator reads a paper on which two differ; theirs holds.

    Where it agrees with neither of the two, a note says what was seen.  Raises Refused, KeyGone.
    """
    contest = _closed(booth, actor)
    paper = _differing(paper_id, booth)
    if actor.user_id in (paper.first_by_id, paper.second_by_id):
        raise Refused("", _("You have read this paper. A third decides, or both begin again."))
    alone = reading.said not in (
        (paper.first, paper.first_points),
        (paper.second, paper.second_points),
    )
    if alone and len(note) < NOTE:
        raise Refused("note", _("Nobody has read it like this. Write what you see on the paper."))
    paper.settled_by_id, paper.note = actor.user_id, note
    if reading.invalid:
        paper.state, paper.note = "invalid", reading.invalid + (f": {note}" if note else "")
    else:
        paper.state = "settled"
        _count(contest, paper, reading)
    audit.note("settle_paper", f"booth:{booth.id}", by=actor.user_id)
    db.session.flush()
    return paper


def begin_again(paper_id: int, booth: Booth, actor: Actor) -> str:
    """Forget both readings; both operators read the paper again.  Says its number."""
    _closed(booth, actor)
    paper = _differing(paper_id, booth)
    written = paper.serial
    db.session.delete(paper)
    audit.note("read_again", f"booth:{booth.id}", by=actor.user_id)
    db.session.flush()
    return written


def _differing(paper_id: int, booth: Booth) -> PaperBallot:
    wanted = {"with_for_update": True, "populate_existing": True}
    paper = db.session.get(PaperBallot, paper_id, **wanted)  # type: ignore[arg-type]
    if paper is None or paper.booth_id != booth.id or paper.state != "differs":
        raise Refused("", _("Nobody differs on this paper any more."))
    return paper


def why_invalid(note: str) -> Any:
    """Why a paper does not count, in words, with what was noted."""
    reason, _colon, more = note.partition(": ")
    words = INVALID.get(reason)
    return f"{words}: {more}" if words and more else words or note
