"""Who may vote hears of it: announced, open, on the roll later, an objection answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.jobs import ballots as jobs
from app.services import casting, contest_keys, notices, roll_changes, vote_notices
from models import Contest, Juror, Notice, RollDispute, User, db
from tests import boxes, contests
from tests import factories as make
from tests.services.test_contests import moderator, resident

NOW = datetime.now(UTC)
WORDS = "Saya tinggal di RW 03 sejak lama."
ANSWER = "Sudah diperiksa di kelurahan."


def voter(**values: Any) -> User:
    return make.user(person=resident(), **values)


def announced(voters: list[User], **values: Any) -> Contest:
    """A vote that is announced, its roll still open to objections."""
    dates = {
        "disputes_until": NOW + timedelta(days=2),
        "opens_at": NOW + timedelta(days=3),
        "closes_at": NOW + timedelta(days=9),
    }
    return boxes.called(voters, "published", **(dates | values))


def lines(user: User) -> list[Notice]:
    return list(db.session.scalars(select(Notice).filter_by(user_id=user.id).order_by(Notice.id)))


def letter_of(user: User) -> str:
    found = notices.letter(lines(user)[-1].id)
    return f"{found.subject}\n{found.body}" if found else ""


def test_everybody_on_the_roll_hears_once_that_it_is_announced_and_once_that_it_is_open(
    session: Any,
) -> None:
    one, quiet, stranger = voter(), voter(wants_email=False), voter()
    contest = announced([one, quiet])
    for _turn in range(2):
        jobs.votes_tell()
    assert [line.event for line in lines(one)] == [vote_notices.ANNOUNCED]
    assert contest.title in letter_of(one)
    assert f"/suara/{contest.id}" in letter_of(one)
    assert letter_of(quiet) == ""
    boxes.dated(contest, opens_at=NOW - timedelta(hours=1), state="open")
    for _turn in range(2):
        jobs.votes_tell()
    told = [vote_notices.ANNOUNCED, vote_notices.OPENED]
    assert [line.event for line in lines(one)] == told
    assert [line.event for line in lines(quiet)] == told
    assert f"/suara/{contest.id}/pilih" in letter_of(one)
    assert lines(stranger) == []


def test_a_vote_that_was_cast_changes_nothing_of_what_is_told(session: Any) -> None:
    done, waits = voter(), voter()
    contest = boxes.called([done, waits])
    who = contest_keys.of_person(contest.id, done.person_id)
    assert casting.cast(contest.id, who, [1]).stored
    jobs.votes_tell()
    (one,), (other,) = lines(done), lines(waits)
    assert (one.event, one.data, one.mark) == (other.event, other.data, other.mark)
    assert one.created_at == other.created_at


def test_a_jury_and_delegates_are_asked_for_their_marks_when_it_opens(session: Any) -> None:
    juror = make.user()
    made = contests.contest("draft", mode="jury")
    db.session.add(Juror(contest_id=made.id, user_id=juror.id))
    boxes.walked(made, "open")
    jobs.votes_tell()
    jobs.votes_tell()
    assert [line.event for line in lines(juror)] == [vote_notices.SITTING]
    assert f"/suara/{made.id}/beri" in letter_of(juror)


def test_who_objected_reads_the_answer_and_who_is_put_on_the_roll_hears_of_it(
    session: Any,
) -> None:
    first, missing = voter(), voter()
    contest = announced([first])
    jobs.votes_tell()
    made = roll_changes.dispute(contest, make.actor(missing), "missing", WORDS)
    roll_changes.decide(made, contest, moderator(), accept=True, answer=ANSWER)
    events = {line.event: line for line in lines(missing)}
    assert set(events) == {vote_notices.ANSWERED, vote_notices.ANNOUNCED}
    assert events[vote_notices.ANSWERED].data["accepted"] is True
    jobs.votes_tell()
    assert len(lines(missing)) == 2


def test_who_is_struck_off_hears_why_and_a_refused_objection_is_answered_too(session: Any) -> None:
    stays, goes, objector = voter(), voter(), voter()
    contest = announced([stays, goes])
    keeper = moderator()
    for person, accept in ((goes, True), (stays, False)):
        made = roll_changes.dispute(contest, make.actor(objector), "wrongly_listed", WORDS)
        roll_changes.decide(
            made, contest, keeper, accept=accept, answer=ANSWER, person_id=person.person_id
        )
    answers = [line.data["accepted"] for line in lines(objector)]
    assert answers == [True, False]
    assert ANSWER in letter_of(objector)
    assert [line.event for line in lines(goes)] == [vote_notices.STRUCK]
    assert ANSWER in letter_of(goes)
    assert WORDS not in letter_of(goes)
    assert lines(stays) == []
    assert session.scalars(select(RollDispute.state).order_by(RollDispute.id)).all() == [
        "accepted",
        "refused",
    ]


def test_who_is_enrolled_late_hears_that_it_is_open(session: Any) -> None:
    first, late = voter(), voter()
    contest = boxes.called([first], terms={"late": True})
    jobs.votes_tell()
    roll_changes.enrol(contest, moderator(), late.person_id)
    assert [line.event for line in lines(late)] == [vote_notices.OPENED]
