"""Ceilings: drafts nobody sees, publication within the whole, and what crosses the line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.access import ANONYMOUS, Actor, Seat
from app.queries import ceiling_effects, ceilings
from app.queries.ranking import ListKey, ranked
from app.services import ceilings as service
from app.services import ceilings_told, ranking
from app.workflow import NotAllowed
from models import CeilingVersion, Follow, Notification, Whose, db
from tests import factories as make
from tests.examples import examples
from tests.live import at_once, live_app

CITY, DISTRICT, KELURAHAN = "32.73", make.KECAMATAN, make.KELURAHAN
SIBLING = "32.73.02.1001"
DECREE = service.Decree("indikatif", "SK 1/2026", date(2026, 1, 5), "Kesepakatan awal tahun.")
KEY = ListKey(2027, "kelurahan", KELURAHAN)
EIGHT = 8


@pytest.fixture
def planner(session):
    """Somebody of Bapperida."""
    return make.actor(make.user(roles=["planner"]))


def areas(**amounts):
    """Amounts by short names."""
    named = {"city": CITY, "district": DISTRICT, "dago": KELURAHAN, "sibling": SIBLING}
    return {Whose(named[name]): amount for name, amount in amounts.items()}


def published(planner, decree=DECREE, **amounts):
    service.save(planner, 2027, areas(**amounts), decree)
    return service.publish(planner, 2027)


def test_a_draft_holds_for_nobody_and_a_version_for_all_until_the_next(session, planner):
    service.save(planner, 2027, areas(dago=500), DECREE)
    assert ceilings.ceiling_for(session, KEY) is None
    assert not ceilings.versions(session, 2027) and not ceilings.in_force(session, 2027)
    first = service.publish(planner, 2027)
    assert (first.number, ceilings.ceiling_for(session, KEY)) == (1, 500)
    second = published(planner, dago=300, sibling=100)
    assert (second.number, ceilings.ceiling_for(session, KEY)) == (2, 300)
    third = published(planner, sibling=50)
    assert third.number == 3 and ceilings.ceiling_for(session, KEY) == 300
    assert [v.number for v in ceilings.versions(session, 2027)] == [1, 2, 3]
    assert ceilings.ceiling_for(session, ListKey(2028, "kelurahan", KELURAHAN)) is None


def test_what_equals_the_ceiling_in_force_is_not_written_again(session, planner):
    published(planner, dago=500, sibling=40)
    draft = service.save(planner, 2027, areas(dago=500, sibling=41), DECREE)
    assert service.amounts_of(draft) == areas(sibling=41)


@pytest.mark.parametrize(
    ("amounts", "where", "over"),
    [
        ({"district": 100, "dago": 80, "sibling": 30}, DISTRICT, 10),
        ({"city": 100, "district": 101}, CITY, 1),
        ({"city": 100, "dago": 60, "sibling": 60}, CITY, 20),  # a kecamatan without its own
    ],
)
def test_parts_that_come_to_more_than_their_whole_are_not_published(
    session, planner, amounts, where, over
):
    service.save(planner, 2027, areas(**amounts), DECREE)
    with pytest.raises(service.TooMuch) as raised:
        service.publish(planner, 2027)
    (wrong,) = raised.value.excess
    assert (wrong.area_code, wrong.over, wrong.of_departments) == (where, over, False)


def test_departments_share_what_the_city_has(session, planner):
    offices = {Whose("", make.DEPARTMENT): 70, Whose("", make.OTHER_DEPARTMENT): 40}
    service.save(planner, 2027, {**areas(city=100), **offices}, DECREE)
    with pytest.raises(service.TooMuch) as raised:
        service.publish(planner, 2027)
    assert raised.value.excess[0].of_departments and raised.value.excess[0].over == 10


def test_a_whole_cannot_be_cut_below_what_its_parts_have(session, planner):
    published(planner, district=100, dago=90)
    with pytest.raises(service.TooMuch):
        published(planner, district=80)


def test_the_database_itself_refuses_what_the_service_did_not_ask(session, planner):
    draft = service.save(planner, 2027, areas(district=10, dago=11), DECREE)
    session.execute(
        text("UPDATE ceiling_version SET number = 1, published_at = now() WHERE id = :id"),
        {"id": draft.id},
    )
    with pytest.raises(IntegrityError, match="more than its ceiling"):
        session.execute(text("SET CONSTRAINTS ceiling_nested IMMEDIATE"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ceiling_version SET reason = 'lain' WHERE id = :id",
        "DELETE FROM ceiling_version WHERE id = :id",
        "UPDATE ceiling SET amount = 1 WHERE version_id = :id",
        "DELETE FROM ceiling WHERE version_id = :id",
        "INSERT INTO ceiling (version_id, area_code, amount) VALUES (:id, '32.73.01', 5)",
    ],
)
def test_what_is_published_is_never_changed(session, planner, statement):
    version = published(planner, dago=500)
    with pytest.raises(DBAPIError, match="published"), session.begin_nested():
        session.execute(text(statement), {"id": version.id})


@pytest.mark.parametrize(
    ("decree", "amounts", "lacks"),
    [
        (service.Decree("final", "", None, "Sebab"), {"dago": 5}, ("decree",)),
        (service.Decree("final", "SK 2", None, "  "), {"dago": 5}, ("reason",)),
        (service.Decree("final", "SK 2", None, "Sebab"), {}, ("lines",)),
    ],
)
def test_a_version_says_what_it_rests_on(session, planner, decree, amounts, lacks):
    service.save(planner, 2027, areas(**amounts), decree)
    with pytest.raises(service.Incomplete) as raised:
        service.publish(planner, 2027)
    assert raised.value.args == lacks


def test_a_draft_somebody_else_saved_is_not_overwritten_unseen(session, planner):
    service.save(planner, 2027, areas(dago=5), DECREE, revision=0)
    with pytest.raises(service.Stale):
        service.save(planner, 2027, areas(dago=6), DECREE, revision=0)
    with pytest.raises(service.Stale):
        service.publish(planner, 2027, revision=2)
    with pytest.raises(service.Stale):
        service.discard(planner, 2027, revision=0)
    service.discard(planner, 2027, revision=1)
    assert service.draft(2027) is None


@pytest.mark.parametrize("role", ["moderator", "validator", "officer", "coordinator", "auditor"])
def test_nobody_but_planners_keeps_ceilings(session, role):
    for actor in (ANONYMOUS, Actor(1, 1, seats=(Seat(role, None, make.DEPARTMENT),))):
        with pytest.raises(NotAllowed):
            service.save(actor, 2027, areas(dago=5), DECREE)
        with pytest.raises(NotAllowed):
            service.publish(actor, 2027)


# -- what crosses the line ----------------------------------------------------------------------


def proposals(*costs):
    """Published proposals of 2027 at their kelurahan, in this order."""
    made = []
    for cost in costs:
        one = make.item("musrenbang")
        one.plan_year, one.level, one.cost = 2027, "kelurahan", cost
        made.append(one)
    clerk = make.actor(make.user(roles=["moderator"]))
    ranking.reorder(clerk, KEY, [one.id for one in made])
    return made


def test_a_cut_says_what_falls_before_and_after_it_is_published(session, planner):
    first, second, third = proposals(100, 100, 100)
    published(planner, dago=300)
    service.save(planner, 2027, areas(dago=150), DECREE)
    now = ceilings.in_force(session, 2027)
    (shift,) = ceiling_effects.shifts(session, 2027, now, now | areas(dago=150))
    assert [c.row.id for c in shift.fallen] == [second.id, third.id] and not shift.risen
    assert (shift.before, shift.after, shift.lost) == (300, 150, 200)
    version = service.publish(planner, 2027)
    ((key, lines),) = ceiling_effects.written(session, version.id)
    assert key == KEY
    assert [(line.number, line.above) for line in lines] == [
        (second.number, False),
        (third.number, False),
    ]
    assert {one.state for one in (first, second, third)} == {"submitted"}
    raised = published(planner, dago=200)
    ((_key, lines),) = ceiling_effects.written(session, raised.id)
    assert [(line.number, line.above) for line in lines] == [(second.number, True)]


def test_whoever_stands_behind_what_fell_is_told_once(session, planner):
    _first, second = proposals(100, 100)
    neighbour = make.user()
    session.add(Follow(user_id=neighbour.id, item_id=second.id))
    version = published(planner, dago=100)
    session.flush()
    for _time in range(2):
        ceilings_told.tell(version.id)
    told = session.execute(
        select(Notification.user_id, Notification.item_id).where(Notification.event == "line_below")
    ).all()
    assert sorted(told) == sorted([(neighbour.id, second.id), (second.filed_by_id, second.id)])


def test_nobody_is_told_of_what_is_not_public_or_beyond_that_level(session, planner):
    first, second, third = proposals(100, 100, 100)
    version = published(planner, dago=100)
    second.visibility, third.level = "confidential", "kecamatan"
    session.flush()
    ceilings_told.tell(version.id)
    lines = select(func.count()).where(Notification.event.in_(["line_below", "line_above"]))
    assert session.scalar(lines) == 0
    assert first.state == "submitted"


def test_a_signed_list_is_cut_with_the_costs_it_was_signed_with(session, planner):
    first, second = proposals(100, 100)
    ranking.freeze(KEY, "moderator:" + KELURAHAN)
    second.cost = 5000
    session.flush()
    published(planner, dago=200)
    assert [row.above for row in ranked(session, KEY)] == [True, True]


# -- nested sums ----------------------------------------------------------------------------------

NAMES = ("city", "district", "dago", "sibling")
AMOUNTS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 30), min_size=1)


@examples(15)
@given(st.lists(AMOUNTS, min_size=1, max_size=5))
def test_whatever_is_published_parts_never_come_to_more_than_their_whole(app, versions):
    from tests.live import one_transaction

    with one_transaction(app) as session:
        actor = make.actor(make.user(roles=["planner"]))
        levels, parents = ceilings.tree(session)
        for amounts in versions:
            wanted = ceilings.in_force(session, 2027) | areas(**amounts)
            said = ceilings.over(wanted, levels, parents)
            if wanted == ceilings.in_force(session, 2027):
                continue  # it would change nothing
            raised: list[object] = []
            try:
                with session.begin_nested():
                    service.save(actor, 2027, areas(**amounts), DECREE)
                    service.publish(actor, 2027)
            except service.TooMuch as problem:
                raised = list(problem.excess)
            assert raised == said
            held = {
                name: ceilings.in_force(session, 2027).get(one)
                for name in NAMES
                for one in areas(**{name: 0})
            }
            parts = (held["dago"] or 0) + (held["sibling"] or 0)
            if held["district"] is not None:
                assert parts <= held["district"]
            if held["city"] is not None:
                need = held["district"] if held["district"] is not None else parts
                assert need <= held["city"]


@pytest.fixture(scope="module")
def live() -> Iterator[Flask]:
    """An application whose commits are real."""
    with live_app() as app:
        yield app


def test_eight_publications_at_one_moment_stay_within_the_whole(live):
    system = Actor(seats=(Seat("system"),))
    with live.app_context():
        service.save(system, 2030, {Whose(CITY): 100}, DECREE)
        service.publish(system, 2030)
        db.session.commit()

    def act(number):
        one = Whose(f"32.73.{number + 1:02}")
        service.save(system, 2030, {one: 30}, DECREE)
        version = service.publish(system, 2030)
        db.session.commit()
        return version.number

    results = at_once(live, EIGHT, act)
    assert sorted(r for r in results if isinstance(r, int)) == [2, 3, 4], results
    assert sum(isinstance(r, service.TooMuch) for r in results) == EIGHT - 3, results
    with live.app_context():
        assert sum(ceilings.in_force(db.session, 2030).values()) == 190


def test_the_trigger_alone_keeps_eight_at_once_within_the_whole(live):
    system = Actor(seats=(Seat("system"),))
    with live.app_context():
        service.save(system, 2031, {Whose(CITY): 100}, DECREE)
        service.publish(system, 2031)
        db.session.commit()
    raw = text(
        "WITH made AS (UPDATE ceiling_version SET number = :n, published_at = now()"
        " WHERE plan_year = 2031 AND published_at IS NULL RETURNING id) SELECT id FROM made"
    )

    def act(number):
        version = CeilingVersion(plan_year=2031, seat="x", kind="final")
        db.session.add(version)
        db.session.flush()
        db.session.execute(
            text("INSERT INTO ceiling (version_id, area_code, amount) VALUES (:v, :a, 30)"),
            {"v": version.id, "a": f"32.73.{number + 1:02}"},
        )
        db.session.execute(raw, {"n": number + 2})
        db.session.commit()
        return number

    results = at_once(live, EIGHT, act)
    assert sum(isinstance(r, int) for r in results) == 3, results
    assert sum(isinstance(r, IntegrityError) for r in results) == EIGHT - 3, results
    with live.app_context():
        assert not ceilings.excess(db.session, 2031)
