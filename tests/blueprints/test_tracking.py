"""Without an account: sending, the receipt, and coming back with number and code."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import func, select

from app.access import RULES, Actor, may
from app.kinds import KINDS
from app.queries import parts
from app.services import items, tracking
from app.workflow import NotAllowed
from blueprints.page import day as page_day
from models import Consent, Item, Person, Photo, TrackingCode, db
from tests import factories as make
from tests.blueprints.test_filing import prepare, text

pytestmark = pytest.mark.usefixtures("session")
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def send(client, key, kind="lapor", **form):
    return client.post(f"/{kind}/baru/{key}/tanpa-akun", data=form)


def filed(client, kind="lapor", **form):
    """An item sent without an account, and its code."""
    key = uuid.uuid4()
    prepare(client, key, kind)
    response = send(client, key, kind, **form)
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    return item, CODE.search(text(response))[0], response


def enter(client, item, code):
    return client.post("/lacak", data={"number": item.number, "code": code})


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_without_an_account_sends_an_item_of_every_kind(client, kind):
    item, code, response = filed(client, kind)
    assert item.published_at is None, "nobody has looked at it yet"
    assert item.filed_by_id is None
    assert (item.author.name, item.author.phone, item.author.level) == ("Warga", "", 0)
    page = text(response)
    assert item.number in page
    assert "data:image/svg+xml" in page
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    stored = db.session.get_one(TrackingCode, item.id).code_hash
    assert code.encode() not in stored
    assert len(code.replace("-", "")) * 5 >= 60, "bits"


def test_the_code_stands_in_no_cookie_and_no_address(client):
    _item, code, response = filed(client)
    told = f"{response.headers}{response.request.url}"
    assert code not in told
    assert code.replace("-", "") not in told


def test_a_number_is_kept_only_with_the_consent_to_call(client):
    key = uuid.uuid4()
    prepare(client, key)
    refused = send(client, key, name="Euis", phone="0812 3456 7890")
    assert refused.status_code == 422
    assert "0812 3456 7890" in refused.get_data(as_text=True), "nothing typed is lost"
    send(client, key, name="Euis", phone="0812 3456 7890", contact="y")
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    consent = db.session.scalars(select(Consent).where(Consent.item_id == item.id)).one()
    assert (item.author.phone, consent.purpose, consent.how) == (
        "0812 3456 7890",
        "contact",
        "form",
    )
    assert consent.words


def test_a_machine_that_fills_in_every_field_sends_nothing(client):
    key = uuid.uuid4()
    prepare(client, key)
    before = db.session.scalar(select(func.count()).select_from(Person))
    assert send(client, key, website="https://spam.example").status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_sending_twice_makes_one_item_and_only_the_last_code_opens_it(client):
    key = uuid.uuid4()
    prepare(client, key)
    first = CODE.search(text(send(client, key)))[0]
    second = CODE.search(text(send(client, key)))[0]
    item = db.session.scalars(select(Item).where(Item.filing_key == key)).one()
    assert first != second
    assert enter(client, item, first).status_code == 422
    assert enter(client, item, second).status_code == 302


def test_another_browser_gets_no_code_for_a_draft_it_does_not_hold(client, client_for):
    key = uuid.uuid4()
    prepare(client, key)
    send(client, key)
    assert send(client_for(), key).status_code == 404


@pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", " "), lambda c: f" {c} "])
def test_a_code_is_understood_as_people_type_it(client, change):
    item, code, _ = filed(client)
    assert enter(client, item, change(code)).location == "/lacak/laporan"


def test_number_and_code_show_what_the_author_sees_and_nothing_may_be_kept(client):
    item, code, _ = filed(client)
    enter(client, item, code)
    response = client.get("/lacak/laporan")
    page = text(response)
    assert item.title in page
    assert item.body in page
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"/lapor/{item.number}").status_code == 404, "the usual page stays shut"


def test_a_wrong_code_opens_nothing_and_says_nothing_of_the_number(client):
    item, code, _ = filed(client)
    wrong = enter(client, item, "0000-0000-0000")
    never = client.post("/lacak", data={"number": "L-2026-9999999-9", "code": code})
    assert wrong.status_code == never.status_code == 422
    assert client.get("/lacak/laporan").location == "/lacak"


def test_codes_cannot_be_tried_at_will(session):
    item = make.item()
    tracking.issue(item)
    for _ in range(tracking.TRIES):
        with pytest.raises(tracking.NoSuchReport):
            tracking.find(item.number, "0")
    with pytest.raises(tracking.TooManyTries):
        tracking.find(item.number, "0")


def test_a_new_code_ends_what_the_old_one_opened(client):
    item, code, _ = filed(client)
    enter(client, item, code)
    tracking.issue(item)
    db.session.commit()
    assert client.get("/lacak/laporan").location == "/lacak"


def test_leaving_closes_the_report_on_this_device(client):
    item, code, _ = filed(client)
    enter(client, item, code)
    client.post("/lacak/selesai")
    assert client.get("/lacak/laporan").location == "/lacak"


def test_the_author_answers_confirms_and_disputes_with_the_code(client):
    item, code, _ = filed(client)
    enter(client, item, code)
    items.move(item, "ask_info", make.everybody(item), {"note": "Di sebelah mana?"})
    db.session.commit()
    assert "Di sebelah mana?" in text(client.get("/lacak/laporan"))
    assert client.get("/lacak/laporan/langkah/give_info").status_code == 200
    assert client.post("/lacak/laporan/langkah/give_info", data={}).status_code == 422
    given = client.post("/lacak/laporan/langkah/give_info", data={"note": "Di depan masjid."})
    assert given.location == "/lacak/laporan"
    assert db.session.get_one(Item, item.id).state == "received"
    make.walk(item, "resolved")
    db.session.commit()
    said = client.post("/lacak/laporan/langkah/dispute", data={"note": "Masih rusak."})
    assert said.location == "/lacak/laporan"
    assert db.session.get_one(Item, item.id).state == "reopened"


def test_the_author_withdraws_with_the_code_and_takes_no_step_of_others(client):
    item, code, _ = filed(client)
    enter(client, item, code)
    assert client.post("/lacak/laporan/langkah/verify", data={}).status_code in (404, 409)
    assert client.post("/lacak/laporan/langkah/tidak-ada", data={}).status_code == 404
    data = {"reason": "filed_by_mistake"}
    assert client.post("/lacak/laporan/langkah/withdraw", data=data).status_code == 302
    assert db.session.get_one(Item, item.id).state == "archived"


def test_a_code_opens_one_item_and_no_seat(session):
    mine, other = make.item(published=False), make.item(published=False)
    guest = tracking.guest(mine)
    assert RULES["author"](guest, mine) == "author"
    assert RULES["author"](guest, other) is None
    assert may(guest, "read", mine)
    assert not may(guest, "read", other)
    for act in ("support", "comment", "answer", "moderate", "read_identity"):
        assert not may(guest, act, mine), act
    with pytest.raises(NotAllowed):
        items.move(mine, "verify", guest)
    with pytest.raises(NotAllowed):
        items.move(other, "withdraw", guest, {"reason": "filed_by_mistake"})


def test_a_photo_left_on_another_item_cannot_be_claimed_with_a_code(session):
    mine, other = make.item(state="resolved"), make.item()
    loose, others = make.photo(None), make.photo(other, change_id=None)
    for photo in (loose, others):
        with pytest.raises(items_refused()):
            items.move(
                mine, "dispute", tracking.guest(mine), {"note": "Belum.", "photos": [photo.id]}
            )


def items_refused():
    from app.services.answers import Refused

    return Refused


def test_the_number_is_erased_when_somebody_asks(client):
    item, code, _ = filed(client, name="Euis", phone="081234567890", contact="y")
    enter(client, item, code)
    client.post("/lacak/kontak")
    assert db.session.get_one(Person, item.author_id).phone == ""
    consent = db.session.scalars(select(Consent).where(Consent.item_id == item.id)).one()
    assert consent.withdrawn_at is not None


def test_an_actor_without_a_code_is_nobodys_author(session):
    item = make.item(author=make.person())
    assert RULES["author"](Actor(person_id=item.author_id), item) is None


def test_the_parts_of_a_divided_report_open_with_its_code_and_no_other_report_does(client):
    item, code, _response = filed(client)
    make.walk(item, "verified")
    split = [(make.DEPARTMENT, "Menambal lubang"), (make.OTHER_DEPARTMENT, "Memasang lampu")]
    items.move(item, "divide", make.everybody(item), {"parts": split})
    one, two = parts.of(db.session, item)
    make.walk(one, "resolved", department_code=one.department_code)
    other = make.item("lapor", state="resolved")
    db.session.commit()
    enter(client, item, code)
    page = text(client.get("/lacak/laporan"))
    assert one.number in page
    assert two.title in page
    step = f"/lacak/laporan/langkah/confirm?bagian={one.number}"
    assert client.get(step).status_code == 200
    assert client.get(f"/lacak/laporan/langkah/confirm?bagian={other.number}").status_code == 409
    back = client.post(step, data={"rating": "5", "note": "Sudah rapi."})
    assert back.location.endswith(f"bagian={one.number}")
    db.session.refresh(one)
    assert one.state == "closed"


def test_the_clock_stands_beside_the_report_a_code_opens(client):
    item, code, _response = filed(client)
    enter(client, item, code)
    for state in ("received", "routed", "working"):
        make.walk(item, state)
        db.session.commit()
        page = text(client.get("/lacak/laporan"))
        assert "/waktu-kerja" in page, state
        whole = page_day(item.whole_due_at)
        assert whole in page, state


def test_who_sent_it_back_stands_beside_the_report_a_code_opens(client):
    item, code, _response = filed(client)
    make.walk(item, "routed")
    told = {"reason": "wrong_department", "note": "Milik dinas lain.",
            "other_department": make.OTHER_DEPARTMENT}  # fmt: skip
    items.move(item, "return", make.everybody(item), told)
    db.session.commit()
    enter(client, item, code)
    assert '<details class="act"' in text(client.get("/lacak/laporan"))


@pytest.mark.parametrize("visibility", ["public", "confidential"])
def test_the_checks_of_proof_stand_beside_the_report_with_its_photos(client, visibility):
    item, code, _response = filed(client)
    item.visibility, item.category = visibility, make.category()
    make.walk(item, "working")
    officer = make.actor(make.user(roles=("officer",)))
    photos = [make.proof_photo(item, uploaded_by_id=officer.user_id).id]
    items.move(item, "submit_proof", officer, {"photos": photos, "note": "Sudah rata."})
    make.walk(item, "resolved")
    db.session.commit()
    enter(client, item, code)
    page = text(client.get("/lacak/laporan"))
    proof = page[page.index('id="bukti"') :]
    proof = proof[: proof.index("</section>")]
    shown = db.session.scalars(select(Photo).where(Photo.item_id == item.id)).one()
    assert f"/lacak/foto/{shown.media_name}" in proof or shown.media_name[:40] in proof
    assert "/foto/" not in proof.replace("/lacak/foto/", "")


def test_an_owner_outside_and_what_was_asked_stand_beside_the_report_a_code_opens(client):
    item, code, _response = filed(client)
    item.answers, item.category_code = {"keadaan": "redup"}, "pju-mati"
    make.walk(item, "verified")
    told = {"external": "pln", "how": "letter", "note": "Milik PLN.", "reference": "PLN-77",
            "contact_person": "Bu Rahasia"}  # fmt: skip
    items.move(item, "refer", make.everybody(item), told)
    db.session.commit()
    enter(client, item, code)
    page = text(client.get("/lacak/laporan"))
    assert 'id="luar"' in page
    assert "PLN-77" in page
    assert "Bu Rahasia" not in page
    assert "Redup atau berkedip" in page
