"""Proof that partners hand in: it waits until its photos are checked, and says what it lacks."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.exchange.fetch import Fetcher, Forbidden
from app.jobs import georeport as jobs
from app.jobs import photos as photos_jobs
from app.services import georeport_keys
from models import Change, Draft, GeoreportUpdate, Photo, db
from tests import factories as make
from tests.georeport.test_updates import given, update
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("session")


def working():
    return make.item("lapor", state="working", department_code=make.DEPARTMENT)


def pending():
    return db.session.scalars(select(GeoreportUpdate)).one()


def check_photos(item):
    for photo in db.session.scalars(select(Photo).where(Photo.for_item_id == item.id)):
        photos_jobs.process.func(photo.id)
    db.session.expire_all()


def carry_on(attempts=0):
    context = SimpleNamespace(job=SimpleNamespace(attempts=attempts))
    return jobs.proof.func(context, pending().id)


EXPLAINED = {
    f"explanation[{name}]": "Kamera tim kami tidak menulis tempat dan waktu."
    for name in ("time", "distance", "report", "city")
}


def test_proof_waits_for_the_checks_of_its_photos_and_then_goes_on_by_itself(partner):
    api, item = partner("officer"), working()
    number = given(update(api, item, "FIXED", media=(jpeg(), "selesai.jpg"), **EXPLAINED))
    assert number == f"w{pending().id}"
    with pytest.raises(jobs.NotYet):
        carry_on()
    assert item.state == "working"
    check_photos(item)
    carry_on()
    db.session.refresh(item)
    assert item.state == "proof_submitted"
    last = db.session.get_one(Change, pending().change_id)
    assert (last.step, last.seat) == ("submit_proof", f"officer:{make.DEPARTMENT}")
    assert "Tim kami sudah di lokasi." in last.words.text
    assert "tidak menulis tempat" in last.words.text
    shown = db.session.scalars(select(Photo).where(Photo.change_id == last.id)).all()
    assert [photo.status for photo in shown] == ["ready"]
    assert given(update(api, item, "FIXED", media=(jpeg(), "selesai.jpg"))) == str(last.id)
    carry_on()  # a second run of the job changes nothing
    assert not db.session.scalars(select(Draft)).all()


def test_what_the_checks_want_explained_is_said_and_can_be_sent_afterwards(partner):
    api, item = partner("officer"), working()
    sent = {"media": (jpeg(), "selesai.jpg")}
    number = given(update(api, item, "FIXED", **sent))
    check_photos(item)
    carry_on()
    db.session.refresh(item)
    assert item.state == "working"
    said = api.problem(update(api, item, "FIXED", media=(jpeg(), "selesai.jpg")), 400)
    assert "explanation[time]" in said
    mine = select(func.count()).where(Photo.for_item_id == item.id)
    assert db.session.scalar(mine) == 1  # the same picture is taken once
    done = given(update(api, item, "FIXED", **EXPLAINED))
    assert done != number
    db.session.refresh(item)
    assert item.state == "proof_submitted"


def test_proof_may_be_an_address_that_is_fetched_first(partner, monkeypatch):
    api, item = partner("officer"), working()
    asked = []

    def get(_self, url):
        asked.append(url)
        return jpeg().getvalue()

    monkeypatch.setattr(Fetcher, "get", get)  # there is no internet in a test
    url = "https://mitra.contoh.id/selesai.jpg"
    given(update(api, item, "CLOSED", media_url=url, **EXPLAINED))
    with pytest.raises(jobs.NotYet):
        carry_on()
    check_photos(item)
    carry_on(1)
    db.session.refresh(item)
    assert (item.state, asked) == ("proof_submitted", [url])


def test_an_address_without_a_picture_is_named_and_another_may_follow(partner, monkeypatch):
    api, item = partner("officer"), working()

    def get(_self, url):
        raise Forbidden("the host is not public")

    monkeypatch.setattr(Fetcher, "get", get)
    url = "https://mitra.contoh.id/selesai.jpg"
    given(update(api, item, "FIXED", media_url=url, **EXPLAINED))
    carry_on()
    said = api.problem(update(api, item, "FIXED", **EXPLAINED), 400)
    assert "media" in said
    assert url in said
    given(update(api, item, "FIXED", media=(jpeg(), "selesai.jpg"), **EXPLAINED))
    check_photos(item)
    carry_on()
    db.session.refresh(item)
    assert item.state == "proof_submitted"


def test_what_is_no_picture_is_told_at_once(partner):
    api, item = partner("officer"), working()
    said = api.problem(update(api, item, "FIXED", media=(io.BytesIO(b"%PDF-1.7"), "a.pdf")), 400)
    assert "media" in said
    assert not db.session.scalars(select(GeoreportUpdate)).all()


def test_proof_for_what_has_moved_on_meanwhile_says_so(partner):
    api, item = partner("officer"), working()
    given(update(api, item, "FIXED", media=(jpeg(), "selesai.jpg"), **EXPLAINED))
    check_photos(item)
    make.walk(item, "proof_submitted")
    carry_on()
    said = api.problem(update(api, item, "FIXED", **EXPLAINED), 400)
    assert "IN_PROGRESS" in said or "FIXED" in said or item.number not in said
    assert pending().change_id is None


def test_a_key_that_was_withdrawn_meanwhile_hands_nothing_in(partner):
    api, item = partner("officer"), working()
    given(update(api, item, "FIXED", media=(jpeg(), "selesai.jpg"), **EXPLAINED))
    check_photos(item)
    georeport_keys.revoke(pending().key_id)
    carry_on()
    db.session.refresh(item)
    assert item.state == "working"
