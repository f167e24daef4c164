"""Typed for somebody else: the person, the consent, the receipt."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.kinds import KINDS
from app.services import behalf, identity, tracking
from app.workflow import NotAllowed
from models import AuditEvent, Category, Consent, IdentityReading, Item, Person, db
from tests import factories as make
from tests.behalf import WORDS, clerk, filed, told

pytestmark = pytest.mark.usefixtures("session")

# -- one at a time --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_typed_for_somebody_is_theirs_with_consent_channel_and_code(kind):
    actor = clerk()
    item, code = filed(actor, told(channel="whatsapp"), kind)
    assert (item.author.name, item.filed_by_id) == ("Pak Asep", actor.user_id)
    assert item.channel == "whatsapp"
    assert item.author_id != actor.person_id
    consents = db.session.scalars(select(Consent).where(Consent.item_id == item.id)).all()
    assert {c.purpose for c in consents} == {"on_behalf", "contact"}
    assert {(c.how, c.words, c.recorded_by_id) for c in consents} == {
        ("spoken", WORDS, actor.user_id)
    }
    assert tracking.find(item.number, code).item_id == item.id


def test_the_same_key_makes_one_item_and_one_receipt():
    actor, key = clerk(), uuid.uuid4()
    first, old = filed(actor, key=key)
    second, new = filed(actor, key=key)
    assert first is second
    assert old != new
    theirs, none = filed(clerk(), key=key)  # a colleague sees it; the receipt stays good
    assert theirs is first
    assert none is None
    assert tracking.find(first.number, new)
    with pytest.raises(NotAllowed):
        filed(clerk(area_code=make.OTHER_KELURAHAN), key=key)


def test_a_key_of_what_its_author_sent_tells_an_operator_nothing():
    mine = make.item("lapor", make.user())
    with pytest.raises(NotAllowed):
        filed(clerk(), key=mine.filing_key)


def test_a_colleague_who_sends_the_same_form_is_led_to_what_is_there(client_for):
    sent = form()
    first, second = (client_for(make.user(roles=("moderator",))) for _n in range(2))
    assert first.post("/kerja/loket/lapor", data=sent).status_code == 200
    there = second.post("/kerja/loket/lapor", data=sent | {"sure": "1"})
    item = db.session.scalars(select(Item)).one()
    assert there.location == f"/lapor/{item.number}"
    assert item.number in second.get(there.location).get_data(as_text=True)


@pytest.mark.parametrize(
    "other", ["081234567890", "+62 812-3456-7890", "62812 3456 7890", "0062 81234567890"]
)
def test_the_same_person_is_found_by_the_number_however_it_is_written(other):
    actor = clerk()
    first, _ = filed(actor)
    second, _ = filed(actor, told("Asep Sunandar", other))
    assert first.author_id == second.author_id


def test_a_family_that_shares_a_phone_stays_several_people():
    actor = clerk()
    first, _ = filed(actor)
    second, _ = filed(actor, told("Ibu Neneng"))
    assert first.author_id != second.author_id


def test_a_number_never_leads_to_somebody_with_an_account():
    owner = make.user(name="Pak Asep")
    owner.person.phone = "0812 3456 7890"
    owner.person.phone_hash = behalf.phone_hash("081234567890")
    item, _ = filed(clerk())
    assert item.author_id != owner.person_id


@drawn(st.text(max_size=30), st.sampled_from(["", " ", "-", ".", "()"]))
def test_only_the_digits_of_a_number_count(app, typed, between):
    digits = "".join(c for c in typed if c.isdecimal())
    with app.app_context():
        found = behalf.phone_hash(typed)
        assert found == behalf.phone_hash(between.join(digits))
    assert len(found) in (0, 64)


@pytest.mark.parametrize(("role", "seat"), [
    ("moderator", {"area_code": make.OTHER_KELURAHAN}),
    ("operator", {"area_code": make.OTHER_KELURAHAN}),
    ("operator", {"rw": 7}),
])  # fmt: skip
def test_a_seat_types_for_its_own_place_only(role, seat):
    with pytest.raises(behalf.OutOfReach):
        filed(clerk(role, **seat), rw=3)


@pytest.mark.parametrize("role", ["officer", "validator", "planner", "auditor", "admin"])
def test_other_seats_type_for_nobody(role):
    with pytest.raises(NotAllowed):
        filed(clerk(role))


def test_what_is_about_officials_is_not_typed_by_the_seat_it_may_be_about():
    about = db.session.scalars(
        select(Category).where(Category.kind == "lapor", Category.oversight)
    ).first()
    with pytest.raises(behalf.AboutOfficials):
        filed(clerk(), category_code=about.code)
    item, _ = filed(clerk("coordinator"), category_code=about.code)
    assert item.visibility == "confidential"


def test_somebody_is_counted_once_on_what_is_there_already():
    actor, item = clerk(), make.item(state="verified")
    assert behalf.join(item, actor, told())
    assert not behalf.join(item, actor, told())
    db.session.refresh(item)
    assert item.support_count == 1


@pytest.mark.parametrize("role", ["operator", "moderator"])
def test_a_seat_counts_people_on_items_of_its_own_area_only(role):
    item = make.item(state="verified")
    with pytest.raises(NotAllowed):
        behalf.join(item, clerk(role, area_code=make.OTHER_KELURAHAN), told())
    assert behalf.join(item, clerk(role, rw=7 if role == "operator" else None), told())


# -- the page -------------------------------------------------------------------------------


def form(**changes):
    usual = {
        "name": "Pak Asep",
        "phone": "081234567890",
        "channel": "counter",
        "how": "spoken",
        "agreed": "y",
        "category_code": make.category().code,
        "title": "Lampu mati di gang",
        "body": "Sudah tiga malam gelap sekali.",
        "area_code": make.KELURAHAN,
        "rw": "3",
        "visibility": "anonymous",
        "road_class": "gang",
        "key": str(uuid.uuid4()),
    }
    return usual | changes


def test_one_screen_files_and_answers_with_the_receipt(client_for):
    client = client_for(make.user(roles=("moderator",)))
    assert client.get("/kerja/loket/lapor").status_code == 200
    page = client.post("/kerja/loket/lapor", data=form())
    item = db.session.scalars(select(Item)).one()
    shown = page.get_data(as_text=True)
    assert page.status_code == 200
    assert item.number in shown
    assert "data:image/svg+xml" in shown
    assert page.headers["Cache-Control"] == "private, no-store"
    assert item.channel == "counter"


@pytest.mark.parametrize(
    "wrong", [{"agreed": ""}, {"name": ""}, {"phone": "abc"}, {"title": ""}, {"channel": "fax"},
              {"area_code": make.OTHER_KELURAHAN}, {"area_code": ""}, {"rw": "x"}],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client_for, wrong):
    client = client_for(make.user(roles=("moderator",)))
    page = client.post("/kerja/loket/lapor", data=form(**wrong))
    assert page.status_code == 422
    assert "Sudah tiga malam gelap sekali." in page.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Item)) == 0


def test_the_counter_asks_what_the_category_asks(client_for):
    client = client_for(make.user(roles=("moderator",)))
    light = form(category_code="pju-mati")
    page = client.post("/kerja/loket/lapor", data=light)
    shown = page.get_data(as_text=True)
    assert 'name="tanya-keadaan"' in shown
    assert "field-error" not in shown  # nobody was asked yet
    assert db.session.scalar(select(func.count()).select_from(Item)) == 0
    page = client.post("/kerja/loket/lapor", data=light | {"ditanya": "pju-mati"})
    assert page.status_code == 422
    assert "Sudah tiga malam gelap sekali." in page.get_data(as_text=True)
    told = {"ditanya": "pju-mati", "tanya-keadaan": "redup", "tanya-jumlah": "3"}
    assert client.post("/kerja/loket/lapor", data=light | told).status_code == 200
    item = db.session.scalars(select(Item)).one()
    assert item.answers == {"keadaan": "redup", "jumlah": 3}
    assert "/lapor/baru/pertanyaan" in client.get("/kerja/loket/lapor").get_data(as_text=True)


def test_words_of_an_emergency_stop_the_counter_until_somebody_is_sure(client_for):
    client = client_for(make.user(roles=("moderator",)))
    fire = form(body="Rumah terbakar, ada orang terjebak di dalam.")
    page = client.post("/kerja/loket/lapor", data=fire).get_data(as_text=True)
    assert "112" in page
    assert db.session.scalar(select(func.count()).select_from(Item)) == 0
    client.post("/kerja/loket/lapor", data=fire | {"sure": "1"})
    assert db.session.scalar(select(func.count()).select_from(Item)) == 1


def look_up(client_for, role="moderator", phone="0812-3456-7890", **seat):
    user = make.user(roles=(role,), **seat)
    page = client_for(user).post("/kerja/loket/kenal", data={"phone": phone})
    assert page.status_code == 200
    return user, page.get_data(as_text=True)


def readings():
    return list(db.session.scalars(select(IdentityReading)))


def test_looking_up_a_number_is_written_down(client_for):
    item, _code = filed(clerk(), told("Ratna Hidayat"))
    db.session.commit()
    user, page = look_up(client_for)
    assert "Ratna Hidayat" in page
    looked = select(AuditEvent).where(AuditEvent.act == "lookup_phone")
    assert len(db.session.scalars(looked).all()) == 1
    (reading,) = readings()
    assert (reading.item_id, reading.person_id) == (item.id, item.author_id)
    assert (reading.reader_id, reading.reason) == (user.id, "counter")
    assert reading.seat.startswith("moderator:")


@pytest.mark.parametrize(
    ("role", "seat", "rw", "named"),
    [
        ("moderator", {"area_code": make.OTHER_KELURAHAN}, None, False),
        ("operator", {"rw": 3}, 3, True),
        ("operator", {"rw": 4}, 3, False),
        ("coordinator", {}, 3, True),
    ],
)
def test_a_name_is_told_to_the_seats_of_its_own_place_only(client_for, role, seat, rw, named):
    filed(clerk(), told("Ratna Hidayat"), rw=rw)
    db.session.commit()
    _user, page = look_up(client_for, role, **seat)
    assert ("Ratna Hidayat" in page) == named
    assert ("R… H…" in page) == (not named)
    assert len(readings()) == named


def test_a_name_is_told_where_somebody_lives(client_for):
    item, _code = filed(clerk(), told("Ratna Hidayat"))
    item.author.area_code = make.OTHER_KELURAHAN
    db.session.commit()
    _user, page = look_up(client_for, area_code=make.OTHER_KELURAHAN)
    assert "Ratna Hidayat" in page
    assert [reading.item_id for reading in readings()] == [item.id]


def test_what_is_about_officials_unlocks_no_name(client_for):
    about = make.category(oversight=True, place_bound=False).code
    filed(clerk("coordinator"), told("Ratna Hidayat"), category_code=about)
    db.session.commit()
    _user, page = look_up(client_for)
    assert "R… H…" in page
    assert not readings()


def test_a_number_nobody_knows_is_said_to_be_so(client_for):
    _user, page = look_up(client_for, phone="0899 999 999")
    assert "…" not in page
    assert not readings()


def test_looking_up_numbers_leaves_the_readings_of_the_hour_alone(client_for):
    item, _code = filed(clerk(), told("Ratna Hidayat"))
    db.session.commit()
    user = make.user(roles=("moderator",))
    for _n in range(identity.per_hour() + 1):
        client_for(user).post("/kerja/loket/kenal", data={"phone": "081234567890"})
    identity.read(item, make.actor(user), "ask", "Perlu ditanya letaknya.")


def test_who_is_typed_for_may_be_forgotten(session):
    item, _ = filed(clerk())
    from app.access import SYSTEM
    from app.services.anonymise import anonymise

    anonymise(db.session.get_one(Person, item.author_id), SYSTEM, "test")
    assert behalf.known("081234567890") is None
