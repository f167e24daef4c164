"""What is decided stands beside what was computed, and two people close the book."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import Actor, Seat
from app.queries import results
from app.services import certifying, contest_keys
from app.workflow import NotAllowed
from models import Ballot, BallotLock, Contest, db
from tests import elections, factories

LURAH = Seat("moderator", area_code=factories.KELURAHAN)
CAMAT = Seat("validator", area_code=factories.KECAMATAN)
WHY = "Tanahnya masih dalam sengketa; diusulkan lagi tahun depan."


def official(seat: Seat) -> Actor:
    user = factories.user()
    return Actor(user.id, user.person_id, "", 2, (seat,))


@pytest.fixture
def vote(session: Any) -> Contest:
    return elections.counted(elections.ballots(20, 6))[0]


def test_a_deviation_needs_a_reason_and_leaves_the_result_as_it_is(vote: Contest) -> None:
    page = results.page(db.session, vote)
    assert page is not None
    first = page.winners[0].no
    with pytest.raises(certifying.Unexplained) as problem:
        certifying.decide(vote, official(LURAH), {first: (False, "tidak")})
    assert problem.value.args[0] == [first]
    certifying.decide(vote, official(LURAH), {first: (False, WHY)})
    after = results.page(db.session, vote)
    assert after is not None
    assert [one.no for one in after.winners] == [one.no for one in page.winners]
    assert [(one.no, one.reason) for one in after.lines if one.deviates] == [(first, WHY)]


def test_a_decision_is_written_once(vote: Contest) -> None:
    certifying.decide(vote, official(LURAH), {})
    with pytest.raises(NotAllowed):
        certifying.decide(vote, official(LURAH), {})


def test_nobody_certifies_before_the_decision_or_elsewhere(vote: Contest) -> None:
    with pytest.raises(NotAllowed):
        certifying.certify(vote, official(LURAH))
    certifying.decide(vote, official(LURAH), {})
    with pytest.raises(NotAllowed):
        certifying.certify(vote, official(Seat("moderator", factories.OTHER_KELURAHAN)))


def test_with_the_second_person_the_key_and_the_box_are_gone(vote: Contest) -> None:
    lurah = official(LURAH)
    certifying.decide(vote, lurah, {})
    assert not certifying.certify(vote, lurah)
    assert not certifying.certify(vote, lurah)
    assert (vote.state, contest_keys.exists(vote.id)) == ("tallied", True)
    assert certifying.certify(vote, official(CAMAT))
    assert (vote.state, vote.key_destroyed_at) == ("certified", vote.certified_at)
    assert certifying.destroy_keys() == [vote.id]
    assert not contest_keys.exists(vote.id)
    for table in (Ballot, BallotLock):
        left = select(func.count()).where(table.contest_id == vote.id)
        assert db.session.scalar(left) == 0
    files = {one.name: one.version for one in results.files(db.session, vote.id)}
    assert set(files.values()) == {2}


def test_of_ten_seats_that_certify_twice_none_counts_double(vote: Contest) -> None:
    certifying.decide(vote, official(LURAH), {})
    lurah = official(LURAH)
    assert [certifying.certify(vote, lurah) for _ in range(3)] == [False] * 3
