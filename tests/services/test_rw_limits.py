"""What RW agreed on is kept, also when many hand in their last proposal at one moment."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.exc import IntegrityError

from app.kinds import KINDS
from app.services import items, rw_limits
from app.services.answers import Refused
from models import Proposal, User, db
from tests import factories as make
from tests.live import at_once, live_app


@pytest.fixture
def agreed(session):
    """Three for each RW of the kelurahan, five for the city's others."""
    planner = make.actor(make.user(roles=("planner",)))
    item = make.item("musrenbang", rw=1)
    rw_limits.agree(planner, item.plan_year, "32.73", 5, 100_000_000)
    rw_limits.agree(planner, item.plan_year, make.KELURAHAN, 3, None)
    return item.plan_year


def test_the_narrowest_area_wins_and_nothing_agreed_is_no_limit(session, agreed):
    assert rw_limits.limit(session, agreed, make.KELURAHAN).most == 3
    assert rw_limits.limit(session, agreed, make.OTHER_KELURAHAN).most == 5
    assert rw_limits.limit(session, agreed + 1, make.KELURAHAN) is None
    assert rw_limits.room(session, agreed + 1, make.KELURAHAN, 2).left is None


def test_only_what_was_handed_in_for_the_year_and_the_rw_counts(session, agreed):
    for state in (None, "withdrawn", "refused"):
        make.item("musrenbang", rw=2, state=state)
    make.item("musrenbang", rw=3)
    make.item("musrenbang", rw=2, funding="prakarsa_rw")
    make.item("musrenbang", rw=2, area_code=make.OTHER_KELURAHAN)
    room = rw_limits.room(session, agreed, make.KELURAHAN, 2)
    assert (room.taken, room.left) == (1, 2)


def test_the_fourth_of_three_is_refused_in_words_and_nothing_is_filed(session, agreed):
    for _n in range(3):
        make.item("musrenbang", rw=4)
    with pytest.raises(Refused) as told:
        make.item("musrenbang", rw=4)
    assert told.value.args[0] == "rw"
    assert "04" in str(told.value.args[1])
    assert session.query(Proposal).filter_by(rw=4).count() == 3
    make.item("musrenbang", rw=4, funding="pokir")


def test_where_a_number_was_agreed_the_rw_must_be_told(session, agreed):
    with pytest.raises(Refused) as told:
        make.item("musrenbang", rw=None)
    assert told.value.args[0] == "rw"


def test_the_database_counts_once_more(session, agreed, monkeypatch):
    monkeypatch.setattr("app.services.before.filings", ())
    for _n in range(3):
        make.item("musrenbang", rw=6)
    with pytest.raises(IntegrityError, match="rw_limit"), session.begin_nested():
        make.item("musrenbang", rw=6)


def test_ten_at_once_for_three_places():
    with live_app() as app:
        with app.app_context():
            user = make.user()
            planner = make.actor(make.user(roles=("planner",)))
            year = make.item("musrenbang", rw=1).plan_year
            rw_limits.agree(planner, year, make.KELURAHAN, 3, None)
            db.session.commit()
            user_id = user.id

        def act(number):
            actor = make.actor(db.session.get_one(User, user_id))
            values = make.values("musrenbang", rw=9, title=f"Lampu gang nomor {number}")
            made = items.file(KINDS["musrenbang"], actor, uuid.uuid4(), values)
            db.session.commit()
            return made.number

        told = at_once(app, 10, act)
        assert sum(isinstance(one, str) for one in told) == 3
        assert sum(isinstance(one, Refused) for one in told) == 7
        with app.app_context():
            assert db.session.query(Proposal).filter_by(rw=9).count() == 3
