"""Two at once at a booth: one hand, one card, one paper, one ballot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from app.services import booth_codes, booths, contest_keys, papers
from app.services.papers import Reading
from app.services.refused import Refused
from models import Ballot, BallotLock, Booth, BoothShift, VotingCode, db
from tests import factories as make
from tests.booths import close, hall, officer
from tests.live import at_once, live_app

MANY = 6


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    """A city of its own, with real commits."""
    with live_app() as made:
        yield made


@pytest.fixture
def scene(app: Any) -> Iterator[dict[str, Any]]:
    """Two officers at one booth, committed; numbers only, as each thread reads for itself."""
    with app.app_context():
        found = hall(people=2, cards=MANY, sheets=MANY)
        second = make.actor(officer("operator"))
        booths.begin(found.booth, second)
        told = {
            "contest": found.contest.id,
            "booth": found.booth.id,
            "officers": (found.officer, second),
            "person": found.people[0].id,
            "who": found.who(0),
            "cards": found.cards,
            "serials": found.serials,
            "hall": found,
        }
        db.session.commit()
        yield told
        db.session.remove()


def test_one_person_at_two_tables_gets_one_paper(app, scene):
    def hand(n: int) -> str:
        booth = db.session.get_one(Booth, scene["booth"])
        answer = booths.give_paper(booth, scene["officers"][n % 2], scene["person"])
        db.session.commit()
        return answer

    answers = Counter(at_once(app, MANY, hand))
    assert answers == {"given": 1, "paper": MANY - 1}
    assert _papers(scene) == 1


def _papers(scene):
    total = select(func.sum(BoothShift.papers)).where(BoothShift.booth_id == scene["booth"])
    return db.session.scalar(total)


def test_one_person_at_two_tables_gets_one_card(app, scene):
    def hand(n: int) -> str:
        booth, one = db.session.get_one(Booth, scene["booth"]), scene["officers"][n % 2]
        answer = booths.give_card(booth, one, scene["person"], scene["cards"][n].number)
        db.session.commit()
        return answer

    answers = Counter(at_once(app, MANY, hand))
    assert answers == {"given": 1, "booth": MANY - 1}
    given = select(func.count()).where(
        VotingCode.contest_id == scene["contest"], VotingCode.state == "given"
    )
    assert db.session.scalar(given) == 1


def test_one_card_in_two_hands_is_one_persons(app, scene):
    ids = [one.id for one in scene["hall"].people]

    def hand(n: int) -> str:
        booth, one = db.session.get_one(Booth, scene["booth"]), scene["officers"][n]
        answer = booths.give_card(booth, one, ids[n], "1")
        db.session.commit()
        return answer

    got = at_once(app, 2, hand)
    assert sorted(isinstance(one, Refused) for one in got) == [False, True]


def test_a_code_used_by_many_at_once_is_one_ballot(app, scene):
    def use(n: int) -> str:
        return booth_codes.cast(scene["contest"], scene["who"], [n % 6 + 1], []).answer

    assert Counter(at_once(app, MANY, use)) == {"accepted": 1, "used": MANY - 1}
    mine = select(func.count()).where(Ballot.contest_id == scene["contest"])
    assert db.session.scalar(mine) == 1


def test_a_card_used_while_a_paper_is_handed_out_ends_as_one_of_both(app, scene):
    def act(n: int) -> str:
        if n % 2:
            return booth_codes.cast(scene["contest"], scene["who"], [1], []).answer
        booth = db.session.get_one(Booth, scene["booth"])
        answer = booths.give_paper(booth, scene["officers"][0], scene["person"])
        db.session.commit()
        return answer

    answers = Counter(at_once(app, MANY, act))
    ballots = db.session.scalar(select(func.count()).where(Ballot.contest_id == scene["contest"]))
    locks = db.session.scalar(select(func.count()).where(BallotLock.contest_id == scene["contest"]))
    assert ballots + locks == 1, answers
    assert (_papers(scene) or 0) == locks


def test_two_first_readings_at_once_are_a_first_and_a_second(app, scene):
    booth = db.session.get_one(Booth, scene["booth"])
    booths.give_paper(booth, scene["officers"][0], scene["person"])
    close(scene["hall"])
    db.session.commit()

    def read(n: int) -> str:
        at = db.session.get_one(Booth, scene["booth"])
        state = papers.key(at, scene["officers"][n], scene["serials"][0], Reading([1])).state
        db.session.commit()
        return state

    assert Counter(at_once(app, 2, read)) == {"once": 1, "matched": 1}
    assert contest_keys.exists(scene["contest"])
