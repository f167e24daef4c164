"""Where one goes on after a step, and after the button Back."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import func, select

from app.kinds import KINDS
from app.services import items
from models import Draft
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def test_who_gives_an_unpublished_report_to_another_kelurahan_goes_on_with_their_queue(client_for):
    item = make.item("lapor", make.user(), published=False)
    client = client_for(make.user(roles=("moderator",)))
    page = f"/lapor/{item.number}/langkah/relocate"
    answer = client.post(page, data={"area": make.OTHER_KELURAHAN, "seen": "1"})
    assert answer.status_code == 302
    assert answer.location == "/kerja/kelurahan"
    assert item.area_code == make.OTHER_KELURAHAN


def test_the_pages_of_a_form_that_was_sent_lead_to_the_item(client_for, session):
    author, key = make.user(), uuid.uuid4()
    item = items.file(KINDS["lapor"], make.actor(author), key, make.values())
    client = client_for(author)
    for page in ("lokasi", "isi", "simpan/isi", "periksa", "foto"):
        answer = client.post(f"/lapor/baru/{key}/{page}", data={"title": "Sekali lagi"})
        assert answer.location == f"/lapor/{item.number}", page
    assert session.scalar(select(func.count()).select_from(Draft).filter_by(key=key)) == 0


@pytest.mark.parametrize(
    ("roles", "there"),
    [
        ((), "/saya"),
        (("moderator",), "/kerja/kelurahan"),
        (("officer",), "/kerja/opd"),
        (("tapd",), "/kerja/perencanaan"),
        (("auditor",), "/kerja/audit"),
        (("admin",), "/admin/mandat"),
    ],
)
def test_signing_in_leads_to_ones_work_and_residents_to_what_is_theirs(client, roles, there):
    who = make.user(roles=roles)
    answer = client.post("/masuk", data={"email": who.email, "password": make.PASSWORD})
    assert answer.location == there
