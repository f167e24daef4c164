"""Workspaces as the database sees them: order, keyset pages, filters, and what a page costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.access import Actor
from app.kinds import KINDS
from app.queries import desk, work
from app.queries.desk import After, Cut
from app.services import assignments
from app.workflow import Phase
from models import db
from models.item import OVER
from tests import factories as make
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
TODAY = date.today()


@pytest.fixture
def clerk():
    """A moderator."""
    return make.user(roles=("moderator",))


def where(actor: Actor, states=None, **facts):
    tab = work.Tab("", "", states or work.under_way(), **facts)
    return (work.area_scope(actor), work.condition(tab))


def numbers(page):
    return [row.number for row in page.items]


def walk(session, actor, conditions, newest):
    seen, after = [], None
    while True:
        page = desk.page(session, actor, conditions, newest=newest, after=after)
        seen += numbers(page)
        if page.next_after is None:
            return seen
        after = After.read(page.next_after)


def test_states_that_are_over_are_held_by_no_desk_and_no_open_state_counts_as_over():
    for kind in KINDS.values():
        for state in kind.workflow.states:
            if state.name in OVER:
                assert state.phase in (Phase.DONE, Phase.CLOSED), (kind.slug, state.name)
                assert state.held_by in ("", "author"), (kind.slug, state.name)


@pytest.mark.parametrize("newest", [False, True])
def test_pages_follow_each_other_without_a_gap_or_a_double(session, clerk, monkeypatch, newest):
    monkeypatch.setattr(desk, "PAGE", 4)
    author, actor = make.user(), make.actor(clerk)
    dues = [None, TODAY, TODAY, None, TODAY - timedelta(3), TODAY + timedelta(9), None, TODAY]
    rows = [make.item("lapor", author, due_on=due) for due in dues]
    if newest:
        expected = [row.number for row in sorted(rows, key=lambda row: -row.id)]
    else:
        expected = [
            row.number for row in sorted(rows, key=lambda row: (row.due_on or date.max, row.id))
        ]
    assert walk(session, actor, where(actor), newest) == expected


@pytest.mark.parametrize("nonsense", ["", "x", "2026-13-40.1", "..", "-1", "9" * 30, "2026-01-01"])
def test_a_cursor_that_makes_no_sense_begins_at_the_top(nonsense):
    assert After.read(nonsense) is None


def test_filters_narrow_and_nonsense_does_not(session, clerk):
    actor = make.actor(clerk)
    one = make.item("lapor", state="verified", title="Lampu padam di gang Kenari")
    two = make.item("lapor", published=False, title="Saluran mampet")
    idea = make.item("badami", published=False, title="Kebun di atap")
    for args, expected in (
        ({}, {one, two, idea}),
        ({"q": "lampu kenari"}, {one}),
        ({"q": two.number.lower()}, {two}),
        ({"kategori": idea.category_code}, {idea}),
        ({"keadaan": "lapor.verified"}, {one}),
        ({"keadaan": "lapor.tidak_ada", "jenis": "entah", "petugas": "siapa"}, {one, two, idea}),
        ({"petugas": "saya"}, set()),
        ({"petugas": "kosong"}, {one, two, idea}),
    ):
        cut = Cut.read(args)
        found = desk.page(session, actor, (*where(actor), *cut.conditions(actor)))
        assert set(numbers(found)) == {item.number for item in expected}, args


def test_the_filters_of_an_address_come_back_as_they_were():
    args = {"jenis": "lapor", "wilayah": "32.73.02", "keadaan": "lapor.routed", "petugas": "kosong"}
    cut = Cut.read(args)
    assert cut.args() == args
    assert cut.args(area="") == {k: v for k, v in args.items() if k != "wilayah"}


def test_what_is_in_my_hands_is_shown_with_my_name_and_is_mine(session, clerk):
    actor = make.actor(clerk)
    mine = make.item("lapor", published=False)
    make.item("lapor", published=False)
    assignments.give(mine, actor, clerk.id)
    page = desk.page(session, actor, where(actor, mine=clerk.id, on_desk=True))
    assert [(row.number, row.assignee) for row in page.items] == [(mine.number, actor.name)]
    nobody = Cut(assigned=desk.NOBODY).conditions(actor)
    assert mine.number not in numbers(desk.page(session, actor, (*where(actor), *nobody)))


def test_what_came_back_has_a_place_of_its_own(session):
    actor = make.actor(make.user(roles=("officer",)))
    states, _levels = work.waiting(actor, ("officer",))
    assert ("lapor", "reopened") in work.came_back(states)
    assert ("lapor", "routed") not in work.came_back(states)


def test_the_next_item_is_the_one_behind_and_after_the_last_the_first(session, clerk):
    actor = make.actor(clerk)
    rows = [make.item("lapor", published=False, due_on=TODAY + timedelta(n)) for n in range(3)]
    conditions = where(actor, work.held_by("triage"))
    following = [desk.following(session, actor, conditions, row.number)[1] for row in rows]
    assert following == [rows[1].number, rows[2].number, rows[0].number]
    hidden = make.item("lapor", published=False, area_code=make.OTHER_KELURAHAN)
    assert desk.following(session, actor, conditions, hidden.number)[1] == rows[0].number


PLANS = {
    "ix_item_queue_owner": ("officer", work.department_scope, work.held_by("owner")),
    "ix_item_queue": ("coordinator", work.area_scope, work.held_by("triage")),
}


@pytest.mark.parametrize("index", PLANS)
def test_a_queue_is_read_from_its_index_in_order(session, index):
    role, scope, states = PLANS[index]
    actor = make.actor(make.user(roles=(role,)))
    tab = work.Tab("", "", states, on_desk=True)
    ids = desk._ids((scope(actor), work.condition(tab)), False, None)
    session.execute(text("SET LOCAL enable_sort = off"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    told = ids.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.scalars(text(f"EXPLAIN {told}")).all())
    assert f"using {index} " in plan, plan
    assert "Sort" not in plan, plan


def test_a_full_page_of_a_queue_costs_no_more_statements_than_an_empty_one(client_for, clerk):
    client, author = client_for(clerk), make.user()
    client.get("/kerja/kelurahan")  # names and calendar are kept from here on
    with Statements() as empty:
        client.get("/kerja/kelurahan")
    for _ in range(desk.PAGE + 1):
        make.item("lapor", author, published=False)
    db.session.commit()
    with Statements() as full:
        assert client.get("/kerja/kelurahan").status_code == 200
    assert len(full) == len(empty) <= 14, "\n".join(full)


def test_a_strangers_page_of_an_item_asks_nothing_of_colleagues(client_for):
    item = make.item("lapor", state="verified")
    db.session.commit()
    client = client_for()
    client.get(f"/lapor/{item.number}")
    with Statements() as sent:
        assert client.get(f"/lapor/{item.number}").status_code == 200
    staff_only = ("assignment", "internal_note", "mandate")
    assert not [s for s in sent if any(table in s for table in staff_only)]
