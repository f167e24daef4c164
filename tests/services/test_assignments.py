"""Whose hands an item is in: taken, given, laid back, handed over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.queries import colleagues
from app.services import assignments, items, mandates
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Assignment, AuditEvent, Mandate, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def officers(n=2):
    return [make.user(roles=("officer",)) for _ in range(n)]


def current(item, seat=f"officer:{make.DEPARTMENT}"):
    held = colleagues.assignment(item, seat)
    return held.user_id if held else None


def test_an_officer_takes_an_item_and_a_colleague_gets_it(session):
    one, other = officers()
    item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
    assignments.give(item, make.actor(one), one.id)
    assert current(item) == one.id
    assignments.give(item, make.actor(one), other.id, "Kamu lebih dekat.")
    assert current(item) == other.id
    told = session.scalars(select(Notification.user_id).where(Notification.event == "assigned"))
    assert list(told) == [other.id]
    kept = session.scalars(select(Assignment.user_id).order_by(Assignment.id)).all()
    assert kept == [one.id, other.id]


def test_taking_twice_writes_one_line(session):
    (one,) = officers(1)
    item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
    first = assignments.give(item, make.actor(one), one.id)
    assert assignments.give(item, make.actor(one), one.id).id == first.id


def test_nobody_gives_an_item_to_somebody_who_does_not_share_the_seat():
    (one,) = officers(1)
    stranger = make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    gone = make.user()
    make.give(gone, "officer", valid_to=date.today() - timedelta(days=1),
              valid_from=date.today() - timedelta(days=9))  # fmt: skip
    item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
    for to in (stranger, gone):
        with pytest.raises(Refused):
            assignments.give(item, make.actor(one), to.id)
    with pytest.raises(NotAllowed):
        assignments.give(item, make.actor(stranger), stranger.id)


def test_the_kelurahan_and_the_department_each_know_their_own_hands():
    clerk, (officer,) = make.user(roles=("moderator",)), officers(1)
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    assignments.give(item, make.actor(clerk), clerk.id)
    assignments.give(item, make.actor(officer), officer.id)
    assert current(item) == officer.id
    assert current(item, f"moderator:{make.KELURAHAN}") == clerk.id


def test_what_is_laid_back_is_in_nobodys_hands_and_the_log_says_so(session):
    one, other = officers()
    item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
    assignments.give(item, make.actor(one), other.id)
    assignments.lay_back(item, make.actor(one))
    assert current(item) is None
    log = [(line.sort, line.who, line.to) for line in colleagues.log_of(item)]
    assert log == [("hands", one.person.name, other.person.name), ("hands", one.person.name, "")]


def test_what_somebody_who_left_held_goes_to_a_colleague_in_one_act(session):
    leaving, staying = officers()
    open_ones = [
        make.item("lapor", state="accepted", department_code=make.DEPARTMENT) for _ in range(3)
    ]
    over = make.item("lapor", state="closed", department_code=make.DEPARTMENT)
    for item in (*open_ones, over):
        assignments.give(item, make.actor(leaving), leaving.id)
    boss = make.actor(make.user(roles=("admin",)))
    seat = session.scalars(select(Mandate).where(Mandate.user_id == leaving.id)).one()
    mandates.end(seat, boss, "Pindah")
    name = f"officer:{make.DEPARTMENT}"
    assert [person.user_id for person in colleagues.on_seat(name)] == [staying.id]
    assert [(row.user_id, row.open) for row in colleagues.in_hand((name,))] == [(leaving.id, 3)]
    beside = colleagues.beside(db.session(), [name])
    assert ([person.user_id for person in beside.people], beside.left_behind) == ([staying.id], 3)
    assert assignments.hand_over(name, make.actor(staying), leaving.id, staying.id) == 3
    assert {current(item) for item in open_ones} == {staying.id}
    assert current(over) == leaving.id
    acts = session.scalars(select(AuditEvent.detail).where(AuditEvent.act == "hand_over")).all()
    assert acts == [f"{name} 3 to:{staying.id}"]


def test_a_seat_one_does_not_hold_is_not_handed_over():
    one, other = officers()
    stranger = make.actor(make.user(roles=("moderator",)))
    with pytest.raises(NotAllowed):
        assignments.hand_over(f"officer:{make.DEPARTMENT}", stranger, one.id, other.id)


def test_what_goes_to_another_office_leaves_the_hands_of_the_first(session):
    (one,) = officers(1)
    clerk = make.user(roles=("moderator",))
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    assignments.give(item, make.actor(one), one.id)
    assignments.give(item, make.actor(clerk), clerk.id)
    answers = {
        "reason": "wrong_department",
        "note": "Bukan jalan kami.",
        "other_department": make.OTHER_DEPARTMENT,
    }
    items.move(item, "return", make.actor(one), answers)
    assert current(item) is None
    assert current(item, f"moderator:{make.KELURAHAN}") == clerk.id
    assert colleagues.in_hand((f"officer:{make.DEPARTMENT}",)) == []


def test_what_turns_out_to_be_about_officials_leaves_the_kelurahans_hands():
    clerk = make.user(roles=("moderator",))
    item = make.item("lapor", state="verified")
    assignments.give(item, make.actor(clerk), clerk.id)
    about = make.category("lapor", oversight=True, place_bound=False)
    items.move(item, "recategorise", make.actor(clerk), {"category": about.code})
    assert item.oversight
    assert current(item, f"moderator:{make.KELURAHAN}") is None


def test_an_office_cannot_take_what_is_about_itself():
    (one,) = officers(1)
    about = make.accusation()
    with pytest.raises(NotAllowed):
        assignments.give(about, make.actor(one), one.id)
