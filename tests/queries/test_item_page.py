"""What an item's page reads: its way, its words, who holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.access import ANONYMOUS
from app.queries import item_page
from app.queries.calendar import city_day
from app.services import items, supports
from models import ChangeText
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def bodies(words):
    return [(word.body, [reply.body for reply in word.replies]) for word in words]


def test_the_trail_is_told_in_order_and_ends_where_the_item_stands(session):
    item = make.item("lapor", state="accepted")
    entries = item_page.trail(session, item, [])
    assert [entry.step for entry in entries] == ["file", "verify", "route", "accept"]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.now for entry in entries] == [False, False, False, True]


def test_photos_stand_with_the_step_they_came_with(session):
    item = make.item("lapor", state="proof_submitted")
    pictures = item_page.photos(session, item)
    entries = item_page.trail(session, item, pictures)
    assert [len(entry.photos) for entry in entries if entry.step == "submit_proof"] == [1]
    assert all(not entry.photos for entry in entries if entry.step != "submit_proof")


def test_a_photo_that_is_not_ready_is_not_shown(session):
    item = make.item("lapor")
    make.photo(item, status="staged")
    make.photo(item, status="refused")
    assert not item_page.photos(session, item)


def test_an_erased_text_says_that_it_was_erased(session):
    item = make.item("lapor")
    change = items.move(item, "verify", make.everybody(item), {"note": "Nama saya Budi."})
    session.get_one(ChangeText, change.id).text = None
    session.flush()
    note = item_page.trail(session, item, [])[-1].note
    assert "Budi" not in str(note)
    assert note


def test_words_are_threads_and_each_reader_sees_their_own(session):
    item, writer = make.item("lapor", state="verified"), make.user()
    top = make.comment(item, body="Satu")
    make.comment(item, body="Dua", parent_id=top.id)
    make.comment(item, writer, body="Menunggu", status="held")
    public = item_page.discussion(session, item, ANONYMOUS, False)
    assert bodies(public) == [("Satu", ["Dua"])]
    own = item_page.discussion(session, item, make.actor(writer), False)
    assert bodies(own) == [("Satu", ["Dua"]), ("Menunggu", [])]
    staff = item_page.discussion(session, item, ANONYMOUS, True)
    assert len(staff) == 2


def test_a_reply_to_a_word_that_is_held_is_not_shown_alone(session):
    item = make.item("lapor", state="verified")
    held = make.comment(item, body="Menunggu", status="held")
    make.comment(item, body="Balasan", parent_id=held.id)
    assert not item_page.discussion(session, item, ANONYMOUS, False)


@pytest.mark.parametrize("visibility", ["anonymous", "confidential"])
def test_the_reporter_without_a_name_has_none_in_the_discussion(session, visibility):
    author = make.user(name="Asep Rahasia")
    item = make.item("lapor", author, "verified", visibility=visibility)
    make.comment(item, author)
    make.comment(item, make.user(name="Ibu Tetangga"))
    names = [word.author for word in item_page.discussion(session, item, ANONYMOUS, True)]
    assert names[1] == "Ibu Tetangga"
    assert "Asep Rahasia" not in names
    assert item_page.author_name(item, ANONYMOUS) != "Asep Rahasia"
    assert item_page.author_name(item, make.actor(author)) == "Asep Rahasia"


@pytest.mark.parametrize(
    ("state", "holder"),
    [
        ("received", "Kelurahan Dago"),
        ("routed", "Dinas Sumber Daya Air"),
        ("resolved", "Pengirim"),
    ],
)
def test_who_holds_it_is_named(session, state, holder):
    item = make.item("lapor", state=state, department_code=make.DEPARTMENT)
    held = item_page.holder(item)
    assert held is not None
    assert str(held.name).startswith(holder)


def test_a_report_about_officials_is_held_by_the_coordinator_not_the_kelurahan(session):
    item = make.item("lapor", oversight=True, published=False)
    held = item_page.holder(item)
    assert held is not None
    assert "Dago" not in str(held.name)


def test_nobody_holds_what_is_over(session):
    assert item_page.holder(make.item("lapor", state="closed")) is None


def test_a_promise_that_has_gone_by_is_late(session):
    today = city_day()
    late = item_page.holder(make.item("lapor", due_on=today - timedelta(days=14)))
    early = item_page.holder(make.item("lapor", due_on=today + timedelta(days=14)))
    assert late is not None
    assert early is not None
    assert (late.overdue, early.overdue) == (True, False)
    assert late.left is not None
    assert late.left < 0


def test_what_i_support_and_follow_is_known(session):
    item, actor = make.item("lapor", state="verified"), make.actor(make.user())
    assert not item_page.supports(session, item, actor)
    supports.support(item, actor)
    assert item_page.supports(session, item, actor)
    assert item_page.follows(session, item, actor)
    assert not item_page.supports(session, item, ANONYMOUS)
