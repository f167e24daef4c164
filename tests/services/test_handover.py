"""With an owner outside: a record from hand to hand, and a coordinator who ends the ping-pong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kinds import kind_of
from app.queries import handover, item_page, returns
from app.queries.calendar import city_day
from app.services import items
from app.services.answers import Refused
from models import Handover, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def seat(role: str) -> Any:
    return make.actor(make.user(roles=(role,)))


def referred(moderator: Any, **more: Any) -> Any:
    item = make.item("lapor", state="verified")
    told = {"external": "pln", "how": "portal", "note": "Jaringan PLN.", "reference": "PLN-77"}
    items.move(item, "refer", moderator, told | more)
    return item


def test_referring_writes_down_to_whom_how_and_under_which_number(session):
    moderator, day = seat("moderator"), city_day() + timedelta(days=9)
    more = {"contact_person": "Ibu Rini", "expected_on": day, "handed": "Foto dan titik"}
    item = referred(moderator, **more)
    (record,) = handover.records(session, item)
    held = record.held
    assert (held.department_code, held.how, held.reference) == ("pln", "portal", "PLN-77")
    assert (held.contact_person, held.expected_on, held.handed) == (
        "Ibu Rini", day, "Foto dan titik",
    )  # fmt: skip
    assert record.is_open
    assert held.made_by_id == moderator.user_id


def test_asking_again_and_their_answer_stand_on_the_record_and_the_trail(session):
    moderator = seat("moderator")
    item, day = referred(moderator), city_day() + timedelta(days=30)
    items.move(item, "ask_outside", moderator, {"how": "phone", "note": "Kami telepon."})
    told = {"note": "Teknisi dijadwalkan.", "expected_on": day, "reference": "PLN-78"}
    items.move(item, "hear_outside", moderator, told)
    (record,) = handover.records(session, item)
    assert [note.answered for note in record.notes] == [False, True]
    assert (record.held.expected_on, record.held.reference) == (day, "PLN-78")
    assert item.state == "to_external"
    steps = [entry.step for entry in item_page.trail(session, item, [])]
    assert steps[-2:] == ["ask_outside", "hear_outside"]


def test_taking_back_closes_the_record_and_leaves_nobody_named(session):
    moderator = seat("moderator")
    item = referred(moderator)
    items.move(item, "take_back", moderator, {"note": "Ternyata tiang kota."})
    held = session.scalars(select(Handover).filter_by(item_id=item.id)).one()
    assert held.outcome == "taken_back"
    assert held.closed_at is not None
    assert (item.state, item.department_code) == ("verified", None)


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"how": "merpati"}, "how"),
        ({"how": "letter", "expected_on": date(1999, 1, 1)}, "expected_on"),
        ({"how": "letter", "external": "dsdabm"}, "external"),
    ],
)
def test_nonsense_is_refused_by_name(answers, name):
    item = make.item("lapor", state="verified")
    with pytest.raises(Refused) as refused:
        items.move(
            item, "refer", seat("moderator"), {"external": "pln", "note": "Ke PLN."} | answers
        )
    assert refused.value.args[0] == name


def test_a_department_cannot_name_itself_when_it_sends_back():
    item = make.item("lapor", state="routed")
    told = {"reason": "wrong_department", "note": "Bukan.", "other_department": make.DEPARTMENT}
    with pytest.raises(Refused) as refused:
        items.move(item, "return", seat("officer"), told)
    assert refused.value.args[0] == "other_department"


def bounced(session: Any) -> tuple[Any, Any]:
    """An item that came back twice, and its moderator."""
    item, moderator = make.item("lapor", state="routed"), seat("moderator")
    told = {"reason": "not_our_authority", "note": "Bukan."}
    first = told | {"other_department": make.OTHER_DEPARTMENT}
    items.move(item, "return", seat("officer"), first)
    items.move(item, "reverify", moderator, {"department": make.OTHER_DEPARTMENT})
    items.move(item, "route", moderator, {"department": make.OTHER_DEPARTMENT})
    other = make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    items.move(item, "return", make.actor(other), told)
    return item, moderator


def test_the_chain_says_who_sent_it_back_why_and_whom_they_named(session):
    item, _moderator = bounced(session)
    hops = [(h.step, h.from_code, h.to_code) for h in handover.hops(session, item)][-4:]
    assert hops == [
        ("return", make.DEPARTMENT, make.OTHER_DEPARTMENT),
        ("reverify", make.OTHER_DEPARTMENT, make.OTHER_DEPARTMENT),
        ("route", make.OTHER_DEPARTMENT, make.OTHER_DEPARTMENT),
        ("return", make.OTHER_DEPARTMENT, None),
    ]
    assert handover.returned_by(session, item) == {make.DEPARTMENT, make.OTHER_DEPARTMENT}


def test_after_two_returns_the_coordinator_hears_and_holds_it_not_the_kelurahan(session):
    coordinator = make.user(roles=("coordinator",))
    item, _moderator = bounced(session)
    tasks = select(Notification.user_id).filter_by(item_id=item.id, event="task")
    told = set(session.scalars(tasks))
    assert coordinator.id in told
    held = item_page.holder(item)
    assert held is not None
    assert "Komunikasi" in held.name or "Diskominfo" in held.name
    assert [found.id for found in returns.to_decide(session(), make.actor(coordinator))] == [
        item.id
    ]


def test_what_an_outside_owner_did_not_solve_comes_back_to_the_kelurahan():
    moderator = seat("moderator")
    item = referred(moderator)
    told = {"reason": "owner_reported", "note": "Kata PLN sudah."}
    items.move(item, "external_done", moderator, told)
    items.move(item, "dispute", make.everybody(item), {"note": "Masih gelap."})
    assert item.state == "reopened"
    assert kind_of(item).held_by(item) == "triage"
    wanted = select(Notification.event).where(Notification.item_id == item.id)
    wanted = wanted.where(Notification.user_id == moderator.user_id)
    assert "task" in db.session.scalars(wanted.order_by(Notification.id.desc())).first()
    items.move(item, "take_back", moderator, {"note": "Kami serahkan lagi."})
    assert (item.state, item.department_code) == ("verified", None)


def test_what_an_office_of_the_city_has_is_not_taken_back_from_it():
    item = make.walk(make.item("lapor", state="working"), "resolved")
    items.move(item, "dispute", make.everybody(item), {"note": "Masih gelap."})
    assert kind_of(item).held_by(item) == "owner"
    assert "take_back" not in {step.name for step in items.open_steps(item, seat("moderator"))}
