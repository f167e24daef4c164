"""A statement made once serves all who ask alike, and says to each exactly what is theirs."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app.access import Actor, Seat
from app.queries import desk, marks, queues, work
from app.queries.desk import After, Cut
from app.services import mandates
from models import ROLES, Mandate
from tests import factories as make
from tests.examples import examples

DIALECT = postgresql.psycopg.dialect()
AREAS = st.sampled_from([None, "32.73", "32.73.02", "32.73.02.1004", "32.73.19.1001"])
SEATS = st.builds(
    Seat,
    st.sampled_from(ROLES),
    AREAS,
    st.sampled_from([None, "dsdabm", "dlh"]),
    st.sampled_from([None, 3, 11]),
)
NUMBERS = st.integers(min_value=1, max_value=2**40)
ACTORS = st.builds(
    Actor, NUMBERS, NUMBERS, st.just("Sari"), st.sampled_from([0, 1, 2]),
    st.lists(SEATS, max_size=4).map(tuple), st.none() | NUMBERS,
)  # fmt: skip
CUTS = st.builds(
    Cut,
    kind=st.sampled_from(["", "lapor"]),
    area=AREAS.map(lambda code: code or ""),
    category=st.sampled_from(["", "jalan"]),
    state=st.sampled_from(["", "lapor.routed"]),
    assigned=st.sampled_from(["", desk.MINE, desk.NOBODY]),
)
AFTERS = st.none() | st.builds(After, NUMBERS, st.none() | st.dates())
SCOPES = st.sampled_from([work.area_scope, work.department_scope, work.planning_scope])


@examples(40)
@given(actor=ACTORS, cut=CUTS, after=AFTERS, scope=SCOPES, newest=st.booleans())
def test_a_marked_statement_filled_is_the_one_made_for_the_person(
    app, actor, cut, after, scope, newest
):
    states, levels = work.waiting(actor, tuple(role for role in work.DESKS if actor.seats_as(role)))

    def tab(mine: int | None, area: str) -> work.Tab:
        return work.Tab("x", "", states, True, cut.kind, area, levels, mine, untaken=True)

    with app.app_context():
        asked = queues.ask(actor, cut, after)
        marked = tab(asked.actor.user_id, asked.cut.area)
        kept = queues._page(
            scope, marked, asked.cut, asked.actor, newest, asked.after, date.today()
        )
        where = (scope(actor), work.condition(tab(actor.user_id, cut.area)))
        direct = desk.statement(
            actor, (*where, *cut.conditions(actor)), newest=newest, after=after
        ).compile(dialect=DIALECT)
        again = kept.select.compile(dialect=DIALECT)
        filled = kept.filled(DIALECT, asked.told)
    assert str(again) == str(direct)
    assert {**again.params, **filled} == direct.params


def test_neighbours_share_a_statement_and_see_their_own(app, session):
    rows = {}
    for code in (make.KELURAHAN, make.OTHER_KELURAHAN):
        rows[code] = make.item("lapor", published=False, area_code=code).number
        actor = make.actor(make.user(roles=("moderator",), area_code=code))
        asked = queues.ask(actor, Cut(), None)
        tab = work.Tab("semua", "", work.all_states())
        page = queues.page(session, asked, work.area_scope, tab, True)
        assert [row.number for row in page.items] == [rows[code]]
        assert queues.counts(session, asked, work.area_scope, (tab,)) == {"semua": 1}
        assert queues.held(session, asked) == []


def test_who_has_lost_a_seat_sees_nothing_of_it_the_next_moment(client_for, session):
    clerk = make.user(roles=("moderator",))
    number = make.item("lapor", published=False).number
    browser = client_for(clerk)
    assert number in browser.get("/kerja/kelurahan").text
    admin = make.actor(make.user(roles=("admin",)))
    seat = session.scalars(select(Mandate).where(Mandate.user_id == clerk.id)).one()
    mandates.end(seat, admin, "Pindah tugas.")
    session.flush()
    assert browser.get("/kerja/kelurahan").status_code == 403


@pytest.mark.parametrize("value", ["\x01", "a\x01b", -5, 31, date(1, 1, 1), None, True, "saya"])
def test_no_value_of_people_is_taken_for_a_mark(value):
    assert not marks._has_mark(value)
