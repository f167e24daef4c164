"""Moving items: who may, what it asks, what it writes."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access import SYSTEM, Actor
from app.kinds import KINDS
from app.queries.calendar import city_day
from app.services import items
from app.services.answers import Refused
from app.workflow import Incomplete, NotAllowed
from models import Change, ChangeText, Item
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
every_kind = pytest.mark.parametrize("kind", KINDS)


def trail(item: Item, session) -> list[Change]:
    return list(
        session.scalars(select(Change).where(Change.item_id == item.id).order_by(Change.seq))
    )


def seat(role: str, **scope) -> Actor:
    return make.actor(make.user(roles=(role,), **scope))


# -- steps: who, what, when -----------------------------------------------------------------


def test_a_step_writes_state_seat_and_reason_and_keeps_the_words_apart(session):
    item, moderator = make.item("lapor"), make.user(roles=("moderator",))
    change = items.move(
        item,
        "reject",
        make.actor(moderator),
        {"reason": "unclear", "note": "Tidak ada alamatnya."},
    )
    assert (item.state, change.source, change.target) == ("rejected", "received", "rejected")
    assert (change.seat, change.reason) == (f"moderator:{make.KELURAHAN}", "unclear")
    words = session.get_one(ChangeText, change.id)
    assert (words.text, words.actor_id) == ("Tidak ada alamatnya.", moderator.id)


def test_the_same_step_key_twice_is_one_step(session):
    item, moderator, key = make.item("lapor"), seat("moderator"), uuid.uuid4()
    first = items.move(item, "verify", moderator, {}, key=key)
    again = items.move(item, "verify", moderator, {}, key=key)
    assert again.id == first.id
    assert len(trail(item, session)) == 2


def test_a_key_of_another_item_is_not_taken_for_this_one():
    moderator, key = seat("moderator"), uuid.uuid4()
    one, other = make.item("lapor"), make.item("lapor")
    items.move(one, "verify", moderator, {}, key=key)
    with pytest.raises(items.Stale):
        items.move(other, "verify", moderator, {}, key=key)


def test_somebody_who_looked_before_another_step_is_told_so():
    item, moderator = make.item("lapor"), seat("moderator")
    items.move(item, "verify", moderator, seen=1)
    with pytest.raises(items.Stale):
        items.move(item, "reject", moderator, {"reason": "spam", "note": "Iklan."}, seen=1)
    assert item.state == "verified"


def test_a_step_that_does_not_exist_or_does_not_start_here_is_refused():
    item, moderator = make.item("lapor"), seat("moderator")
    for name in ("terbang", "resolve", "route", "__class__"):
        with pytest.raises(NotAllowed):
            items.move(item, name, moderator)
    assert item.state == "received"


def test_a_step_needs_the_seat_it_names():
    item = make.item("lapor")
    wrong = (
        Actor(),
        make.actor(make.user()),
        seat("officer"),
        seat("planner"),
        seat("validator"),
        seat("auditor"),
        seat("admin"),
        seat("moderator", area_code=make.OTHER_KELURAHAN),
    )
    for actor in wrong:
        assert "verify" not in [step.name for step in items.open_steps(item, actor)]
        with pytest.raises(NotAllowed):
            items.move(item, "verify", actor)


def test_an_officer_of_another_department_may_not_take_the_item_up():
    item = make.item("lapor", state="routed")
    with pytest.raises(NotAllowed):
        items.move(item, "accept", seat("officer", department_code=make.OTHER_DEPARTMENT))
    items.move(item, "accept", seat("officer"))
    assert item.state == "accepted"


def test_only_the_author_confirms_and_disputes():
    item = make.item("lapor", state="resolved")
    for actor in (make.actor(make.user()), seat("moderator"), seat("officer"), SYSTEM):
        for name in ("confirm", "dispute"):
            with pytest.raises(NotAllowed):
                items.move(item, name, actor, {"note": "Sudah."})
    items.move(item, "confirm", Actor(item.filed_by_id, item.author_id), {"rating": 4})
    assert (item.state, item.rating) == ("closed", 4)


@every_kind
def test_every_step_refuses_when_an_answer_it_needs_is_missing(kind):
    """Each step of each state, taken with everything but one needed answer."""
    for state in KINDS[kind].workflow.states:
        item = make.item(kind, state=state.name)
        actor = make.everybody(item, item.department_code or make.DEPARTMENT)
        for step in items.open_steps(item, actor):
            given = make.answers(item, step) if step.required else {}
            for name in step.required:
                lacking = {n: v for n, v in given.items() if n != name}
                for empty in (lacking, lacking | {name: ""}, lacking | {name: None}):
                    with pytest.raises(Incomplete) as error:
                        items.move(item, step.name, actor, empty)
                    assert error.value.args == (name,), (step.name, name)
            assert item.state == state.name


@every_kind
def test_a_reason_that_is_not_on_the_steps_list_is_refused(kind):
    for state in KINDS[kind].workflow.states:
        item = make.item(kind, state=state.name)
        actor = make.everybody(item, item.department_code or make.DEPARTMENT)
        for step in items.open_steps(item, actor):
            if not step.reasons:
                continue
            answers = make.answers(item, step) | {"reason": "because"}
            with pytest.raises(Refused) as error:
                items.move(item, step.name, actor, answers)
            assert error.value.args[0] == "reason"


@pytest.mark.parametrize(
    ("state", "step", "answers", "wrong"),
    [
        ("verified", "route", {"department": "tidak-ada"}, "department"),
        (
            "verified",
            "refer",
            {"external": make.DEPARTMENT, "how": "letter", "note": "Ke luar."},
            "external",
        ),
        ("accepted", "plan", {"date": date(1900, 1, 1), "note": "Lampau."}, "date"),
        ("accepted", "plan", {"date": date(9999, 12, 31), "note": "Jauh."}, "date"),
        ("received", "relocate", {"area": "99.99"}, "area"),
        ("received", "recategorise", {"category": "usulan-jalan"}, "category"),
        ("received", "merge", {"into": "L-1999-0000000-0", "reason": "same_matter"}, "into"),
        ("working", "submit_proof", {"photos": [2**62], "note": "Foto."}, "photos"),
    ],
)
def test_answers_that_cannot_be_used_are_refused_by_name(state, step, answers, wrong):
    item = make.item("lapor", state=state)
    with pytest.raises(Refused) as error:
        items.move(item, step, make.everybody(item), answers)
    assert error.value.args[0] == wrong
    assert item.state == state


@pytest.mark.parametrize(
    ("state", "step", "name"),
    [("accepted", "plan", "date"), ("to_external", "hear_outside", "expected_on")],
)
def test_a_day_that_is_over_is_no_promise_but_what_was_said_then_was_one(state, step, name):
    month_ago, today = datetime.now(UTC) - timedelta(days=30), city_day()
    item = make.item("lapor", state=state, created_at=month_ago)
    given = {name: today - timedelta(days=1), "note": "Menunggu giliran."}
    with pytest.raises(Refused) as error:
        items.move(item, step, make.everybody(item), given)
    assert error.value.args[0] == name
    items.move(item, step, make.everybody(item), given | {name: today})
    items.move(item, step, make.everybody(item), given, at=datetime.now(UTC), arrived=month_ago)


def test_a_plan_may_be_made_on_a_leap_day(monkeypatch):
    item = make.item("lapor", state="accepted", created_at=datetime(2028, 2, 1, tzinfo=UTC))
    monkeypatch.setattr("app.services.answers.city_day", lambda *at: date(2028, 2, 29))
    answers = {"date": date(2028, 3, 10), "note": "Minggu depan."}
    items.move(item, "plan", make.everybody(item), answers)
    assert item.planned_on == date(2028, 3, 10)


def test_a_pilot_does_not_end_before_it_begins():
    item = make.item("badami", state="incubation")
    today = city_day()
    answers = {"period": (today, today - timedelta(days=1)), "indicators": "Jumlah pemakai."}
    with pytest.raises(Refused) as error:
        items.move(item, "pilot", make.everybody(item), answers)
    assert error.value.args[0] == "period"


def test_proof_needs_photos_of_ones_own_that_are_not_used_elsewhere():
    item, officer = make.item("lapor", state="working"), make.user(roles=("officer",))
    actor, other = make.actor(officer), make.item("lapor")
    foreign = make.photo(uploaded_by_id=make.user().id)
    used = make.photo(other, uploaded_by_id=officer.id)
    used.change_id = items.move(other, "verify", seat("moderator")).id
    for photo in (foreign, used):
        with pytest.raises(Refused):
            items.move(item, "submit_proof", actor, {"photos": [photo.id], "note": "Foto."})
    mine = make.proof_photo(item, uploaded_by_id=officer.id)
    change = items.move(item, "submit_proof", actor, {"photos": [mine.id], "note": "Selesai."})
    assert (mine.item_id, mine.change_id) == (item.id, change.id)


# -- the complaint's loops ------------------------------------------------------------------


def test_information_is_asked_for_once_and_the_clock_is_the_reporters():
    item, moderator = make.item("lapor"), seat("moderator")
    author = Actor(item.filed_by_id, item.author_id)
    items.move(item, "ask_info", moderator, {"note": "Di depan nomor berapa?"})
    assert item.state == "need_info"
    items.move(item, "give_info", author, {"note": "Di depan nomor 12."})
    assert item.state == "received"
    with pytest.raises(NotAllowed):
        items.move(item, "ask_info", moderator, {"note": "Dan siapa Anda?"})


def test_after_two_returns_the_coordinator_alone_decides_the_owner():
    item = make.item("lapor", state="routed")
    moderator, coordinator = seat("moderator"), seat("coordinator")
    answers = {"reason": "wrong_department", "note": "Bukan jalan kota."}
    items.move(item, "return", seat("officer"), answers)
    with pytest.raises(NotAllowed):
        items.move(item, "decide_owner", coordinator, {"department": "dishub", "note": "Ke sini."})
    items.move(item, "reverify", moderator, {"department": make.DEPARTMENT})
    items.move(item, "route", moderator, {"department": make.DEPARTMENT})
    items.move(item, "return", seat("officer"), answers)
    assert item.returns == 2
    for actor in (moderator, coordinator):
        with pytest.raises(NotAllowed):
            items.move(item, "reverify", actor, {"department": "dishub"})
    with pytest.raises(NotAllowed):
        items.move(item, "decide_owner", moderator, {"department": "dishub", "note": "Ke sini."})
    items.move(item, "decide_owner", coordinator, {"department": "dishub", "note": "Ke sini."})
    assert (item.state, item.department_code) == ("routed", "dishub")


def test_a_disputed_report_goes_back_to_the_same_department_with_priority():
    item = make.item("lapor", state="resolved", department_code=make.DEPARTMENT)
    author = Actor(item.filed_by_id, item.author_id)
    items.move(item, "dispute", author, {"note": "Masih berlubang."})
    assert (item.state, item.priority, item.department_code) == (
        "reopened",
        "high",
        make.DEPARTMENT,
    )
    items.move(item, "accept", seat("officer"))
    assert item.state == "accepted"


def test_ten_quiet_days_are_counted_by_the_platform_alone():
    item = make.item("lapor", state="resolved")
    for actor in (seat("moderator"), seat("officer"), seat("admin")):
        with pytest.raises(NotAllowed):
            items.move(item, "lapse", actor)
    change = items.move(item, "lapse", SYSTEM)
    assert (item.state, change.seat) == ("closed", "system")


def test_what_no_photo_can_prove_is_answered_and_what_one_can_is_proved(session):
    told = make.category("lapor", place_bound=False)
    question = make.item("lapor", state="accepted", category_code=told.code)
    hole = make.item("lapor", state="accepted")
    officer = seat("officer")
    with pytest.raises(NotAllowed):
        items.move(hole, "answer", officer, {"note": "Sudah."})
    items.move(question, "answer", officer, {"note": "Bisa lewat aplikasi."})
    assert question.state == "resolved"


# -- corrections ----------------------------------------------------------------------------


def test_a_moderator_corrects_the_kelurahan_and_the_item_is_theirs_no_more():
    item, moderator = make.item("lapor"), seat("moderator")
    items.move(item, "relocate", moderator, {"area": make.OTHER_KELURAHAN})
    assert (item.area_code, item.area_basis) == (make.OTHER_KELURAHAN, "corrected")
    assert not items.open_steps(item, moderator)
