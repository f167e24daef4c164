"""Auditors read what was done, and only they: steps, identities read, acts; nothing is hidden from
them but whose identity it was and what people do with their own accounts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.queries import audit_log
from app.queries.audit_words import ACTS
from app.services import audit, identity, items, trail
from models import AuditEvent, User, db
from tests import factories as make
from tests.databases import ROOT
from tests.statements import Statements

pytestmark = pytest.mark.usefixtures("session")
PAGE = "/kerja/audit"


@pytest.fixture
def auditor() -> Any:
    return make.user(roles=("auditor",), name="Inspektur Uji")


@pytest.fixture
def desk(client_for: Any, auditor: Any) -> Any:
    return client_for(auditor)


@pytest.fixture
def done() -> Any:
    """A report that a moderator verified; the moderator read who filed it."""
    author = make.user(name="Pelapor Tersembunyi")
    clerk = make.user(roles=("moderator",), name="Petugas Terbuka")
    item = make.item("lapor", author, title="Lampu padam", visibility="anonymous", published=False)
    items.move(item, "verify", make.actor(clerk), {})
    identity.read(item, make.actor(clerk), "ask", "Letaknya belum jelas, perlu ditanya.")
    return item


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_steps_are_told_with_seats_and_officers_but_never_who_filed(desk, done):
    seal = trail.seal(db.session())
    page = desk.get(PAGE).text
    assert seal.root.hex() in page
    assert done.number in page
    assert "Lampu padam" in page
    assert "Petugas Terbuka" in page
    assert "Pelapor Tersembunyi" not in page
    first, *_rest = rows_of(desk.get(f"{PAGE}/langkah/unduh.csv"))
    assert (first["nomor"], first["nama"]) == (done.number, "Petugas Terbuka")
    assert len(first["hash"]) == 64
    filed = [row for row in rows_of(desk.get(f"{PAGE}/langkah/unduh.csv")) if not row["nama"]]
    assert filed


def test_readings_say_who_read_and_why_and_not_whose_it_was(desk, done):
    page = desk.get(f"{PAGE}/identitas").text
    assert "Petugas Terbuka" in page
    assert "Letaknya belum jelas, perlu ditanya." in page
    assert "Pelapor Tersembunyi" not in page


def test_whoever_filed_something_is_not_named_by_what_they_did_to_it(desk, done):
    author = db.session.scalars(select(User).where(User.person_id == done.author_id)).one()
    audit.note("document.publish", f"item:{done.id}", by=author.id)
    db.session.flush()
    page = desk.get(f"{PAGE}/peristiwa").text
    assert f"item:{done.id}" in page
    assert "Pelapor Tersembunyi" not in page


def test_other_acts_leave_out_what_people_do_with_their_accounts(desk, auditor):
    audit.note("give_mandate", "mandate:7", by=auditor.id, detail="moderator 32.73.02.1004")
    audit.note("sign_in", "user:99", by=auditor.id)
    db.session.flush()
    page = desk.get(f"{PAGE}/peristiwa").text
    assert "mandate:7" in page
    assert "Inspektur Uji" in page
    assert "user:99" not in page


def test_days_and_numbers_narrow_all_three(desk, done):
    other = make.item("lapor", title="Selokan mampet")
    today, before = datetime.now(UTC).date(), datetime.now(UTC).date() - timedelta(days=9)
    page = desk.get(f"{PAGE}?nomor={done.number.lower()}").text
    assert "Lampu padam" in page
    assert other.title not in page
    for part in ("langkah", "identitas", "peristiwa"):
        assert done.number not in desk.get(f"{PAGE}/{part}?sampai={before}").text
    narrowed = desk.get(f"{PAGE}?dari={before}&sampai={today + timedelta(days=1)}")
    assert done.number in narrowed.text


@pytest.mark.parametrize("day", ["kemarin", "2026-02-31", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said(desk, day):
    answer = desk.get(f"{PAGE}?dari={day}")
    assert answer.status_code == 422
    assert "hari" in answer.text
    assert desk.get(f"{PAGE}/langkah/unduh.csv?dari={day}").status_code == 422


def test_pages_follow_each_other_without_a_gap(desk, auditor, done):
    make.item("lapor", state="working")
    actor = make.actor(auditor)
    seen, before = [], None
    while True:
        rows, before = audit_log.steps(db.session, actor, audit_log.Asked(before=before), 3)
        seen += [row.id for row in rows]
        if before is None:
            break
    whole, _more = audit_log.steps(db.session, actor, audit_log.Asked(), 1000)
    assert seen == [row.id for row in whole]
    assert len(seen) > 5


def test_an_administrator_reads_nothing_of_items_closed_to_them(client_for, done):
    secret = make.item("lapor", title="Rahasia sekali", visibility="confidential")
    audit.note("assign", f"item:{secret.id}", by=None)
    db.session.flush()
    admin = client_for(make.user(roles=("admin",)))
    for part in ("langkah", "identitas", "peristiwa"):
        page = admin.get(f"{PAGE}/{part}").text
        assert "Rahasia sekali" not in page
        assert f"item:{secret.id}" not in page


def test_a_table_that_is_fetched_is_written_down(desk, auditor):
    assert desk.get(f"{PAGE}/peristiwa/unduh.csv").status_code == 200
    (noted,) = db.session.scalars(select(AuditEvent).filter_by(act="audit.table"))
    assert (noted.actor_id, noted.subject) == (auditor.id, "log:peristiwa")


def test_a_page_asks_few_things_however_long_it_is(desk, done):
    for _n in range(8):
        make.item("lapor", state="working")
    desk.get(PAGE)  # what is read once by a process
    with Statements() as asked:
        assert desk.get(PAGE).status_code == 200
    assert len(asked) <= 5, asked


def test_every_act_that_has_words_is_written_down_somewhere():
    files = (path for part in ("app", "blueprints") for path in (ROOT / part).rglob("*.py"))
    said = "".join(path.read_text("utf-8") for path in files if path.name != "audit_words.py")
    made = ("comment.", "plan_file.", "resume_")  # of what they are done to
    assert not [act for act in ACTS if f'"{act}"' not in said and not act.startswith(made)]


def test_an_act_without_words_is_not_written_down():
    with pytest.raises(AssertionError, match="shred has no words"):
        audit.note("shred", "item:1", by=None)
