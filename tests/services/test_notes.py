"""Words among colleagues: who is told, who reads them, and where they never stand."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from flask_babel import gettext
from sqlalchemy import select

from app.services import assignments, letters, notes
from app.workflow import NotAllowed
from models import AuditEvent, InternalNote, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def write(item, by, body, also=()):
    return notes.add(item, make.actor(by), body, uuid.uuid4(), also)


def told(session):
    lines = session.execute(select(Notification.user_id, Notification.event))
    return {user for user, event in lines if event == "mention"}


@pytest.fixture
def desk():
    """A clerk, an officer, one elsewhere, and an item between the first two."""
    people = {
        "clerk": make.user(roles=("moderator",), name="Dewi Lestari"),
        "officer": make.user(roles=("officer",), name="Asep Sunandar"),
        "namesake": make.user(roles=("officer",), name="Asep Sunandar Putra"),
        "elsewhere": make.user(
            roles=("officer",), department_code=make.OTHER_DEPARTMENT, name="Cecep Lain"
        ),
    }
    item = make.item("lapor", state="routed", department_code=make.DEPARTMENT)
    return people, item


def test_whoever_is_named_hears_of_it_and_nobody_else(session, desk):
    people, item = desk
    write(item, people["clerk"], "Tolong dicek, @Asep Sunandar. Terima kasih.")
    assert told(session) == {people["officer"].id}


def test_the_longest_name_that_fits_is_meant(session, desk):
    people, item = desk
    write(item, people["clerk"], "Mohon bantuan @asep sunandar putra ya")
    assert told(session) == {people["namesake"].id}


def test_a_first_name_is_enough_when_only_one_bears_it(session, desk):
    people, item = desk
    write(item, people["officer"], "@Dewi sudah kami jadwalkan")
    assert told(session) == {people["clerk"].id}


@pytest.mark.parametrize("body", ["@Asep tolong", "@Cecep tolong", "@Siapa ini"])
def test_a_name_nobody_or_more_than_one_bears_is_not_guessed(desk, body):
    people, item = desk
    with pytest.raises(notes.Unknown):
        write(item, people["clerk"], body)


def test_an_address_is_no_name(session, desk):
    people, item = desk
    write(item, people["clerk"], "Surat ke asep@contoh.id sudah dikirim")
    assert told(session) == set()


def test_boxes_tell_only_those_who_may_read_the_item(session, desk):
    people, item = desk
    also = [people["officer"].id, people["elsewhere"].id]
    write(item, people["clerk"], "Sudah saya telepon", also)
    assert told(session) == {people["officer"].id}


def test_the_same_form_sent_twice_is_one_note(session, desk):
    people, item = desk
    key = uuid.uuid4()
    for _ in range(2):
        notes.add(item, make.actor(people["clerk"]), "Sekali saja", key)
    assert len(session.scalars(select(InternalNote)).all()) == 1


def test_residents_and_auditors_write_no_notes():
    author = make.user()
    item = make.item("lapor", author, state="routed", department_code=make.DEPARTMENT)
    for somebody in (author, make.user(roles=("auditor",)), make.user()):
        with pytest.raises(NotAllowed):
            write(item, somebody, "Halo")


def test_a_note_is_audited_and_stands_on_no_trail(session, desk):
    people, item = desk
    note = write(item, people["clerk"], "Rahasia dapur")
    seen = session.scalars(select(AuditEvent.detail).where(AuditEvent.act == "internal_note")).all()
    assert seen == [f"note:{note.id}"]


def test_only_staff_of_the_item_read_notes_on_its_page(client_for, desk):
    people, item = desk
    write(item, people["clerk"], "Kata-kata dapur")
    db.session.commit()
    address = f"/lapor/{item.number}"
    readers = {
        "clerk": True,
        "officer": True,
        "elsewhere": False,
    }
    for who, reads in readers.items():
        page = client_for(people[who]).get(address).get_data(as_text=True)
        assert ("Kata-kata dapur" in unescape(page)) is reads, who
    auditor = client_for(make.user(roles=("auditor",)))
    assert "Kata-kata dapur" in auditor.get(address).get_data(as_text=True)
    for reader in (None, make.user()):
        page = client_for(reader).get(address).get_data(as_text=True)
        assert "Kata-kata dapur" not in page


def test_a_wrong_name_keeps_what_was_typed(client_for, desk):
    people, item = desk
    db.session.commit()
    client = client_for(people["clerk"])
    sent = client.post(f"/lapor/{item.number}/catatan", data={"isi": "@Siapa ini <b>"})
    page = sent.get_data(as_text=True)
    assert sent.status_code == 422
    assert "@Siapa ini &lt;b&gt;" in page
    sent = client.post(f"/lapor/{item.number}/catatan", data={"isi": "Halo @Asep Sunandar"})
    assert sent.status_code == 302


def test_whoever_is_named_reads_so_in_the_inbox_and_in_a_letter(session, client_for, desk):
    people, item = desk
    write(item, people["clerk"], "@Asep Sunandar tolong dicek")
    assignments.give(item, make.actor(people["namesake"]), people["officer"].id)
    db.session.commit()
    page = client_for(people["officer"]).get("/saya/kotak-masuk").get_data(as_text=True)
    theirs = (Notification.user_id == people["officer"].id, Notification.event.in_(SAID))
    lines = session.scalars(select(Notification).where(*theirs)).all()
    assert sorted(line.event for line in lines) == ["assigned", "mention"]
    said = {event: str(gettext(words)) for event, words in SAID.items()}
    for line in lines:
        assert said[line.event] in unescape(page)
        letter = letters.of_notification(line.id)
        assert item.number in letter.subject
        assert "tolong dicek" not in letter.body


SAID = {
    "mention": "A colleague named you in a note.",
    "assigned": "A colleague changed whose hands it is in.",
}


def test_a_key_used_on_another_item_makes_a_note_of_its_own(desk):
    people, item = desk
    other, key = make.item("lapor", state="routed", department_code=make.DEPARTMENT), uuid.uuid4()
    actor = make.actor(people["clerk"])
    first, second = (notes.add(about, actor, "Sudah dilihat", key) for about in (item, other))
    assert (first.item_id, second.item_id) == (item.id, other.id)
