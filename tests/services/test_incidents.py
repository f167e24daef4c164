"""Incidents: noticed from enrolment and shifts, decided by two, told to everybody without names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.queries import booths as booth_queries
from app.queries import incidents as queries
from app.services import booth_codes, booths, incidents
from app.services.refused import Refused
from app.workflow import NotAllowed
from models import BallotLock, Booth, BoothShift, Verification, db
from tests import factories as make
from tests.booths import hall, officer, on_roll, stored

pytestmark = pytest.mark.usefixtures("session")
NOTE = "Dua nomor ternyata milik satu orang; satu suara dibatalkan."


@pytest.fixture
def reviewers():
    """Two people who review."""
    return make.actor(officer("coordinator")), make.actor(officer("planner"))


def raised(found, *numbers):
    made = incidents.raised(found.contest, found.officer, "operator_mistake", "Salah pilih nama.")
    incidents.name(made, found.contest, found.officer, [found.people[n].id for n in numbers])
    return made


# -- what looks unusual -----------------------------------------------------------------------


def marks(found):
    return [one.mark.partition(":")[0] for one in queries.signs(db.session(), found.contest)]


def test_usual_enrolment_and_a_usual_shift_give_no_sign():
    found = hall(people=5, cards=5)
    for person in found.people:
        booths.give_paper(found.booth, found.officer, person.id)
    assert marks(found) == []


def test_many_verified_from_one_seat_in_a_day_are_noticed():
    found = hall(people=0)
    by = officer("operator")
    for n in range(queries.A_DAY):
        one = on_roll(found.contest, f"Warga {n}")
        db.session.add(Verification(person_id=one.id, level=2, method="attestation", by_id=by.id,
                                    seat="operator:x"))  # fmt: skip
    db.session.flush()
    (sign,) = queries.signs(db.session(), found.contest)
    assert (sign.kind, len(sign.people)) == ("bulk_accounts", queries.A_DAY)
    db.session.execute(text("UPDATE verification SET revoked_at = now(), revoked_reason = 'x'"))
    assert marks(found) == []


def test_one_phone_and_one_address_of_many_are_noticed_and_a_family_is_not():
    found = hall(people=0)
    for n in range(queries.ONE_PHONE - 1):
        on_roll(found.contest, f"Keluarga {n}", phone_hash="a" * 64, address="Jl. Dago 12")
    assert marks(found) == []
    on_roll(found.contest, "Satu lagi", phone_hash="a" * 64)
    for n in range(queries.ONE_ADDRESS):
        on_roll(found.contest, f"Kos {n}", address="jl. dago 12")
    assert sorted(marks(found)) == ["address", "phone"]


def test_a_quick_shift_and_one_login_in_two_places_are_noticed():
    found = hall()
    other = Booth(contest_id=found.contest.id, area_code=make.KELURAHAN, name="Pos Dua")
    db.session.add(other)
    db.session.flush()
    now = datetime.now(UTC)
    shift = db.session.scalars(select(BoothShift)).one()
    shift.codes, shift.begun_at = 60, now - timedelta(minutes=40)
    db.session.add(BoothShift(booth_id=other.id, user_id=shift.user_id, seat="x",
                              begun_at=now - timedelta(minutes=20)))  # fmt: skip
    db.session.flush()
    assert sorted(marks(found)) == ["overlap", "pace"]
    shift.ended_at = now - timedelta(minutes=30)
    db.session.flush()
    assert marks(found) == ["pace"]


def test_what_was_noticed_is_looked_into_once_with_the_people_it_is_about(reviewers):
    found = hall(people=0)
    for n in range(queries.ONE_PHONE):
        on_roll(found.contest, f"Warga {n}", phone_hash="b" * 64)
    (sign,) = queries.signs(db.session(), found.contest)
    made = incidents.looked_into(found.contest, reviewers[0], sign.mark)
    assert len(queries.people(db.session(), made.id)) == queries.ONE_PHONE
    assert marks(found) == []
    with pytest.raises(Refused):
        incidents.looked_into(found.contest, reviewers[1], sign.mark)
    with pytest.raises(NotAllowed):
        operator = make.actor(officer("operator"))
        incidents.looked_into(found.contest, operator, sign.mark)


# -- deciding ---------------------------------------------------------------------------------


def test_one_person_keeps_everything_as_it_is(reviewers):
    found = hall()
    made = raised(found)
    assert incidents.decide(made, found.contest, reviewers[0], "kept", NOTE)
    assert (made.state, made.public_note) == ("kept", NOTE)
    with pytest.raises(Refused):
        incidents.decide(made, found.contest, reviewers[1], "kept", NOTE)


def test_two_people_make_a_ballot_void_and_nobody_is_told_whether_there_was_one(reviewers):
    found = hall(cards=2)
    booths.give_card(found.booth, found.officer, found.people[0].id, "1")
    booth_codes.cast(found.contest.id, found.who(0), [1], [])
    made = raised(found, 0, 1)
    assert not incidents.decide(made, found.contest, reviewers[0], "voided", NOTE)
    assert not incidents.decide(made, found.contest, reviewers[0], "voided", "Sekali lagi saya.")
    assert len(stored(found)) == 1
    assert incidents.decide(made, found.contest, reviewers[1], "voided", "Saya setuju, sudah cek.")
    assert (made.state, made.public_note, made.voided) == ("voided", NOTE, 2)
    assert stored(found) == {}
    for n in (0, 1):
        assert booth_codes.cast(found.contest.id, found.who(n), [1], []).answer == "void"
    (notice,) = queries.public(db.session(), found.contest.id)
    assert (notice.note, notice.people) == (NOTE, None)  # fewer than five are not counted in public


def test_the_second_agrees_to_the_same_people_as_the_first(reviewers):
    found = hall()
    made = raised(found, 0)
    incidents.decide(made, found.contest, reviewers[0], "voided", NOTE)
    with pytest.raises(Refused):
        incidents.name(made, found.contest, reviewers[1], [found.people[1].id])
    with pytest.raises(Refused):
        incidents.unname(made, found.contest, reviewers[1], found.people[0].id)


def test_whose_paper_went_to_another_begins_anew_and_the_numbers_still_add_up(reviewers):
    found = hall(cards=1)
    person = found.people[0].id
    booths.give_paper(found.booth, found.officer, person)
    made = raised(found, 0)
    for one in reviewers:
        incidents.decide(made, found.contest, one, "corrected", NOTE)
    assert made.state == "corrected"
    assert db.session.scalars(select(BallotLock)).all() == []
    out = booth_queries.handed(db.session(), found.contest.id)[found.booth.id]
    assert out.outside == 0
    assert booths.give_card(found.booth, found.officer, person, "1") == "given"


def test_who_begins_anew_after_being_void_has_no_paper_left_in_the_numbers(reviewers):
    found = hall()
    booths.give_paper(found.booth, found.officer, found.people[0].id)
    for outcome in ("voided", "corrected"):
        made = raised(found, 0)
        for one in reviewers:
            incidents.decide(made, found.contest, one, outcome, NOTE)
    out = booth_queries.handed(db.session(), found.contest.id)[found.booth.id]
    assert out.outside == 0


@pytest.mark.parametrize(
    ("outcome", "note", "named"),
    [("voided", NOTE, False), ("kept", "", True), ("kept", "pendek", True), ("lain", NOTE, True)],
)
def test_a_decision_needs_a_note_and_people(reviewers, outcome, note, named):
    found = hall()
    made = raised(found, *([0] if named else []))
    with pytest.raises(Refused):
        incidents.decide(made, found.contest, reviewers[0], outcome, note)


def test_after_sealing_nothing_is_raised_or_decided(reviewers):
    found = hall()
    made = raised(found, 0)
    for state in ("closed", "sealed"):
        found.contest.state = state
        db.session.flush()
    with pytest.raises(Refused):
        incidents.decide(made, found.contest, reviewers[0], "voided", NOTE)
    with pytest.raises(Refused):
        incidents.raised(found.contest, found.officer, "other", "Terlambat melapor.")


def test_people_outside_the_roll_are_not_named(reviewers):
    found = hall()
    made = raised(found)
    assert incidents.name(made, found.contest, reviewers[0], [make.person().id]) == 0


def test_a_kelurahan_elsewhere_reviews_nothing():
    found = hall()
    stranger = make.actor(make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN))
    assert incidents.seat_for(stranger, found.contest) == ""
    with pytest.raises(NotAllowed):
        incidents.decide(raised(found), found.contest, stranger, "kept", NOTE)
