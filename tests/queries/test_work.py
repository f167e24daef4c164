"""Queues as the database sees them: every state has a place where somebody looks."""

from __future__ import annotations

import pytest

from app.access import Actor
from app.kinds import KINDS
from app.queries import work
from app.services import items
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def test_every_state_somebody_holds_is_in_somebodys_queue():
    queues = set(work.held_by("triage", "level", "owner", "planner", "appeal"))
    for kind in KINDS.values():
        for state in kind.workflow.states:
            if state.held_by not in ("", "author"):
                assert (kind.slug, state.name) in queues


def test_the_tabs_of_a_queue_are_counted_together(session):
    actor = make.actor(make.user(roles=("moderator",)))
    make.item("lapor", published=False)
    make.item("lapor", state="verified")
    make.item("lapor", state="closed")
    make.item("lapor", area_code=make.OTHER_KELURAHAN)
    tabs = (
        work.Tab("menunggu", "", work.held_by("triage")),
        work.Tab("semua", "", work.all_states()),
    )
    assert work.counted(session, actor, work.area_scope(actor), tabs) == {"menunggu": 2, "semua": 3}


def test_somebody_without_a_seat_has_an_empty_queue(session):
    actor = Actor(1, 1)
    make.item("lapor")
    tabs = (work.Tab("semua", "", work.all_states()),)
    for scope in (work.area_scope(actor), work.department_scope(actor)):
        assert work.counted(session, actor, scope, tabs) == {"semua": 0}
    assert not work.held_comments(session, actor)


def test_what_was_opened_again_with_nobody_to_take_it_waits_for_the_kelurahan(client_for, session):
    moderator, officer = make.user(roles=("moderator",)), make.user(roles=("officer",))
    outside = make.item("lapor", state="reopened", department_code="pln")
    nobody = make.item("lapor", state="reopened")
    nobody.department_code = None
    ours = make.item("lapor", state="reopened", department_code=make.DEPARTMENT)
    make.item("lapor", state="reopened", department_code="pln", area_code=make.OTHER_KELURAHAN)
    session.commit()
    for tab in ("menunggu", "kembali"):
        page = client_for(moderator).get(f"/kerja/kelurahan?tab={tab}").get_data(as_text=True)
        assert outside.number in page
        assert nobody.number in page
        assert ours.number not in page
    page = client_for(officer).get("/kerja/opd").get_data(as_text=True)
    assert ours.number in page
    assert outside.number not in page
    actor = make.actor(moderator)
    assert work.untaken(actor, ("moderator",))
    assert not work.untaken(make.actor(officer), ("officer",))
    tab = work.Tab("menunggu", "", [("lapor", "verified")], untaken=True)
    assert work.counted(session, actor, work.area_scope(actor), (tab,)) == {"menunggu": 2}
    onward = client_for(moderator).get(f"/kerja/berikut/{outside.number}")
    assert nobody.number in onward.location


def rated(rating, note="", **more):
    item = make.item("lapor", state="resolved", department_code=make.DEPARTMENT, **more)
    items.move(item, "confirm", make.everybody(item), {"rating": rating, "note": note})
    return item


def test_what_was_rated_low_has_a_place_at_the_office_that_answered(client_for, session):
    low, poor, fine = rated(1, "Masih bergelombang."), rated(2), rated(4)
    elsewhere = rated(1)
    elsewhere.department_code = make.OTHER_DEPARTMENT
    session.commit()
    client = client_for(make.user(roles=("officer",)))
    page = client.get("/kerja/opd?tab=nilai").get_data(as_text=True)
    assert low.number in page
    assert poor.number in page
    assert fine.number not in page
    assert elsewhere.number not in page
    assert "tab=nilai" in client.get("/kerja/opd").get_data(as_text=True)
    moderator = client_for(make.user(roles=("moderator",)))
    assert "tab=nilai" not in moderator.get("/kerja/kelurahan").get_data(as_text=True)


def test_whoever_rates_low_is_asked_once_for_words_and_may_stay_silent(client_for, session):
    author = make.user()
    item = make.item("lapor", author, state="resolved", department_code=make.DEPARTMENT)
    session.commit()
    client, address = client_for(author), f"/lapor/{item.number}/langkah/confirm"
    asked = client.post(address, data={"rating": "2", "note": ""})
    page = asked.get_data(as_text=True)
    assert asked.status_code == 422
    assert 'name="why_asked" type="hidden" value="1"' in page
    session.refresh(item)
    assert item.state == "resolved"
    assert client.post(address, data={"rating": "2", "why_asked": "1"}).status_code == 302
    session.refresh(item)
    assert (item.state, item.rating) == ("closed", 2)
    for data in ({"rating": "1", "note": "Belum rata."}, {"rating": "3"}, {}):
        other = make.item("lapor", author, state="resolved", department_code=make.DEPARTMENT)
        session.commit()
        path = f"/lapor/{other.number}/langkah/confirm"
        assert client.post(path, data=data).status_code == 302, data
