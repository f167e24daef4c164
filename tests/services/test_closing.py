"""Trusted closing: no way round the proof, one appeal, decided by somebody who decided nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.access import RULES, SYSTEM, Actor, Seat
from app.kinds import KINDS
from app.services import items
from app.services.answers import Refused
from app.workflow import BACK, Incomplete, NotAllowed
from models import Change, ClosingEvent, Photo, ProofCheck, db
from tests import factories as make
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("session")
LAPOR = KINDS["lapor"]
OVER = ("resolved", "closed")
# What may end without a photo of its own: a part of it proves it, or a coded reason stands there.
DOCUMENTED = {"external_done", "gather"}


def kelurahan(item: Any) -> Actor:
    return make.actor(make.user(roles=("moderator",), area_code=item.area_code))


def appealed(item: Any, author: Any) -> Any:
    items.move(item, "appeal", make.actor(author), {"note": "Masih rusak di sisi timur."})
    return item


@pytest.fixture
def author() -> Any:
    return make.user()


@pytest.fixture
def closed(author: Any) -> Any:
    """A report that was answered with proof, accepted by a moderator, and lapsed."""
    item = make.item("lapor", author, state="proof_submitted", department_code=make.DEPARTMENT)
    items.move(item, "resolve", kelurahan(item), {})
    items.move(item, "lapse", SYSTEM)
    return item


# -- no way round the proof ------------------------------------------------------------------


@examples(18)
@given(choices=st.lists(st.integers(0, 10**6), min_size=12, max_size=24), with_photos=st.booleans())
def test_no_sequence_of_steps_resolves_what_has_a_place_without_a_checked_photo(
    session, choices, with_photos
):
    """Walk at random over every step there is, by somebody with every seat."""
    with session.begin_nested() as attempt:
        item = make.item("lapor", make.user())
        for number in choices:
            _any_step(item, number, with_photos)
            assert item.state not in OVER or _proved(item), _story(item)
        attempt.rollback()


def _any_step(item: Any, number: int, with_photos: bool) -> None:
    """Take one of the open steps, forward ones more often; what it refuses changes nothing."""
    by = make.everybody(item, item.department_code or make.DEPARTMENT)
    steps = [
        step
        for step in items.open_steps(item, by)
        if "into" not in step.asks and "parts" not in step.asks and step.target != BACK
    ]
    forward = [step for step in steps if step.forward]
    if not steps:
        return
    step = (forward * 3 + steps)[number % (len(forward) * 3 + len(steps))]
    answers = make.answers(item, step)
    if "category" in step.asks:
        bound = bool(number % 2)
        answers["category"] = make.category("lapor", place_bound=bound).code
    if not with_photos:
        answers = {name: value for name, value in answers.items() if name != "photos"}
        if step.proves and number % 2:
            answers.pop("reason", None)
    try:
        with db.session.begin_nested():
            items.move(item, step.name, by, answers)
    except (Incomplete, Refused, NotAllowed):
        db.session.refresh(item)


def _proved(item: Any) -> bool:
    """Is a checked photo, a documented reason, or no place behind its last answer?"""
    if not item.category.place_bound:
        return True
    steps = db.session.execute(
        select(Change.id, Change.step, Change.reason)
        .where(Change.item_id == item.id)
        .order_by(Change.seq)
    ).all()
    if any(row.step in DOCUMENTED and row.reason for row in steps):
        return True
    checked = (
        select(func.count()).select_from(ProofCheck).join(Photo, Photo.id == ProofCheck.photo_id)
    )
    count = db.session.scalar(checked.where(Photo.item_id == item.id, Photo.status == "ready"))
    return bool(count) and any(row.step == "submit_proof" for row in steps)


def _story(item: Any) -> list[str]:
    query = select(Change.step).where(Change.item_id == item.id).order_by(Change.seq)
    return [item.state, item.category_code, *db.session.scalars(query)]


def test_what_was_never_divided_is_not_opened_by_a_part(closed: Any) -> None:
    with pytest.raises(Refused):
        items.move(closed, "reopen_parts", SYSTEM)


def test_every_step_into_the_end_proves_asks_or_follows_a_proof():
    """A step added later that resolves must say where its proof is."""
    ways = {
        step.name
        for step in LAPOR.workflow.steps
        if step.target in OVER and not set(step.sources) <= {*OVER, "appealed"}
    }
    assert ways == {"resolve", "answer", "external_done", "gather"}
    assert "not_place_bound" in LAPOR.workflow.named("answer").when
    assert LAPOR.workflow.named("resolve").sources == ("proof_submitted",)
    into_proof = [s for s in LAPOR.workflow.steps if s.target == "proof_submitted"]
    assert all(s.proves and "photos" in s.required for s in into_proof)


def test_an_owner_outside_finishes_with_a_photo_or_a_reason():
    outside = make.item("lapor", state="to_external")
    clerk = kelurahan(outside)
    with pytest.raises(Incomplete) as lacking:
        items.move(outside, "external_done", clerk, {"note": "Katanya sudah."})
    assert lacking.value.args == ("photos",)
    given = {"note": "Kami lihat sendiri.", "reason": "seen_on_site"}
    assert items.move(outside, "external_done", clerk, given).reason == "seen_on_site"
    other = make.item("lapor", state="to_external")
    photo = make.proof_photo(other, uploaded_by_id=clerk.user_id)
    items.move(other, "external_done", clerk, {"note": "Selesai.", "photos": [photo.id]})
    assert other.state == "resolved"


def test_what_was_answered_without_a_place_is_not_given_one_afterwards():
    told = make.category("lapor", place_bound=False)
    item = make.item("lapor", state="resolved", category_code=told.code)
    with pytest.raises(Refused) as wrong:
        items.move(item, "recategorise", kelurahan(item), {"category": make.category().code})
    assert wrong.value.args[0] == "category"


# -- the resident's verdict and the appeal ----------------------------------------------------


def test_an_appeal_is_lodged_once_within_ten_working_days_of_the_closing(closed, author):
    assert closed.appeal_until is not None
    assert [step.name for step in items.open_steps(closed, make.actor(author))][:1] == ["appeal"]
    closed.appeal_until -= timedelta(days=40)
    with pytest.raises(NotAllowed):
        appealed(closed, author)
    closed.appeal_until += timedelta(days=40)
    appealed(closed, author)
    judge = make.actor(make.user(roles=("validator",), area_code=closed.area_code[:8]))
    items.move(closed, "dismiss", judge, {"reason": "proof_is_right", "note": "Sudah kami lihat."})
    assert closed.state == "closed"
    with pytest.raises(NotAllowed):
        appealed(closed, author)


def test_after_a_dispute_the_second_answer_may_be_appealed_at_once(author):
    item = make.item("lapor", author, state="resolved")
    with pytest.raises(NotAllowed):
        appealed(item, author)
    items.move(item, "dispute", make.actor(author), {"note": "Belum.", "rating": 1})
    make.walk(item, "resolved")
    assert appealed(item, author).state == "appealed"


def test_an_appeal_that_is_right_opens_it_again_with_priority_at_another_department(closed, author):
    judge = make.actor(make.user(roles=("coordinator",)))
    appealed(closed, author)
    given = {"note": "Belum dikerjakan.", "department": make.OTHER_DEPARTMENT}
    items.move(closed, "uphold", judge, given)
    assert (closed.state, closed.priority, closed.department_code) == (
        "reopened",
        "high",
        make.OTHER_DEPARTMENT,
    )
    events = db.session.execute(
        select(ClosingEvent.event, ClosingEvent.department_code)
        .where(ClosingEvent.item_id == closed.id)
        .order_by(ClosingEvent.change_id)
    ).all()
    assert [tuple(row) for row in events] == [
        ("resolved", make.DEPARTMENT),
        ("appealed", make.DEPARTMENT),
        ("upheld", make.DEPARTMENT),  # it counts for whose answer it was
    ]


def decides(item: Any, actor: Actor) -> bool:
    return RULES["appeal"](actor, item) is not None


def test_who_decided_before_does_not_decide_the_appeal(author):
    area, person = make.KELURAHAN, make.user(roles=("coordinator", "validator"))
    item = make.item("lapor", author, state="proof_submitted", department_code=make.DEPARTMENT)
    items.move(item, "resolve", make.actor(person), {})  # the coordinator, in triage's place
    items.move(item, "lapse", SYSTEM)
    appealed(item, author)
    assert not decides(item, make.actor(person))  # nor from their other seat
    assert not decides(item, Actor(9999, 9999, seats=(Seat("coordinator"),)))  # nor the same seat
    assert decides(item, Actor(9999, 9999, seats=(Seat("validator", area[:8]),)))
    for seat in (
        Seat("moderator", area),
        Seat("officer", None, make.DEPARTMENT),
        Seat("validator", "32.73.01"),
        Seat("auditor"),
        Seat("admin"),
    ):
        assert not decides(item, Actor(9998, 9998, seats=(seat,))), seat


def test_whoever_answered_does_not_decide_from_another_seat(closed, author):
    appealed(closed, author)
    both = (Seat("officer", None, make.DEPARTMENT), Seat("coordinator"))
    assert not decides(closed, Actor(9999, 9999, seats=both))
    assert decides(closed, Actor(9999, 9999, seats=both[1:]))


def test_an_office_does_not_decide_about_its_own_answer(closed, author, app):
    roles = app.config["CITY"].roles
    appealed(closed, author)
    for role, seat in (
        ("default_owner", Seat("validator", make.KECAMATAN)),
        ("coordinator", Seat("coordinator")),
    ):
        assert decides(closed, Actor(9999, 9999, seats=(seat,)))
        closed.department_code = roles[role]
        assert not decides(closed, Actor(9999, 9999, seats=(seat,)))
        closed.department_code = make.DEPARTMENT


def test_an_appeal_about_officials_is_decided_by_another_login_of_the_only_seat_that_may_know():
    about = make.category(oversight=True, place_bound=False)
    author, first = make.user(), make.user(roles=("coordinator",))
    item = make.item("lapor", author, category_code=about.code, published=False)
    item.decided_by, item.state = ["coordinator", f"user:{first.id}"], "appealed"
    assert not decides(item, make.actor(first))
    assert decides(item, make.actor(make.user(roles=("coordinator",))))
    assert not decides(item, make.actor(make.user(roles=("validator",))))


def test_who_typed_a_report_and_accepted_its_proof_does_not_confirm_it_as_the_reporter():
    resident, clerk = make.user(), make.user(roles=("moderator",))
    item = make.item("lapor", resident, state="proof_submitted")
    item.filed_by_id = clerk.id
    db.session.flush()
    items.move(item, "resolve", make.actor(clerk))
    assert "confirm" not in {step.name for step in items.open_steps(item, make.actor(clerk))}
    assert "confirm" in {step.name for step in items.open_steps(item, make.actor(resident))}
