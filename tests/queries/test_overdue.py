"""One meaning of overdue: lists, map, queues, counts and the item's page agree."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.kinds import KINDS, OFFICE
from app.queries import item_page, items, work
from app.queries.calendar import city_day
from app.services import facets
from maps import clusters, fold
from models import Facet, Item
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
LATE = [("received", True), ("need_info", False), ("accepted", True), ("resolved", False)]
LATE += [("to_external", True), ("closed", False), ("rejected", False)]


@pytest.mark.parametrize(("state", "late"), LATE)
def test_everything_that_tells_what_is_overdue_agrees(state, late, session):
    today = city_day()
    item = make.item("lapor", state=state)
    item.due_on = today - timedelta(days=30)
    make.item("lapor", state=state).due_on = today
    session.flush()
    facets.refresh(session)
    fold.fold(session)
    filters = items.Filters(overdue=True)
    listed = [row.id for row in items.public_page(session, filters).items]
    tab = work.Tab("late", "", work.all_states(), overdue=True)
    queued = session.scalars(select(Item.id).where(work.condition(tab))).all()
    drawn = clusters.clusters(
        session, 5, (105.0, -8.0, 110.0, -5.0), clusters.Filters(overdue=today)
    )
    holder = item_page.holder(item)
    assert listed == list(queued) == [item.id] * late
    assert json.loads(drawn)["total"] == late
    assert session.scalar(select(func.sum(Facet.overdue))) == late
    assert (holder is not None and holder.overdue) == late


def test_only_states_an_office_holds_can_be_overdue():
    for kind in KINDS.values():
        for state in kind.workflow.states:
            assert state.held_by in (*OFFICE, "author", ""), state.name


def test_a_promise_is_kept_until_its_day_is_over(session):
    item = make.item("lapor", state="accepted")
    item.due_on = city_day()
    session.flush()
    holder = item_page.holder(item)
    assert (holder.left, holder.overdue) == (0, False)
    item.due_on = city_day() - timedelta(days=1)
    assert item_page.holder(item).overdue
