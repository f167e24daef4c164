"""Reading who filed something: with a reason, logged, told, limited."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.services import identity, letters, tracking
from app.workflow import NotAllowed
from models import AuditEvent, IdentityReading, Notification, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
WHY = "Alamatnya kurang jelas, perlu ditanya."


def moderator():
    return make.actor(make.user(roles=("moderator",)))


def hidden(**given):
    author = make.user(name="Pelapor Satu")
    author.person.phone = "081234567890"
    return make.item(author=author, state="verified", visibility="anonymous", **given), author


def test_a_reading_says_name_and_contact_and_leaves_a_row_and_an_audit_event():
    item, author = hidden()
    actor = moderator()
    told = identity.read(item, actor, "ask", WHY)
    assert (told.name, told.phone, told.email) == ("Pelapor Satu", "081234567890", author.email)
    row = db.session.scalars(select(IdentityReading)).one()
    assert (row.item_id, row.person_id, row.reader_id) == (item.id, author.person_id, actor.user_id)
    assert row.seat == f"moderator:{make.KELURAHAN}"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "identity.read")).one()
    assert event.subject == f"item:{item.id}"
    assert "Pelapor" not in event.detail


def test_the_reporter_hears_who_looked_when_and_why_by_mail_and_inbox():
    item, author = hidden()
    identity.read(item, moderator(), "ask", WHY)
    line = db.session.scalars(select(Notification).where(Notification.event == "identity")).one()
    assert line.user_id == author.id
    letter = letters.of_notification(line.id)
    assert letter.to == author.email
    assert item.number in letter.subject
    assert item.title not in letter.body
    assert WHY not in letter.body, "words may tell of what is confidential"


@pytest.mark.parametrize(("reason", "note"), [("", WHY), ("curious", WHY), ("ask", "  perlu  ")])
def test_without_a_reason_of_the_list_and_in_words_nothing_is_said(reason, note):
    item, _ = hidden()
    with pytest.raises(identity.NoReason):
        identity.read(item, moderator(), reason, note)


@pytest.mark.parametrize("role", ["operator", "validator", "planner", "admin"])
def test_other_seats_read_no_identity(role):
    item, _ = hidden()
    with pytest.raises(NotAllowed):
        identity.read(item, make.actor(make.user(roles=(role,))), "ask", WHY)


def test_the_seats_an_oversight_case_is_about_never_learn_who_told():
    item, _ = hidden(oversight=True, subject_department_code=make.OTHER_DEPARTMENT)
    item.department_code = make.OTHER_DEPARTMENT
    about = make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    for user in (about, make.user(roles=("moderator",))):
        with pytest.raises(NotAllowed):
            identity.read(item, make.actor(user), "ask", WHY)
    assert identity.read(item, make.actor(make.user(roles=("auditor",))), "inspection", WHY)


def test_nobody_reads_many_within_an_hour(monkeypatch):
    monkeypatch.setattr(identity, "per_hour", lambda: 2)
    actor = moderator()
    for _ in range(2):
        identity.read(hidden()[0], actor, "ask", WHY)
    with pytest.raises(identity.TooOften):
        identity.read(hidden()[0], actor, "ask", WHY)
    assert identity.read(hidden()[0], moderator(), "ask", WHY), "another login is not held up"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity_reading SET reason = 'law'",
        "UPDATE identity_reading SET note = 'lain'",
        "UPDATE identity_reading SET reader_id ="
        " (SELECT min(id) FROM user_account WHERE id <> reader_id)",
        "DELETE FROM identity_reading",
        "TRUNCATE identity_reading",
    ],
)
def test_a_reading_cannot_be_changed(statement):
    identity.read(hidden()[0], moderator(), "ask", WHY)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text(statement))


def test_a_reading_is_shown_once_on_a_page_nobody_keeps(client_for):
    item, author = hidden()
    client = client_for(make.user(roles=("moderator",)))
    address = f"/lapor/{item.number}/pelapor"
    assert "081234567890" not in client.get(address).get_data(as_text=True)
    shown = client.post(address, data={"reason": "ask", "note": WHY})
    assert "081234567890" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert "081234567890" not in client.get(address).get_data(as_text=True)
    page = client_for(author).get("/saya/kotak-masuk").get_data(as_text=True)
    assert WHY in page
    assert WHY in client_for(author).get(f"/lapor/{item.number}").get_data(as_text=True)


def test_who_has_only_a_code_reads_on_its_page_that_somebody_looked(client):
    item = make.item(author=make.person("Tanpa Akun"), visibility="anonymous")
    code = tracking.issue(item)
    identity.read(item, moderator(), "ask", WHY)
    db.session.commit()
    client.post("/lacak", data={"number": item.number, "code": code})
    assert WHY in client.get("/lacak/laporan").get_data(as_text=True)


def test_a_lost_code_is_made_anew_by_whoever_compared_the_name():
    item, actor = make.item(author=make.person("Tanpa Akun")), moderator()
    old = tracking.issue(item)
    with pytest.raises(NotAllowed):
        identity.fresh_code(item, actor)
    identity.read(item, actor, "new_code", "Membawa KTP, namanya sama.")
    new = identity.fresh_code(item, actor)
    assert tracking.find(item.number, new)
    with pytest.raises(tracking.NoSuchReport):
        tracking.find(item.number, old)
    with_account, _ = hidden()
    identity.read(with_account, actor, "new_code", "Membawa KTP, namanya sama.")
    with pytest.raises(NotAllowed):
        identity.fresh_code(with_account, actor)


@pytest.mark.parametrize(("role", "seat"), [
    ("officer", {"department_code": make.DEPARTMENT}),
    ("auditor", {}),
])  # fmt: skip
def test_no_office_that_answers_or_inspects_makes_a_code_to_speak_as_the_reporter(role, seat):
    reporter = make.person("Tanpa Akun")
    item = make.item(author=reporter, state="resolved", department_code=make.DEPARTMENT)
    code, actor = tracking.issue(item), make.actor(make.user(roles=(role,), **seat))
    identity.read(item, actor, "new_code", "Membawa KTP, namanya sama.")
    with pytest.raises(NotAllowed):
        identity.fresh_code(item, actor)
    assert tracking.find(item.number, code)
