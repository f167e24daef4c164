"""Who is asking: what one statement reads of a session is what stands in the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from app.queries.actors import actor_of, current_actor, load_login
from app.services import accounts
from tests import factories as make
from tests.statements import Statements

DAY = timedelta(days=1)


def staff():
    """Somebody with three seats, of which two hold today."""
    user = make.user(roles=("moderator",), language="en", level=2)
    make.give(user, "officer", valid_from=date.today() - 2 * DAY, valid_to=date.today() - DAY)
    make.give(user, "operator", area_code="32.73.09.1001", rw=7)
    return user


def test_a_session_says_the_same_as_the_tables(session):
    for user in (make.user(), staff()):
        login = load_login(user.get_id())
        assert login.actor == actor_of(user)
        assert (login.id, login.get_id(), login.language) == (
            user.id,
            user.get_id(),
            user.language,
        )
    assert [(seat.role, seat.rw) for seat in login.actor.seats] == [
        ("moderator", None),
        ("operator", 7),
    ]


def test_a_seat_that_was_ended_is_gone_at_once(session):
    user = staff()
    for seat in user.mandates:
        seat.ended_at = datetime.now(UTC)
    session.flush()
    assert load_login(user.get_id()).actor.seats == ()


def test_no_session_outlives_its_login(session):
    user = make.user()
    for strange in ("", "x", ".", f"{user.id}", f"{user.id}.{user.epoch}x", "999999999.abc"):
        assert load_login(strange) is None
    before = user.get_id()
    accounts.sign_out_everywhere(user)
    session.flush()
    assert load_login(before) is None
    user.closed_at = datetime.now(UTC)
    session.flush()
    assert load_login(user.get_id()) is None


def test_a_request_asks_once_who_it_is_with_one_statement(app, session, client_for):
    user = staff()
    with Statements() as sent:
        client_for(user).get("/ada-apa-tidak")
    assert len([one for one in sent if "user_account" in one]) == 1
    assert not [one for one in sent if "mandate" in one and "user_account" not in one]
    assert len(sent) <= 2  # the error page counts what is unread


def test_a_page_without_a_session_asks_nothing(app, session):
    with app.test_request_context("/"), Statements() as sent:
        assert not current_actor().is_signed_in
    assert sent == []
