"""A vote at booths for tests: on a roll, with officers, cards and papers.  Nothing commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text

from app.access import Actor
from app.services import booth_codes, booths, contest_keys, papers
from app.services.booth_codes import Card
from models import Booth, CodeBatch, Contest, Eligible, Person, User, db
from tests import contests
from tests import factories as make


@dataclass
class Hall:
    """A contest with a booth, an officer who serves there, and people on the roll."""

    contest: Contest
    booth: Booth
    officer: Actor
    login: User
    people: list[Person]
    cards: list[Card] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)

    def who(self, n: int) -> bytes:
        """What stands for the n-th person."""
        return contest_keys.of_person(self.contest.id, self.people[n].id)


def officer(role: str = "moderator", name: str = "Petugas Bilik") -> User:
    """Somebody who serves at booths of the usual kelurahan."""
    return make.user(roles=(role,), name=name)


def hall(state: str = "open", people: int = 3, cards: int = 0, sheets: int = 0, **values: Any
         ) -> Hall:  # fmt: skip
    """Everything of a vote at a booth; the officer's shift has begun when it is open."""
    contest = contests.contest(state, **values)
    contest_keys.make(contest.id)
    login = officer()
    here = make.actor(login)
    booth = Booth(contest_id=contest.id, area_code=make.KELURAHAN, name="Aula Kelurahan Dago")
    db.session.add(booth)
    db.session.flush()
    roll = [on_roll(contest, f"Ibu Warga {n}") for n in range(people)]
    if state in ("published", "open"):
        booths.begin(booth, here)
    made = Hall(contest, booth, here, login, roll)
    made.cards = booth_codes.cards(batch(made, "codes", cards)) if cards else []
    made.serials = papers.serials(batch(made, "papers", sheets)) if sheets else []
    return made


def on_roll(contest: Contest, name: str, **values: Any) -> Person:
    """Somebody on the roll."""
    usual = {"level": 2, "area_code": make.KELURAHAN, "rw": 4, "nik_last4": "1234"}
    person = make.person(name, **usual | values)
    db.session.add(Eligible(contest_id=contest.id, person_id=person.id, level=2, rw=person.rw,
                            area_code=person.area_code))  # fmt: skip
    db.session.flush()
    return person


def batch(of: Hall, sort: str, size: int) -> CodeBatch:
    """A package that was laid out and taken."""
    made = CodeBatch(contest_id=of.contest.id, booth_id=of.booth.id, sort=sort, size=size,
                     user_id=of.login.id, seat="moderator", status="fetched")  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def close(of: Hall) -> None:
    """Close the vote, whatever the clock says, and end the shifts."""
    db.session.execute(text("UPDATE contest SET state = 'closed' WHERE id = :id"),
                       {"id": of.contest.id})  # fmt: skip
    db.session.expire(of.contest)
    booths.end_left(of.booth, of.officer)


def stored(of: Hall) -> dict[bytes, Any]:
    """The ballots that lie in the box, by their mark."""
    from models import Ballot

    rows = db.session.scalars(select(Ballot).where(Ballot.contest_id == of.contest.id))
    return {bytes(one.pseud): one for one in rows}
