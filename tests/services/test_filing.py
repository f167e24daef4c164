"""Filing items: what is written, what is promised, what is published."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.access import Actor
from app.kinds import KINDS, kind_of
from app.queries.calendar import city_calendar, city_day, city_terms
from app.services import items
from models import Category, Change, Draft, Follow, Item
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
every_kind = pytest.mark.parametrize("kind", KINDS)


def trail(item: Item, session) -> list[Change]:
    return list(
        session.scalars(select(Change).where(Change.item_id == item.id).order_by(Change.seq))
    )


def seat(role: str, **scope) -> Actor:
    return make.actor(make.user(roles=(role,), **scope))


# -- filing ---------------------------------------------------------------------------------


@every_kind
def test_filing_gives_a_number_a_state_and_a_first_line_of_the_trail(kind, session):
    user = make.user()
    item = items.file(KINDS[kind], make.actor(user), uuid.uuid4(), make.values(kind))
    first = trail(item, session)
    assert item.state == KINDS[kind].workflow.initial
    assert item.number.startswith(KINDS[kind].letter + "-")
    assert [(c.seq, c.step, c.seat, c.source, c.target) for c in first] == [
        (1, "file", "author", "", item.state)
    ]
    assert session.get(Follow, (item.id, user.id)) is not None


@every_kind
def test_the_same_key_twice_gives_the_same_item(kind, session):
    actor, key = make.actor(make.user()), uuid.uuid4()
    first = items.file(KINDS[kind], actor, key, make.values(kind))
    again = items.file(KINDS[kind], actor, key, make.values(kind, title="Judul yang lain"))
    assert again.id == first.id
    assert again.title == first.title
    assert len(trail(first, session)) == 1


@pytest.mark.parametrize(
    ("kind", "level", "published"),
    [
        ("lapor", 0, False),
        ("lapor", 1, False),
        ("lapor", 2, False),
        ("musrenbang", 0, False),
        ("musrenbang", 1, True),
        ("badami", 0, False),
        ("badami", 2, True),
    ],
)
def test_filing_publishes_what_confirmed_people_propose_and_nothing_else(kind, level, published):
    actor = make.actor(make.user(level=level))
    item = items.file(KINDS[kind], actor, uuid.uuid4(), make.values(kind))
    assert (item.published_at is not None) is published


def test_a_report_about_officials_is_confidential_and_under_oversight(session):
    for rule in (Category.oversight.is_(True), Category.complaint_class == "pengawasan"):
        code = session.scalars(
            select(Category.code).where(rule, Category.kind == "lapor", Category.emergency == "")
        ).first()
        values = make.values("lapor", category_code=code, visibility="public")
        item = items.file(KINDS["lapor"], make.actor(make.user()), uuid.uuid4(), values)
        assert item.oversight
        assert item.visibility == "confidential"
        assert item.published_at is None


def test_an_emergency_is_not_filed_but_names_whom_to_call(session):
    code = session.scalars(
        select(Category.code).where(Category.emergency != "", Category.kind == "lapor")
    ).first()
    before = session.scalar(select(func.count(Item.id)))
    with pytest.raises(items.Emergency) as stop:
        values = make.values("lapor", category_code=code)
        items.file(KINDS["lapor"], make.actor(make.user()), uuid.uuid4(), values)
    assert "112" in str(stop.value) or "110" in str(stop.value)
    assert session.scalar(select(func.count(Item.id))) == before


def test_filing_takes_the_draft_and_its_photos_along(session):
    user, key = make.user(), uuid.uuid4()
    session.add(Draft(key=key, kind="lapor", user_id=user.id, data={}))
    session.flush()
    photo = make.photo(draft_key=key, status="staged")
    item = items.file(KINDS["lapor"], make.actor(user), key, make.values())
    session.expire_all()
    assert (photo.item_id, photo.change_id) == (item.id, trail(item, session)[0].id)
    assert session.get(Draft, key) is None


def test_an_operator_files_for_a_resident_from_the_operators_seat(session):
    operator, resident = make.user(roles=("operator",)), make.person("Ibu Euis")
    item = items.file(
        KINDS["lapor"],
        make.actor(operator),
        uuid.uuid4(),
        make.values(),
        author_id=resident.id,
        channel="loket",
    )
    assert (item.author_id, item.filed_by_id, item.channel) == (resident.id, operator.id, "loket")
    assert trail(item, session)[0].seat == f"operator:{make.KELURAHAN}"


def test_a_proposal_starts_at_its_rw_for_next_year_with_its_cost():
    values = make.values("musrenbang", volume=12, unit="m", unit_price=250_000)
    item = items.file(KINDS["musrenbang"], make.actor(make.user()), uuid.uuid4(), values)
    assert (item.level, item.plan_year, item.cost) == ("rw", city_day().year + 1, 3_000_000)
    assert item.number.startswith(f"U-{item.plan_year}-")


def test_numbers_of_a_kind_count_up_and_never_repeat():
    found = [make.item("lapor").number for _ in range(5)]
    assert len(set(found)) == 5
    counted = [int(number.split("-")[2]) for number in found]
    assert counted == sorted(counted)


# -- promises -------------------------------------------------------------------------------


@every_kind
def test_a_state_gives_its_holder_so_many_working_days(kind):
    for state in KINDS[kind].workflow.states:
        item, calendar = make.item(kind, state=state.name), city_calendar()
        own = None if state.name in KINDS[kind].named or state.clock else state.within
        if own is not None:
            due_at = calendar.after(item.state_since, own)
            assert item.due_at == due_at, state.name
            assert item.due_on == city_day(due_at), state.name
        elif kind != "lapor" and state.name not in KINDS[kind].named:
            assert item.due_on is None, state.name


def test_a_complaint_promises_verification_and_solution_from_its_receipt():
    item, calendar = make.item("lapor"), city_calendar()
    policy = city_terms().policies.policy(
        item.complaint_class, item.category_code, "normal", city_day()
    )
    assert item.hop_due_at == item.due_at == calendar.after(item.created_at, policy.verify)
    assert item.whole_due_at == calendar.after(item.created_at, policy.verify + policy.resolve)
    assert (item.round, item.pauses, item.whole_ended_at) == (1, 0, None)


def test_planned_work_is_promised_for_the_day_that_was_named():
    item = make.item("lapor", state="accepted")
    day = city_calendar().add(city_day(), 2)
    items.move(item, "plan", seat("officer"), {"date": day, "note": "Menunggu aspal."})
    assert (item.planned_on, item.due_on) == (day, day)


def test_a_plan_does_not_move_the_promise_of_the_whole():
    item = make.item("lapor", state="accepted")
    whole, day = item.whole_due_at, city_day() + timedelta(days=200)
    items.move(item, "plan", seat("officer"), {"date": day, "note": "Menunggu anggaran."})
    assert city_day(item.hop_due_at) == day
    assert item.due_at == item.whole_due_at == whole


@pytest.mark.parametrize(("complaint_class", "days"), [("informasi", 5), ("pengawasan", 60)])
def test_the_whole_is_promised_by_the_class_of_the_complaint(complaint_class, days, session):
    item = make.item("lapor", state="accepted", category_code=make.category("lapor").code)
    item.complaint_class = complaint_class
    session.flush()
    items.move(item, "start", seat("officer"))
    assert item.due_at == city_calendar().after(item.created_at, 3 + days)


def test_a_fact_recorded_on_the_trail_leaves_the_clock_alone():
    item = make.item("badami", state="evaluation", published=True)
    due, since = item.due_at, item.state_since
    later = since + timedelta(days=3)
    moderator = seat("moderator")
    items.move(item, "relocate", moderator, {"area": make.OTHER_KELURAHAN}, at=later)
    assert due is not None
    assert (item.state, item.state_since, item.due_at) == ("evaluation", since, due)


# -- publication ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "step"), [("lapor", "verify"), ("musrenbang", "verify"), ("badami", "open_discussion")]
)
def test_the_step_that_looks_it_over_publishes(kind, step):
    item = make.item(kind, published=False)
    at = datetime.now(UTC)
    items.move(item, step, make.everybody(item), at=at)
    assert item.published_at == at


@every_kind
def test_what_was_refused_before_it_was_published_stays_unpublished(kind):
    name = {"lapor": "reject", "musrenbang": "refuse", "badami": "archive"}[kind]
    item = make.item(kind, published=False)
    step = kind_of(item).workflow.named(name)
    items.move(item, name, make.everybody(item), make.answers(item, step))
    assert item.published_at is None


def test_verifying_again_keeps_the_first_day_of_publication():
    item = make.item("lapor", state="returned")
    first = item.published_at
    items.move(item, "reverify", seat("moderator"), {"department": make.OTHER_DEPARTMENT})
    assert item.published_at == first
