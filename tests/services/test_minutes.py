"""The printed set of a forum: complete for the desk, without a name for everybody, and safe."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest

from app.exchange.workbooks import text
from app.jobs import minutes as job
from app.queries import forum as queries
from app.services import ceilings, forum_minutes, minutes
from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import forum_closing as closing
from app.services import forum_decisions as decisions
from app.services.disposition import documents
from app.workflow import NotAllowed
from models import ForumPrint, Whose, db
from tests import factories as make
from tests.forums import called, lurah, proposal

pytestmark = pytest.mark.usefixtures("session")
EVIL = '=HYPERLINK("http://contoh.id")'


@pytest.fixture
def chair():
    """The actor who runs the forum."""
    return make.actor(lurah())


@pytest.fixture
def held(chair):
    """A closed forum: one proposal agreed by vote, one not, and a name that is a formula."""
    forum = called(chair, agenda=[{"minutes": 5, "title": "Pembahasan"}], chair="Tati Suryati")
    for name, sex in ((EVIL, "P"), ("Rahasia Sekali", "P"), ("Pak <b>Asep</b>", "L")):
        doors.add(forum, chair, {"name": name, "group": "rw", "sex": sex}, uuid.uuid4())
    good, bad = proposal(title="Drainase Gang Mawar"), proposal(title="Taman bermain RW 03")
    counts = {"votes_for": 2, "votes_against": 1, "abstained": 0}
    decisions.decide(forum, chair, good, {"way": "suara", **counts})
    no = {"way": "mufakat", "outcome": "not_agreed", "reason": "land_unclear", "note": EVIL}
    decisions.decide(forum, chair, bad, no)
    forum_minutes.save(forum, chair, 1, 0, "Rahasia Sekali bertanya.")
    service.keep_asset(forum, chair, {"sort": "fasum", "name": "Taman Dago Asri"})
    closing.freeze(forum, chair)
    return forum


def printed(forum, sort, by=None):
    made = minutes.order(forum, by, sort) if by else queries.prints(db.session, forum.id)[0]
    db.session.flush()
    return made, "\n".join(minutes.pages(made))


def test_the_set_says_what_was_decided_and_carries_the_hash_on_each_form(chair, held):
    made, page = printed(held, "set", chair)
    version = queries.versions(db.session, held.id)[0]
    assert page.count(f"SHA-256 {version.sha256.hex()}") == len(minutes.FORMS)
    told = "BERITA ACARA|Drainase Gang Mawar|2 setuju, 1 tidak, 0 abstain|Tati Suryati"
    others = "Taman bermain RW 03|Taman Dago Asri|Rahasia Sekali bertanya."
    for said in (*told.split("|"), *others.split("|")):
        assert said in page
    assert "Pak &lt;b&gt;Asep&lt;/b&gt;" in page
    assert page.count("<svg") == len(minutes.FORMS)


def test_the_paper_says_the_ceiling_that_held_when_it_was_signed(chair, held):
    planner = make.actor(make.user(roles=("planner",)))

    def let_hold(amount):
        decree = ceilings.Decree("indikatif", "Kep. 1", None, "Awal tahun.")
        above = {make.KECAMATAN: 10**12, "32.73": 10**12}
        amounts = {Whose(one): sum_ for one, sum_ in {held.area_code: amount, **above}.items()}
        return ceilings.save(planner, held.plan_year, amounts, decree)

    let_hold(70_000_000)
    ceilings.publish(planner, held.plan_year, at=held.closed_at - timedelta(days=1))
    let_hold(10_000_000)
    ceilings.publish(planner, held.plan_year)
    _made, told = printed(held, "set", chair)
    assert "saat ditutup Rp70.000.000" in told
    assert "Rp10.000.000" not in told
    assert minutes.gathered(held, False).fitting == 1


def test_what_everybody_may_open_has_numbers_and_no_name(held):
    minutes.order_public(held, "moderator")
    rows = db.session.query(ForumPrint).filter_by(forum_id=held.id).all()
    assert sorted(one.sort for one in rows) == ["public_set", "public_table"]
    page = "\n".join(minutes.pages(next(one for one in rows if one.sort == "public_set")))
    assert "Drainase Gang Mawar" in page
    assert "3 orang (1 laki-laki, 2 perempuan)" in page
    for name in ("Rahasia Sekali", "Asep", "HYPERLINK(&#34;http://contoh.id&#34;)</td><td></td>"):
        assert name not in page


def test_the_job_makes_the_file_once_and_says_how_far_it_is(chair, held):
    made = minutes.order(held, chair, "set")
    assert minutes.order(held, chair, "set").id == made.id
    job.print_forum(made.id)
    assert (made.status, made.progress) == ("ready", 100)
    first = made.file_name
    assert documents().read(first).startswith(b"%PDF-")
    job.print_forum(made.id)
    assert made.file_name == first


def test_the_tables_hold_numbers_and_no_formula(chair, held):
    for row in minutes.gathered(held, False).agreed:
        row.proposal.volume = Decimal("120.5")
    made = minutes.order(held, chair, "table")
    job.print_forum(made.id)
    book = openpyxl.load_workbook(io.BytesIO(documents().read(made.file_name)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {text(cell.value) for cell in cells}
    assert f"'{EVIL}" in texts
    assert "Drainase Gang Mawar" in texts
    assert "Belum disepakati" in book.sheetnames
    names, row = list(book["Prioritas"].iter_rows(max_row=2, values_only=True))
    typed = dict(zip(names, row, strict=True))
    assert typed["Volume"] == 120.5
    minutes.order_public(held, "moderator")
    public = minutes.gathered(held, True)
    assert public.came == ()


def test_a_correction_stands_in_every_set_made_after_it(chair, held):
    minutes.order_public(held, "moderator")
    closing.correct(held, chair, "attendance", "RW 03 hadir 2 orang.", "Salah hitung.")
    minutes.order_public(held, "moderator")
    rows = db.session.query(ForumPrint).filter_by(forum_id=held.id).all()
    assert [(one.sort, one.version) for one in rows] == [("public_set", 2), ("public_table", 2)]
    for sort, by in (("set", chair), ("public_set", None)):
        _made, page = printed(held, sort, by) if by else (None, "\n".join(minutes.pages(rows[0])))
        assert "Ralat (versi 2" in page
        assert "RW 03 hadir 2 orang." in page
        assert "(versi 2)" in page.partition("</header>")[0]
    table = next(one for one in rows if one.sort == "public_table")
    job.print_forum(table.id)
    book = openpyxl.load_workbook(io.BytesIO(documents().read(table.file_name)))
    said = {str(cell.value) for row in book["Berita acara"] for cell in row}
    assert "RW 03 hadir 2 orang. Alasan: Salah hitung." in said


def test_a_proposal_nobody_assigned_stands_under_the_department_of_the_catalogue(chair):
    forum = called(chair)
    named = proposal(title="Saluran dari kamus", catalogue_code="F08")
    other = proposal(title="Tanpa dinas")
    for one in (other, named):
        decisions.decide(forum, chair, one, {"way": "mufakat", "outcome": "agreed"})
    groups = minutes.gathered(forum, True).groups
    assert [[row.proposal.title for row in group.rows] for group in groups] == [
        ["Saluran dari kamus"], ["Tanpa dinas"]
    ]  # fmt: skip
    assert "Perumahan" in groups[0].name
    assert groups[1].name.startswith("Belum ditentukan")


def test_letters_carry_each_their_own_code(chair):
    forum = called(chair)
    people = [{"name": "Ibu Euis", "group": "pkk"}, {"name": "Pak Asep", "group": "rw"}]
    guests = service.invite(forum, chair, people)
    made = minutes.order(forum, chair, "letters")
    pages = minutes.pages(made)
    assert [guest.token in page for guest, page in zip(guests, pages, strict=True)] == [True, True]
    assert guests[0].token not in pages[1]


def test_what_is_not_public_any_more_stands_in_no_set_for_everybody(chair, held):
    hidden = minutes.gathered(held, True).agreed[0].proposal
    hidden.visibility = "confidential"
    db.session.flush()
    assert hidden.number not in {row.proposal.number for row in minutes.gathered(held, True).agreed}
    assert hidden.number in {row.proposal.number for row in minutes.gathered(held, False).agreed}


def test_what_cannot_be_laid_out_is_said_to_have_failed(chair, held, monkeypatch):
    made = minutes.order(held, chair, "set")
    db.session.commit()

    def broken(made, pages):
        raise ValueError("no")

    monkeypatch.setattr(job, "_pdf", broken)
    job.print_forum(made.id)
    assert made.status == "failed"


def test_residents_have_nothing_printed(held):
    with pytest.raises(NotAllowed):
        minutes.order(held, make.actor(make.user()), "set")
