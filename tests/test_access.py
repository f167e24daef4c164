"""Who may read what: the rule in Python and its SQL form say the same, for everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app import access
from app.access import ACTS, ANONYMOUS, RULES, SYSTEM, Actor, Seat, may, seat_for, visible
from app.kinds import KINDS
from app.services.escalation import HOLDER, LADDER
from models import PROPOSAL_LEVELS, ROLES, Item
from tests import factories as make
from tests.examples import examples
from tests.live import one_transaction

AREAS = ("32.73.02.1004", "32.73.02.1001", "32.73.01.1001", "32.73.02", "32.73")
DEPARTMENTS = ("dsdabm", "dishub")
PLACES = AREAS[:3]  # where the items lie
SCOPES = (None, *AREAS, "32.73.0", "32.73.02.100")  # the last two are no area, only like one


@pytest.fixture(scope="module")
def city(app):
    """Items of every sort, in a transaction of the module, and the people behind them."""
    with one_transaction(app) as session:
        authors = [make.user() for _ in range(3)]
        rows = [_make(n, authors) for n in range(96)]
        session.flush()
        yield session, rows, authors


def _make(n: int, authors) -> Item:
    """A row for every mixture that matters, spread by residues."""
    kind = tuple(KINDS)[n % 3]
    item = make.item(kind, authors[n % len(authors)], area_code=PLACES[n // 3 % 3])
    item.published_at = datetime.now(UTC) - timedelta(days=n) if n % 2 else None
    item.visibility = ("public", "anonymous", "confidential")[n // 2 % 3]
    item.oversight = n % 5 == 0
    item.rw = (None, 1, 2)[n // 3 % 3]
    if kind == "musrenbang":
        item.level = PROPOSAL_LEVELS[n // 3 % 5]
    item.department_code = (None, *DEPARTMENTS)[n // 4 % 3]
    item.subject_department_code = (None, *DEPARTMENTS)[n // 5 % 3]
    item.filed_by_id = (None, authors[n // 7 % 3].id)[n // 3 % 2]
    return item


seats = st.builds(
    Seat,
    role=st.sampled_from((*ROLES, "system")),
    area_code=st.sampled_from(SCOPES),
    department_code=st.sampled_from((None, *DEPARTMENTS)),
    rw=st.sampled_from((None, 1)),
)


@examples(80)
@given(
    held=st.lists(seats, max_size=3),
    who=st.integers(-1, 3),
    coded=st.none() | st.integers(0, 95),
)
def test_the_sql_form_of_reading_shows_exactly_what_the_rule_allows(city, held, who, coded):
    session, rows, authors = city
    actor = _actor(who, held, authors)
    if coded is not None:
        actor = replace(actor, opens=rows[coded].id)
    shown = set(session.scalars(select(Item.id).where(visible(actor))))
    allowed = {item.id for item in rows if may(actor, "read", item)}
    assert shown == allowed, actor


def _actor(who: int, held: list[Seat], authors) -> Actor:
    if who < 0:
        return Actor(seats=tuple(held))
    if who < len(authors):
        author = authors[who]
        return Actor(author.id, author.person_id, "", 1, tuple(held))
    return Actor(2**40, 2**40, "", 1, tuple(held))


def test_the_items_of_this_test_are_of_every_sort(city):
    _session, rows, _authors = city
    sorts = {(i.published_at is not None, i.visibility, i.oversight) for i in rows}
    assert len(sorts) == 12


def test_strangers_read_what_is_published_and_not_confidential(city):
    session, rows, _authors = city
    shown = set(session.scalars(select(Item.id).where(visible(ANONYMOUS))))
    assert shown == {i.id for i in rows if i.published_at and i.visibility != "confidential"}
    assert shown


def test_the_platform_reads_everything(city):
    session, rows, _authors = city
    shown = set(session.scalars(select(Item.id).where(visible(SYSTEM))))
    assert shown == {item.id for item in rows}


def test_administrators_read_no_more_than_anybody(city):
    session, _rows, _authors = city
    admin = Actor(2**40, 2**40, seats=(Seat("admin"),))
    public = set(session.scalars(select(Item.id).where(visible(ANONYMOUS))))
    assert set(session.scalars(select(Item.id).where(visible(admin)))) == public


def test_an_area_that_is_spelled_alike_is_not_below():
    assert not Seat("moderator", "32.73.02.100").covers("32.73.02.1001")
    assert not Seat("moderator", "32.73.0").covers("32.73.02.1001")
    assert Seat("validator", "32.73.02").covers("32.73.02.1001")


# -- the table ------------------------------------------------------------------------------


def test_every_rule_an_act_or_a_step_names_exists():
    named = {rule for rules in ACTS.values() for rule in rules}
    named |= {rule for k in KINDS.values() for s in k.workflow.steps for rule in s.by}
    assert named <= set(RULES)


def test_every_rule_is_used():
    named = {rule for rules in ACTS.values() for rule in rules}
    named |= {rule for k in KINDS.values() for s in k.workflow.steps for rule in s.by}
    named |= {rule for rules in LADDER.values() for rule in rules} - {HOLDER}
    assert named == set(RULES)


def test_nobody_but_the_stranger_may_do_nothing_without_a_seat_or_a_login():
    for act in ACTS:
        assert may(ANONYMOUS, act) is (act == "read")


def test_an_auditor_changes_nothing():
    steps = {rule for k in KINDS.values() for s in k.workflow.steps for rule in s.by}
    assert not {"auditor", "admin", "public", "signed_in"} & steps


@pytest.mark.parametrize("act", sorted(access.ITEM_ACTS))
def test_acts_on_an_item_need_the_right_to_read_it(city, act):
    _session, rows, _authors = city
    for role in ROLES:
        for area in (None, *PLACES):
            actor = Actor(2**40, 2**40, "", 1, (Seat(role, area, "dishub"),))
            for item in rows:
                if may(actor, act, item):
                    assert may(actor, "read", item), (role, area, item.number)


def test_whoever_may_take_a_step_may_read_the_item(city):
    """A step one cannot see is a step one cannot take; the page would be a 404."""
    _session, rows, _authors = city
    for role in ROLES:
        for department in (None, "dishub"):
            for area in (None, *PLACES):
                actor = Actor(2**40, 2**40, "", 1, (Seat(role, area, department),))
                for item in rows:
                    steps = KINDS[item.kind].workflow.steps
                    can = [s.name for s in steps if seat_for(actor, s.by, item)]
                    assert not can or may(actor, "read", item), (role, area, item.kind, can)
