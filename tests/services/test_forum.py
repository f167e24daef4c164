"""Forums: counted fairly, decided once, and fixed from their closing on."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.queries import forum as queries
from app.queries import ranking as lists
from app.queries.forum import Line, Turnout
from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import forum_closing as closing
from app.services import forum_decisions as decisions
from app.services import forum_minutes as minutes
from app.services import ranking
from app.services.refused import Refused
from app.workflow import NotAllowed
from models import Change, ForumAttendance, Notice, db
from tests import factories as make
from tests.forums import KEY, called, came, lurah, proposal

numbers = st.integers(min_value=0, max_value=200)
lines = st.lists(
    st.builds(Line, st.sampled_from(["rw", "pkk", "anak"]), numbers, numbers, numbers), max_size=5
)


@pytest.fixture
def chair(session):
    """The actor who runs the forum."""
    return make.actor(lurah())


@pytest.fixture
def forum(chair):
    """An open forum with eleven people."""
    found = called(chair)
    came(found, chair, 11)
    return found


MUFAKAT = {"way": "mufakat", "outcome": "agreed"}


# -- pure ------------------------------------------------------------------------------------


@given(numbers, numbers, numbers, numbers)
def test_votes_never_exceed_those_present_and_a_tie_agrees_nothing(yes, no, none, present):
    counted = {"votes_for": yes, "votes_against": no, "abstained": none}
    if 0 < yes + no + none <= present:
        votes = decisions.votes_of(counted, present)
        assert votes.total == yes + no + none <= present
        assert (votes.outcome == "agreed") is (yes > no)
    else:
        with pytest.raises(Refused):
            decisions.votes_of(counted, present)


@given(lines, numbers, numbers, st.sampled_from(["share", "number"]), st.integers(0, 100))
def test_a_quorum_once_reached_is_not_lost_by_more_people(found, invited, here, rule, quorum):
    now = Turnout(invited, min(here, invited), tuple(found))
    more = Turnout(invited, min(here + 1, invited), (*found, Line("umum", 1)))
    assert more.present == now.present + 1
    if now.has_quorum(rule, quorum):
        assert more.has_quorum(rule, quorum)
        assert now.present + now.invited_here > 0


@given(lines, st.integers(0, 100))
def test_the_share_of_women_is_counted_exactly(found, wished):
    now = Turnout(0, 0, tuple(found))
    if now.present:
        assert now.lacks_women(wished) is (now.women / now.present < wished / 100)
        assert 0 <= now.women_share <= 100


texts = st.lists(st.sampled_from("abcdefgh"), max_size=8).map("\n".join)


# A line that stands twice cannot be told apart, so each stands once.
once = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True).map("\n".join)


@given(once, once, once)
def test_no_line_that_somebody_wrote_is_lost_when_two_write_at_once(base, theirs, mine):
    joined = minutes.joined_text(base, theirs, mine).split("\n")
    before = set(base.split("\n"))
    for text_ in (theirs, mine):
        for line in set(text_.split("\n")) - before - {""}:
            assert line in joined
    kept = set(theirs.split("\n")) & set(mine.split("\n"))
    assert kept - {""} <= set(joined)


@given(texts, texts)
def test_what_one_alone_changed_stands_as_they_wrote_it(base, text_):
    assert minutes.joined_text(base, base, text_) == text_
    assert minutes.joined_text(base, text_, base) == text_
    assert minutes.joined_text(base, text_, text_) == text_


# -- who runs it -----------------------------------------------------------------------------


def test_only_who_decides_at_that_level_calls_a_forum_and_one_decides_a_list(chair):
    for roles in ((), ("officer",), ("validator",)):
        with pytest.raises(NotAllowed):
            called(make.actor(make.user(roles=roles)))
    called(chair)
    with pytest.raises(service.Taken):
        called(chair)
    assert called(chair, theme="anak").is_binding is False


def test_two_who_edit_do_not_overwrite_each_other(chair, forum):
    service.change(forum, chair, {"venue": "Balai RW 05"}, 0)
    with pytest.raises(service.Stale):
        service.change(forum, chair, {"venue": "Masjid"}, 0)
    assert forum.venue == "Balai RW 05"


def test_the_invited_with_an_account_get_one_letter_with_their_own_code(session, chair, forum):
    invited = make.user(name="Ibu Euis")
    people = [
        {"name": "Ibu Euis", "group": "pkk", "sex": "P", "email": invited.email},
        {"name": "Pak Asep", "group": "rw"},
        {"name": "ibu  euis", "group": "pkk"},
    ]
    made = service.invite(forum, chair, people)
    assert [one.name for one in made] == ["Ibu Euis", "Pak Asep"]
    assert service.send_letters(forum, chair) == 1
    assert service.send_letters(forum, chair) == 0
    line = session.scalars(select(Notice).where(Notice.user_id == invited.id)).one()
    assert line.data["door"].endswith(made[0].token)


# -- who came --------------------------------------------------------------------------------


def test_a_person_is_counted_once_by_whatever_door_they_come(chair, forum):
    (guest,) = service.invite(forum, chair, [{"name": "Ibu Euis", "body": "PKK", "group": "pkk"}])
    door, own = doors.find(forum.door_code), doors.find(guest.token)
    before = queries.present_count(db.session, forum.id)
    _row, fresh = doors.check_in(own, {}, uuid.uuid4())
    again = [
        doors.check_in(own, {}, uuid.uuid4()),
        doors.check_in(door, {"name": "ibu euis", "body": "pkk", "group": "umum"}, uuid.uuid4()),
        doors.add(forum, chair, {}, uuid.uuid4(), guest),
    ]
    assert fresh
    assert [one[1] for one in again] == [False] * 3
    assert queries.present_count(db.session, forum.id) == before + 1


def test_the_same_form_sent_twice_is_one_person(forum):
    door, mark = doors.find(forum.door_code), uuid.uuid4()
    first, fresh = doors.check_in(door, {"name": "Dadang", "group": "umum"}, mark)
    second, again = doors.check_in(door, {"name": "Dadang S.", "group": "umum"}, mark)
    assert (fresh, again, first.id) == (True, False, second.id)


def test_a_rotating_code_is_taken_for_a_while_and_a_bare_one_never(chair):
    forum = called(chair, door="rotating")
    now = datetime.now(UTC)
    code = doors.door_code(forum, now)
    assert doors.find(code, now + timedelta(minutes=10)).forum.id == forum.id
    for bad, at in ((forum.door_code, now), (code, now + timedelta(hours=1)), (code + "x", now)):
        with pytest.raises(doors.Unknown):
            doors.find(bad, at)


def test_the_doors_open_three_hours_before(chair):
    forum = called(chair, starts_at=datetime.now(UTC) + timedelta(days=8))
    with pytest.raises(doors.TooEarly):
        doors.check_in(doors.find(forum.door_code), {"name": "A", "group": "umum"}, uuid.uuid4())


# -- what was decided ------------------------------------------------------------------------


def test_more_votes_than_people_are_refused(chair, forum):
    item = proposal()
    with pytest.raises(Refused) as refused:
        counts = {"votes_for": 8, "votes_against": 3, "abstained": 1}
        decisions.decide(forum, chair, item, {"way": "suara", **counts})
    assert refused.value.args[0] == "votes_for"


def test_what_is_not_agreed_says_why(chair, forum):
    item = proposal()
    for given_ in ({"reason": ""}, {"reason": "land_unclear", "note": ""}, {"reason": "nonsense"}):
        with pytest.raises(Refused):
            decisions.decide(
                forum, chair, item, {"way": "mufakat", "outcome": "not_agreed", **given_}
            )


def test_a_decision_that_somebody_changed_meanwhile_is_not_overwritten(chair, forum):
    item = proposal()
    decisions.decide(forum, chair, item, MUFAKAT)
    with pytest.raises(service.Stale):
        decisions.decide(forum, chair, item, MUFAKAT, seen=0)
    assert decisions.decide(forum, chair, item, MUFAKAT, seen=1).revision == 2


def test_a_proposal_of_elsewhere_is_not_decided(chair, forum):
    other = proposal(area_code=make.OTHER_KELURAHAN)
    with pytest.raises(Refused):
        decisions.decide(forum, chair, other, MUFAKAT)


# -- closing ---------------------------------------------------------------------------------


def decided(forum, chair):
    """Three proposals: agreed by consensus, agreed by vote, put off."""
    made = [proposal() for _ in range(3)]
    ranking.reorder(chair, KEY, [made[1].id, made[2].id, made[0].id])
    decisions.decide(forum, chair, made[0], MUFAKAT)
    counts = {"votes_for": 6, "votes_against": 4, "abstained": 1}
    decisions.decide(forum, chair, made[1], {"way": "suara", **counts})
    put_off = {"way": "mufakat", "outcome": "not_agreed", "reason": "land_unclear"}
    decisions.decide(forum, chair, made[2], {**put_off, "note": "Surat tanah belum ada."})
    return made


def test_closing_agrees_freezes_and_keeps_the_text(session, chair, forum):
    first, second, third = decided(forum, chair)
    version = closing.freeze(forum, chair)
    assert [first.state, second.state, third.state] == ["agreed", "agreed", "deferred"]
    order = lists.ranked(session, KEY)
    assert [row.id for row in order] == [second.id, first.id]
    assert order.frozen_at is not None
    assert version.sha256 == hashlib.sha256(version.text.encode()).digest()
    assert "suara 6/4/1" in version.text
    assert second.number in version.text
    assert "Hadirin" not in version.text
    steps = session.scalars(select(Change.step).where(Change.item_id == first.id)).all()
    assert steps[-1] == "agree"
    with pytest.raises(ranking.Frozen):
        ranking.reorder(chair, KEY, [first.id])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE forum SET venue = 'lain' WHERE id = :id",
        "DELETE FROM forum_attendance WHERE forum_id = :id",
        "UPDATE forum_attendance SET sex = 'P' WHERE forum_id = :id",
        "UPDATE forum_decision SET note = 'lain' WHERE forum_id = :id",
        "UPDATE forum_version SET text = 'lain' WHERE forum_id = :id",
        "DELETE FROM forum_version WHERE forum_id = :id",
        "INSERT INTO forum_asset (forum_id, sort, name, seat) VALUES (:id, 'aset', 'x', 'y')",
    ],
)
def test_the_database_refuses_to_change_a_closed_forum(session, chair, forum, statement):
    decided(forum, chair)
    closing.freeze(forum, chair)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement), {"id": forum.id})


def test_names_of_a_closed_forum_may_still_be_erased(session, chair, forum):
    closing.freeze(forum, chair)
    erase = text("UPDATE forum_attendance SET name = '', body = '' WHERE forum_id = :id")
    session.execute(erase, {"id": forum.id})
    assert set(session.scalars(select(ForumAttendance.name))) == {""}


def test_nothing_happens_when_one_of_the_agreed_cannot_be(session, chair, forum):
    good, bad = proposal(), proposal(state="")
    for one in (good, bad):
        decisions.decide(forum, chair, one, MUFAKAT)
    with pytest.raises(closing.Blocked) as blocked, session.begin_nested():
        closing.freeze(forum, chair)
    assert [(one.number, one.why) for one in blocked.value.args[0]] == [(bad.number, "unverified")]
    session.expire_all()
    assert (good.state, forum.closed_at) == ("verified", None)
    assert lists.ranked(session, KEY).frozen_at is None


def test_people_struck_after_a_vote_are_noticed_before_closing(session, chair, forum):
    decided(forum, chair)
    rows = queries.attendance(session, forum.id)
    doors.strike(forum, chair, rows[0].id)
    assert [one.why for one in closing.hurdles(forum)] == ["votes"]


def test_a_closed_forum_takes_nobody_in_and_no_minutes(chair, forum):
    closing.freeze(forum, chair)
    door = doors.find(forum.door_code)
    with pytest.raises(service.Over):
        doors.check_in(door, {"name": "Terlambat", "group": "umum"}, uuid.uuid4())
    with pytest.raises(service.Over):
        minutes.save(forum, chair, 1, 0, "Terlambat")


def test_a_correction_is_a_further_version_with_its_reason(session, chair, forum):
    first = closing.freeze(forum, chair)
    second = closing.correct(forum, chair, "attendance", "RW 03 hadir 2 orang.", "Salah hitung.")
    assert second.number == 2
    assert first.sha256.hex() in second.text
    assert "Salah hitung." in second.text
    assert len(queries.versions(session, forum.id)) == 2


def test_a_forum_with_a_theme_recommends_and_moves_nothing(session, chair):
    found = called(chair, theme="anak")
    came(found, chair, 3, child=True)
    item = proposal()
    decisions.decide(found, chair, item, MUFAKAT)
    closing.freeze(found, chair)
    assert item.state == "verified"
    assert lists.ranked(session, KEY).frozen_at is None


def test_wishes_that_are_not_met_are_told_and_stop_nothing(chair, forum):
    found = queries.turnout(db.session, forum.id)
    codes = [one.code for one in queries.warnings(forum, found, {"anak": 1})]
    assert codes == ["women", "group"]
    closing.freeze(forum, chair)


# -- minutes ---------------------------------------------------------------------------------


def test_two_secretaries_write_the_same_point(chair, forum):
    one = minutes.save(forum, chair, 1, 0, "Dibuka pukul 9.")
    theirs = minutes.save(forum, chair, 1, one.number, "Dibuka pukul 9.\nPak RW bicara.")
    mine = minutes.save(forum, chair, 1, one.number, "Dibuka pukul 9.\nIbu PKK bertanya.")
    assert mine.merged
    assert mine.number == theirs.number + 1
    assert mine.text == "Dibuka pukul 9.\nPak RW bicara.\nIbu PKK bertanya."
    assert minutes.save(forum, chair, 1, mine.number, mine.text).number == mine.number
