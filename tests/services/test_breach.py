"""Whom to tell of a breach, and in which time."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.queries import breach as whose
from app.services import (
    comments,
    identity,
    privacy,
    privacy_breach,
    supports,
)
from app.services.anonymise import anonymise
from models import (
    AuditEvent,
    DeletionRequest,
    Support,
    db,
)
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=4000)


# -- a breach -------------------------------------------------------------------------------


def breach(scope: str) -> whose.Breach:
    soon = NOW + timedelta(minutes=5)
    return whose.Breach(NOW - timedelta(days=1), soon, NOW, scope, "Basis data disalin.")


def names(scope: str) -> set[str]:
    return {person.name for person in whose.every(db.session, breach(scope))}


def test_the_list_of_an_item_names_author_commenters_and_supporters():
    item = make.item(author=make.user(name="Penulis"), state="verified")
    comments.add(item, make.actor(make.user(name="Pengomentar")), "Betul.", key=uuid.uuid4())
    supports.support(item, make.actor(make.user(name="Pendukung")))
    make.item(author=make.user(name="Bukan"))
    assert names(f"item:{item.number}") == {"Penulis", "Pengomentar", "Pendukung"}


def test_the_list_of_an_area_names_who_filed_there():
    make.item(author=make.user(name="Di Dago"))
    make.item(author=make.user(name="Di lain"), area_code=make.OTHER_KELURAHAN)
    assert names(f"area:{make.KECAMATAN}") == {"Di Dago"}


def test_the_list_of_a_login_names_whose_reports_and_identity_its_seats_showed():
    clerk = make.user(email="petugas@contoh.id", name="Petugas", roles=("moderator",))
    hidden = make.item(author=make.user(name="Dibaca"), state="verified", visibility="anonymous")
    make.item(author=make.user(name="Rahasia"), visibility="confidential", published=False)
    make.item(author=make.user(name="Umum"), state="verified")
    make.item(
        author=make.user(name="Jauh"), visibility="confidential", area_code=make.OTHER_KELURAHAN
    )
    identity.read(hidden, make.actor(clerk), "ask", "Perlu ditanya lagi.")
    found = {p.name: p.data for p in whose.every(db.session, breach("login:petugas@contoh.id"))}
    assert set(found) == {"Petugas", "Dibaca", "Rahasia"}
    assert found["Dibaca"] == {"reports", "identity"}


def test_people_already_taken_out_are_not_on_the_list():
    user = make.user(name="Sudah pergi")
    anonymise(user.person, make.actor(user), "asked")
    make.user(name="Masih ada")
    assert "Masih ada" in names("all")
    assert not names("all") & {"Sudah pergi", "Warga"}


@pytest.mark.parametrize(
    "scope", ["", "item:", "item:L-2026-9999999-9", "login:tidak@ada.id", "all:x", "x:y"]
)
def test_a_scope_that_is_none_is_said(scope):
    with pytest.raises(whose.NoSuchScope):
        whose.page(db.session, breach(scope))


def test_the_letter_must_be_out_within_three_times_24_hours_and_drawing_up_is_logged(client_for):
    facts = breach("all")
    assert facts.deadline - facts.known_at == timedelta(hours=72)
    letter = privacy_breach.letter(facts, {"profile", "reports"})
    assert "Basis data disalin." in letter
    admin = make.user(roles=("admin",))
    form = {
        "since": "2026-01-01T00:00",
        "until": "2027-01-01T00:00",
        "known_at": "2026-01-02T00:00",
        "scope": "all",
        "happened": "Basis data disalin orang.",
    }
    page = client_for(admin).post("/admin/kebocoran", data=form)
    assert page.status_code == 200
    file = client_for(admin).post("/admin/kebocoran", data=form | {"download": "1"})
    assert file.mimetype == "text/csv"
    assert admin.email in file.get_data(as_text=True)
    events = select(AuditEvent).where(AuditEvent.act == "breach.list")
    assert len(db.session.scalars(events).all()) == 2


BREACH = {
    "since": "2026-01-01T00:00",
    "until": "2027-12-31T00:00",
    "known_at": "2026-01-02T00:00",
    "scope": "all",
    "happened": "Basis data disalin orang.",
}


def test_the_list_is_turned_page_by_page_and_no_person_is_left_out_or_told_twice():
    user = make.user(name="Ada akun")
    make.item(author=user)
    for n in range(6):
        make.person(f"Warga {n}")
    everybody = list(whose.every(db.session, breach("all")))
    turned, after = [], 0
    while after is not None:
        people, after = whose.page(db.session, breach("all"), after, 2)
        assert len(people) <= 2
        turned += people
    assert turned == everybody
    assert len({person.person_id for person in everybody}) == len(everybody)
    assert whose.count(db.session, breach("all")) == len(everybody)
    assert whose.sorts_of(db.session, breach("all")) == {"profile", "reports"}
    (found,) = [person for person in everybody if person.name == "Ada akun"]
    assert (found.email, found.data) == (user.email, {"profile", "reports"})


def test_a_page_of_the_list_leads_to_the_next_and_the_file_holds_all(client_for, monkeypatch):
    admin = make.user(roles=("admin",))
    for n in range(5):
        make.person(f"Warga ke-{n}")
    db.session.commit()
    monkeypatch.setattr(whose, "CHUNK", 2)
    page, default = whose.page, 3
    monkeypatch.setattr(whose, "page", lambda s, b, a=0, n=default: page(s, b, a, n))
    client, seen, after = client_for(admin), set(), ""
    while after is not None:
        shown = client.post("/admin/kebocoran", data=BREACH | {"after": after}).get_data(True)
        seen |= set(re.findall(r"Warga ke-\d", shown))
        following = re.search(r'name="after" value="(\d+)"', shown)
        after = following[1] if following else None
    assert len(seen) == 5
    file = client.post("/admin/kebocoran", data=BREACH | {"download": "1"})
    assert file.is_streamed
    text = file.get_data(as_text=True)
    assert all(text.count(name) == 1 for name in seen)
    acts = list(db.session.scalars(select(AuditEvent.act).where(AuditEvent.act.like("breach.%"))))
    assert acts.count("breach.list") == 2
    assert acts.count("breach.page") >= 1


def test_a_name_that_is_a_formula_stays_text_in_the_file(client_for):
    make.user(name="=HYPERLINK(1)")
    admin = make.user(roles=("admin",))
    form = {
        "since": "2026-01-01T00:00",
        "until": "2027-12-31T00:00",
        "known_at": "2026-01-02T00:00",
        "scope": "all",
        "happened": "Basis data disalin orang.",
        "download": "1",
    }
    text = client_for(admin).post("/admin/kebocoran", data=form).get_data(as_text=True)
    assert "'=HYPERLINK(1)" in text


def test_requests_to_close_are_kept_as_proof():
    user = make.user()
    privacy.ask_deletion(user)
    privacy.delete_due(NOW + timedelta(days=8))
    assert db.session.scalars(select(DeletionRequest.done_at)).one() is not None
    assert db.session.scalars(select(Support)).all() == []
